"""The demonstration: its portfolio, what it counts, and what it shows."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType

from contracts import events as e
from deploy.local.demo import LAST_STEP, emptied
from deploy.local.demo_view import frame, summary
from deploy.local.lock import Lock
from deploy.local.player import Sale, Settlement, moment_of
from deploy.local.portfolio import CUSTOMERS, SHARES, Habit, Portfolio, portfolio, total_of
from deploy.local.scoreboard import LATEST, Scoreboard
from workflows.dunning.scenario import STANDARD

FIRST_DAY = date(2026, 1, 5)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
INVOICE = e.InvoiceIssued.example["invoice_id"]


def payments_of(plan: Portfolio, habit: Habit) -> dict[str, tuple[Sale, list[Settlement]]]:
    """The sales with this habit and what is paid for each."""
    sales = {act.ref: act for act in plan.acts if isinstance(act, Sale) and plan.habits[act.ref] is habit}
    paid: dict[str, list[Settlement]] = defaultdict(list)
    for act in plan.acts:
        if isinstance(act, Settlement):
            paid[act.sale].append(act)
    return {ref: (sale, paid[ref]) for ref, sale in sales.items()}


def hear(board: Scoreboard, kind: type[e.Event], **changes: Any) -> None:
    board.hear(kind.type, json.dumps(kind.example | changes).encode())


def allocated(amount: str) -> list[dict[str, str]]:
    return [{"invoice_id": INVOICE, "number": "F-2026-00042", "amount": amount}]


def shown(view: RenderableType) -> list[str]:
    console = Console(width=100, height=40, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(view)
    return capture.get().splitlines()


def test_the_same_seed_makes_the_same_portfolio() -> None:
    assert portfolio(FIRST_DAY) == portfolio(FIRST_DAY)
    assert portfolio(FIRST_DAY) != portfolio(FIRST_DAY, seed=8)


def test_sixty_invoices_of_a_dozen_customers_are_paid_in_every_way() -> None:
    plan = portfolio(FIRST_DAY)

    assert len(plan.habits) == 60
    assert len(plan.buyers) == len(CUSTOMERS) == 12
    assert {habit: list(plan.habits.values()).count(habit) for habit in Habit} == SHARES


def test_each_habit_pays_what_it_says() -> None:
    plan = portfolio(FIRST_DAY)

    assert all(payment.on < sale.due for sale, (payment,) in payments_of(plan, Habit.EARLY).values())
    assert all(payment.on > sale.due for sale, (payment,) in payments_of(plan, Habit.LATE).values())
    assert all(paid == [] for _, paid in payments_of(plan, Habit.NEVER).values())
    assert all(once == again for _, (once, again) in payments_of(plan, Habit.TWICE).values())
    for sale, (first, second) in payments_of(plan, Habit.IN_PARTS).values():
        assert first.amount + second.amount == total_of(sale)
        assert first.payment_id != second.payment_id
    for sale, (payment,) in payments_of(plan, Habit.TOO_MUCH).values():
        assert payment.amount == total_of(sale) + Decimal(10)
    for _, (payment, bounce) in payments_of(plan, Habit.BOUNCED).values():
        assert bounce.undone == payment.payment_id
        assert bounce.on > payment.on


def test_the_days_shown_reach_the_last_letter() -> None:
    acts = portfolio(FIRST_DAY).acts
    until = datetime.combine(min(act.on for act in acts), time(), UTC) + LAST_STEP
    last_due = max(act.due for act in acts if isinstance(act, Sale))
    letter = datetime.combine(last_due + timedelta(days=max(step.days for step in STANDARD.steps)), time(12), UTC)

    assert until - letter >= timedelta(days=4), "a letter may wait for a long weekend"
    assert max(map(moment_of, acts)) < until


def test_the_scoreboard_adds_up_what_it_hears() -> None:
    board = Scoreboard()
    hear(board, e.InvoiceIssued)
    hear(board, e.CaseOpened)
    hear(board, e.StepCarriedOut)
    hear(board, e.StepSkipped, reason="no_recipient")
    hear(board, e.PaymentApplied, allocations=allocated("100.00"), unallocated="10.00")
    hear(board, e.CaseClosed, reason="settled")
    hear(board, e.PaymentApplied, allocations=allocated("-100.00"), unallocated="0.00")
    hear(board, e.InvoiceReopened)
    hear(board, e.CaseOpened)
    hear(board, e.PaymentRejected)
    board.hear("billing.customer.unheard_of.v1", b"{}")

    assert list(board.invoices.values()) == ["F-2026-00042"]
    assert (board.opened, board.open, board.reopened) == (2, 1, 1)
    assert board.steps == {"first-reminder": 1}
    assert board.skipped == {"no_recipient": 1}
    assert board.closed == {"settled": 1}
    assert board.payments == {"applied": 1, "reversed": 1, "rejected": 1}
    assert board.too_much == 1
    assert ("cyan", "F-2026-00042", "110.00 EUR paid, 10.00 too much") in board.latest
    assert ("cyan", "F-2026-00042", "100.00 EUR bounced") in board.latest


def test_only_the_latest_happenings_are_kept() -> None:
    board = Scoreboard()
    for number in range(100):
        hear(board, e.InvoiceIssued, number=f"F-2026-{number:05d}")

    assert len(board.latest) == LATEST
    assert board.latest[-1][1] == "F-2026-00099"


def test_the_frame_fits_a_terminal_and_keeps_its_place() -> None:
    empty, full = Scoreboard(), Scoreboard()
    for _ in range(60):
        for kind in (e.InvoiceIssued, e.CaseOpened, e.StepCarriedOut, e.PaymentApplied, e.CaseClosed):
            hear(full, kind)
    first, last = (shown(frame(board, now=NOON, share=share)) for board, share in ((empty, -0.1), (full, 1.2)))

    assert len(first) == len(last) <= 24
    assert all(len(line) == 100 and "…" not in line for line in [*first, *last])
    assert "Wednesday 04 March 2026" in first[1]
    assert first[3] == last[3], "the titles of the columns do not move"
    assert "Invoices" in first[3]
    assert "Payments" in first[3]


def test_the_sum_names_what_a_person_asks_for() -> None:
    board = Scoreboard()
    for kind in (e.InvoiceIssued, e.CaseOpened, e.StepCarriedOut, e.PaymentApplied):
        hear(board, kind)
    hear(board, e.CaseClosed, reason="exhausted")
    lines = [
        " ".join(line.split("│")[1:-1]).split()
        for line in shown(summary(board, emails=1, after_payment=0, published=2))
        if "│" in line
    ]
    told = {" ".join(words[:-1]): words[-1] for words in lines}

    assert told["invoices issued"] == "1"
    assert told["told again, and counted once"] == "1"
    assert told["day +7: e-mail, first-reminder"] == "1"
    assert told["day +60: letter, formal-notice"] == "0"
    assert told["reminders that the SMTP server received"] == "1"
    assert told["of these, more than 1 s after the payment"] == "0"
    assert told["cases closed: every step done, not paid"] == "1"
    assert told["cases still open"] == "0"


def test_a_demonstration_begins_anew_but_not_under_one_that_runs(tmp_path: Path) -> None:
    left = tmp_path / "demo" / "left"
    left.parent.mkdir()
    left.touch()
    with Lock(left.parent):
        assert emptied(left.parent) == left.parent
        assert left.exists()

    assert emptied(left.parent) == left.parent
    assert not left.exists()
