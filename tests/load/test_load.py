"""What a run of the load test draws and reckons; the run itself is `make load`."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from contracts import events as e
from tests.chaos.evidence import Mail, Movement
from tests.chaos.judge import judge
from tests.chaos.test_judge import GOOD, INVOICE, KEY, SETTING, an_event, seconds
from tests.load import portfolio, report, times
from tests.load.__main__ import main
from tests.load.footprint import Reading
from tests.load.options import Options
from tests.load.report import Outcome

OPTIONS = Options(invoices=1000, wave=100, rate=10, seconds=60, data_dir=Path("/nowhere"), build=Path("/nowhere"))


def test_every_step_of_the_wave_comes_due_and_some_of_its_invoices_are_paid_meanwhile() -> None:
    refs = portfolio.paid(OPTIONS)

    early, late = refs[:120], refs[120:]
    assert len(refs) == len(set(refs)) == 600
    assert not any(ref.startswith("wave") for ref in early)
    assert any(ref.startswith("wave") for ref in late)
    assert refs == portfolio.paid(OPTIONS)


def test_payments_are_timed_from_the_stream_to_the_commit_and_to_the_closed_case() -> None:
    paid = replace(an_event(e.PaymentReceived, identity="paid", invoice_number="F-2026-00001"), at=seconds(10))
    closed = replace(an_event(e.CaseClosed, identity="closed", invoice_id=INVOICE), at=seconds(12.5))
    evidence = replace(
        GOOD,
        heard=(*GOOD.heard, paid, closed),
        movements=(Movement(INVOICE, Decimal(100), seconds(10.25)),),
        mails=(Mail(KEY, seconds(20), seconds(21)),),
    )

    early = {each.title: each for each in times.payment_times(evidence, seconds(11))}
    assert early["payment to applied, before the wave"].seconds["p99"] == 0.25
    assert early["payment to closed case, before the wave"].seconds["p50"] == 2.5
    assert early["payment to closed case, from the wave on"].count == 0
    assert times.lateness(evidence, seconds(11)).seconds["most"] == 10
    assert times.applied_between(evidence, seconds(10), seconds(20)) == 0.1


def test_the_outcome_tells_growth_processors_and_what_is_broken(tmp_path: Path) -> None:
    late = replace(
        GOOD, movements=(Movement(INVOICE, Decimal(100), seconds(0)),), mails=(Mail(KEY, seconds(9), seconds(9)),)
    )
    outcome = Outcome(
        options=OPTIONS,
        verdicts=judge(late, SETTING),
        spreads=[times.Spread.of("nothing", ())],
        applied_per_s=9.5,
        facts={"most memory, billing, MB": 80.0},
        disk={
            "empty": {"postgresql billing": 1000, "nats BILLING": 0, "temporal": 0},
            "filled": {"postgresql billing": 11_000, "nats BILLING": 0, "temporal": 0},
            "paid": {"postgresql billing": 17_000, "nats BILLING": 0, "temporal": 0},
        },
        readings={
            "empty": Reading({"billing": 60.0}, {"billing": 0.0}, 0.0),
            "filled": Reading({"billing": 70.0}, {"billing": 0.0}, 0.0),
            "before payments": Reading({"billing": 70.0}, {"billing": 1.0}, 10.0),
            "after payments": Reading({"billing": 70.0}, {"billing": 4.0}, 20.0),
        },
    )
    report.write(outcome, tmp_path)
    console = Console(file=StringIO(), width=160)
    report.show(outcome, console)

    written = json.loads((tmp_path / "load.json").read_text())
    assert not outcome.is_clean
    assert written["growth_bytes"]["postgresql"] == {"open": 10, "paid": 10}
    assert written["processor_s"] == {"billing": 3.0, "other programs": 7.0}
    assert KEY in console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--invoices", "many"], "INVOICES='many': expected a number from 20 to 1e+06"),
        (["--invoices", "100", "--wave", "100", "--rate", "1", "--seconds", "10"], "WAVE=100: expected fewer"),
        (["--invoices", "100"], "RATE and SECONDS make 30000 payments: expected INVOICES (100) at most"),
        (["--rate", "0"], "RATE='0': expected a number from 0.1 to 1000"),
    ],
)
def test_a_size_that_cannot_be_is_refused_by_its_name(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)

    assert said in capsys.readouterr().err


def test_an_hour_of_business_is_five_seconds() -> None:
    clock = OPTIONS.clock
    assert clock.real_span(timedelta(hours=1)) == timedelta(seconds=5)
