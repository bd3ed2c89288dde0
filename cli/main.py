"""The command line for admins and ops: wiring only."""

import typer

from cli import bounces, cases, customers, dead_letters, identity, payments, scenarios, tokens
from cli.failure import Commands
from cli.reconciling.command import reconcile
from cli.rewinding import rewind
from cli.telling_again import tell_again

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help=(
        "Relance from the command line. Settings come from the environment (RELANCE_NATS_URL, RELANCE_BILLING_URL, "
        "RELANCE_DUNNING_URL, RELANCE_NOTIFY_URL, RELANCE_API_KEY, RELANCE_TOKEN or RELANCE_SIGNING_KEY with "
        "RELANCE_AUTH_JWKS), else from the local stack that runs. Exit codes: 0 done, 1 the answer is no, "
        "2 wrong option, 3 out of reach, 4 not allowed; of `bounce` 75 for the last two."
    ),
)
app.command()(tokens.token)
app.command()(reconcile)
app.command()(bounces.bounce)
app.command()(rewind)
app.command("tell-again")(tell_again)
app.add_typer(scenarios.app, name="scenario")
app.add_typer(payments.app, name="payment")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(cases.app, name="case")
app.add_typer(customers.app, name="customer")
app.add_typer(identity.app, name="identity")

if __name__ == "__main__":
    app()
