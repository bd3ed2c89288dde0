"""`relance payment publish`: payments and reversals as other programs publish them."""

from datetime import date, timedelta
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer
from pydantic import ValidationError

from chassis.clock import Now
from chassis.dates import business_day
from chassis.problems import field_error
from chassis.settings import load
from cli import show
from cli.answers import Answer, publish_and_wait, show_answer, show_stored
from cli.bus import on_the_bus
from cli.failure import NO, UNREACHABLE, USAGE, Commands, Failure
from cli.options import Json, Organisation
from cli.settings import Settings
from contracts.events import Event, PaymentReceived, PaymentReversed

app = typer.Typer(cls=Commands, no_args_is_help=True)

Kind = TypeVar("Kind", bound=Event)

OPTIONS = {"payer.name": "--payer-name", "payer.iban": "--payer-iban"}


@app.callback(help="Payment events, as other programs publish them.")
def group() -> None:
    """Keeps `publish` a command of its own while it is the only one."""


@app.command()
def publish(
    organisation: Organisation = "demo",
    payment_id: Annotated[
        str | None, typer.Option(help="The bank's or provider's reference; a new one is made when absent.")
    ] = None,
    amount: Annotated[str | None, typer.Option(help="As 1234.50.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO 4217; EUR when absent.")] = None,
    received_on: Annotated[
        str | None, typer.Option(metavar="DATE", help="As 2026-01-31; today, on the clock of the stack, when absent.")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="transfer (when absent), card, direct_debit, cheque, cash or other.")
    ] = None,
    invoice_number: Annotated[
        str | None, typer.Option("--invoice-number", "--invoice", help="The invoice that is paid.")
    ] = None,
    remittance: Annotated[str | None, typer.Option(help="The words that came with the money.")] = None,
    payer_name: Annotated[str | None, typer.Option(help="Who paid.")] = None,
    payer_iban: Annotated[str | None, typer.Option(help="From which account.")] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="The payment came undone.")] = False,
    reversed_on: Annotated[str | None, typer.Option(metavar="DATE", help="As 2026-01-31; today when absent.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why it came undone.")] = None,
    event_id: Annotated[
        str | None, typer.Option(help="ce-id and Nats-Msg-Id: the same twice is stored once. A new one when absent.")
    ] = None,
    source: Annotated[str, typer.Option(help="ce-source: the program that publishes.")] = "urn:relance:cli",
    wait: Annotated[float, typer.Option(min=0, max=3600, help="Seconds to wait for billing's answer; 0: none.")] = 10,
    as_json: Json = False,
) -> None:
    """Publish a payment, or with --reverse its reversal, and tell what billing made of it."""
    settings = load(Settings)
    payment: dict[str, Any] = {
        "amount": amount,
        "currency": currency,
        "received_on": received_on,
        "method": method,
        "invoice_number": invoice_number,
        "remittance": remittance,
        "payer": _present({"name": payer_name, "iban": payer_iban}) or None,
    }
    reversal: dict[str, Any] = {"reversed_on": reversed_on, "reason": reason}
    identity: dict[str, Any] = {"organisation": organisation, "payment_id": payment_id}
    today = _today(settings)
    event = _reversal(identity, reversal, payment, today) if reverse else _payment(identity, payment, reversal, today)
    answer = on_the_bus(
        settings,
        lambda connection: publish_and_wait(
            connection,
            event,
            identity=event_id or str(uuid4()),
            source=source,
            at=Now(settings.clock)(),
            wait=timedelta(seconds=wait),
            stored=_nothing if as_json else show_stored,
        ),
    )
    if as_json:
        show.json_of(answer.as_json())
    else:
        show_answer(answer, settings, organisation)
    raise typer.Exit(_code(answer, awaited=wait > 0))


def _payment(
    identity: dict[str, Any], payment: dict[str, Any], reversal: dict[str, Any], today: date
) -> PaymentReceived:
    _refuse(reversal, "only with --reverse")
    defaults = {"currency": "EUR", "received_on": today, "method": "transfer"}
    new = {"payment_id": f"cli-{uuid4()}"}
    return _read(PaymentReceived, new | defaults | _present(identity) | _present(payment))


def _reversal(
    identity: dict[str, Any], reversal: dict[str, Any], payment: dict[str, Any], today: date
) -> PaymentReversed:
    _refuse(payment, "not with --reverse: the payment is known by its --payment-id")
    return _read(PaymentReversed, {"reversed_on": today} | _present(identity) | _present(reversal))


def _refuse(values: dict[str, Any], why: str) -> None:
    for name, value in _present(values).items():
        raise Failure(f"{_option(name)}: {value!r} was given; {why}", USAGE)


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _read(kind: type[Kind], body: dict[str, Any]) -> Kind:
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        lines = [_mistake(field_error(item)) for item in error.errors(include_url=False)]
        raise Failure("\n  ".join(["nothing was published:", *lines]), USAGE) from None


def _mistake(error: dict[str, str]) -> str:
    expected, value = error["expected"], error["value"]
    is_shown = value in expected or expected == "Field required"
    return f"{_option(error['field'])}: {expected}" + ("" if is_shown else f" (got {value!r})")


def _option(field: str) -> str:
    if field == "payer":
        return "--payer-name, --payer-iban"
    return OPTIONS.get(field, f"--{field.replace('_', '-')}")


def _nothing(_: Answer) -> None:
    """What programs read is one document, at the end."""


def _today(settings: Settings) -> date:
    return business_day(Now(settings.clock)())


def _code(answer: Answer, *, awaited: bool) -> int:
    if answer.refused:
        return NO
    return UNREACHABLE if awaited and not answer.is_known else 0
