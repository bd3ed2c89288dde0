"""For those who answer for collections: what is open, what left, what waits for a person."""

from deploy.dashboards.build import Dashboard, Panel, Row, hourly, quantile

SETTLED = 'consumer="dunning-invoice", type="billing.invoice.settled.v1"'

BUSINESS = Dashboard(
    "business",
    "Relance: collections",
    (
        Row(
            "Cases",
            (
                Panel(
                    "Open cases by state", {"{{state}}": "max by (state) (relance_cases_open{})"},
                    explains="Scheduled: not yet dunned. Active: at least one step was decided.",
                ),
                Panel(
                    "Steps due and not done", {"due": "max(relance_steps_due{})"},
                    explains="A wave at the sending hour is normal; it must fall to 0 within minutes.",
                ),
                Panel(
                    "The latest step", {"late by": "max(relance_step_latest_seconds{})"}, unit="s", red_from=3600,
                    explains="Real time. Above an hour an alert is raised.",
                ),
            ),
        ),
        Row(
            "Payments",
            (
                Panel(
                    "From payment event to closed case",
                    {
                        "half": quantile(0.5, "relance_event_seconds", where=SETTLED),
                        "99 of 100": quantile(0.99, "relance_event_seconds", where=SETTLED),
                    },
                    unit="s",
                    explains="From the publication of the payment until no reminder can leave any more.",
                ),
                Panel(
                    "Payments on no invoice", {"{{currency}}": "max by (currency) (relance_payments_unallocated{})"},
                    explains="Somebody has to match them, or a customer is dunned for what they have paid.",
                ),
                Panel("Amount on no invoice", {"{{currency}}": "max by (currency) (relance_unallocated_amount{})"}),
            ),
        ),
        Row(
            "What left",
            (
                Panel(
                    "Messages by outcome, each hour", {"{{outcome}}": hourly("relance_messages_total{}", "outcome")},
                ),
                Panel(
                    "Decisions, each hour",
                    {"{{outcome}}: {{reason}}": hourly("relance_decisions_total{}", "outcome, reason") + " > 0"},
                    explains="A step that is put off is decided on again, and counted each time: for want of a fresh "
                    "balance or of the mail relay every 30 seconds.",
                ),
                Panel(
                    "Tries put off because balances were stale, each hour",
                    {"tries": 'sum(increase(relance_decisions_total{reason="stale_balance"}[1h]))'}, red_from=1,
                    explains="A step waits rather than dun someone whose payment may be on its way. It tries again "
                    "every 30 seconds: 120 within an hour are one case.",
                ),
            ),
        ),
        Row(
            "What waits for a person",
            (
                Panel(
                    "Uncertain messages", {"uncertain": 'max(relance_messages_waiting{status="uncertain"})'},
                    kind="stat", red_from=1, width=6,
                ),
                Panel("Letters to post", {"letters": "max(relance_letters_to_post{})"}, kind="stat", width=6),
                Panel("Calls to make", {"calls": "max(relance_tasks_open{})"}, kind="stat", width=6),
                Panel(
                    "Mended by the reconciliation, last hour",
                    {"{{organisation}}: {{what}}": "max by (organisation, what) (relance_reconciliation_mended{})"},
                    kind="stat", red_from=1, width=6,
                    explains="By all dunning workers together: what one has mended, the next finds in order.",
                ),
            ),
        ),
    ),
)  # fmt: skip
