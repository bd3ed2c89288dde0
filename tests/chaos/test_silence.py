"""A witness who does not answer breaks I6, and hides nothing of what the others tell."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import nats
import pytest
from nats.errors import Error as NatsError
from rich.console import Console
from temporalio.service import RPCError, RPCStatusCode

from deploy.local.ports import free_ports
from deploy.local.program import CannotStart
from deploy.local.servers import NatsServer
from deploy.local.stack import Stack, StackOptions
from tests.chaos import report, silence
from tests.chaos.concerned import Concerned
from tests.chaos.evidence import Evidence
from tests.chaos.judge import judge, unproven
from tests.chaos.silence import DidNotAnswer, Silence, hear
from tests.chaos.test_judge import AN_INVOICE, GOOD, INVOICE, SETTING, broken
from tests.chaos.test_report import an_outcome
from tests.chaos.witnesses import Witnesses

AT_ONCE = timedelta()
FAILED = httpx2.Response(500, request=httpx2.Request("GET", "http://dunning/journal"))
GAP = [AN_INVOICE | {"number": "F-2026-00002"}]
OF_THE_NUMBERS = ("invoices", "heard", "series", "credited")
"""Without one of these nobody can tell that there is a gap."""


def without(name: str, evidence: Evidence = GOOD) -> Evidence:
    missing: Any = Silence("dunning's journal", "HTTPStatusError 500", getattr(evidence, name))
    return replace(evidence, **{name: missing})


class Witness:
    """Fails as often as it is told to, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)

    async def __call__(self) -> list[str]:
        if self.failures:
            raise self.failures.pop(0)
        return ["seen"]


async def test_a_witness_is_asked_again_until_it_answers() -> None:
    gone = [CannotStart("psql failed"), NatsError(), ConnectionRefusedError()]
    assert await hear("PostgreSQL", Witness(*gone), ["nothing"], patience=timedelta(seconds=30)) == ["seen"]


@pytest.mark.parametrize(
    "error",
    [
        httpx2.HTTPStatusError("Server error '500'\nsee there", request=FAILED.request, response=FAILED),
        httpx2.ConnectError("refused"),
        NatsError(),
        RPCError("away", RPCStatusCode.UNAVAILABLE, b""),
        RuntimeError("Failed client connect"),
        CannotStart("psql failed"),
        TimeoutError(),
        json.JSONDecodeError("Expecting value", "<html>", 0),
    ],
)
async def test_of_one_who_does_not_answer_in_time_the_silence_stands(error: Exception) -> None:
    said: object = await hear("dunning's journal", Witness(error), ["nothing"], patience=AT_ONCE)
    assert isinstance(said, Silence)
    assert str(said).startswith(f"dunning's journal did not answer: {type(error).__name__}")
    assert "\n" not in str(said)
    assert said.nothing == ["nothing"]


async def test_one_who_never_ends_is_silent_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "LONGEST_ANSWER_S", 0.05)
    said: object = await hear("Temporal", asyncio.Event().wait, False, patience=AT_ONCE)
    assert str(said) == "Temporal did not answer: TimeoutError"


async def test_a_mistake_of_the_judge_is_no_silence() -> None:
    with pytest.raises(KeyError):
        await hear("dunning's journal", Witness(KeyError("items")), ["nothing"], patience=AT_ONCE)


@pytest.mark.parametrize(
    "look", [len, list, bool, sorted, lambda it: "x" in it, lambda it: it["x"], lambda it: it.get("x")]
)
def test_whoever_looks_at_a_silence_learns_of_it(look: Callable[[Any], object]) -> None:
    with pytest.raises(DidNotAnswer, match="the relay did not answer: away"):
        look(Silence("the relay", "away", []))


@pytest.mark.parametrize("name", sorted(GOOD.words))
def test_one_silent_witness_breaks_i6_alone(name: str) -> None:
    evidence = without(name)
    assert broken(evidence) == {"I6"}
    said = [each.what for each in judge(evidence, SETTING)["I6"].offences]
    assert said == ["dunning's journal did not answer: HTTPStatusError 500"]


def test_what_does_not_need_the_silent_witness_is_judged_and_the_rest_is_not() -> None:
    verdicts = judge(without("journal", replace(GOOD, invoices=GAP)), SETTING)
    assert {name for name, verdict in verdicts.items() if verdict.title == "not judged"} == {"I1", "I2", "I3"}
    assert {name for name, verdict in verdicts.items() if verdict.offences} == {"I5", "I6"}
    assert "I2: nothing to check for: what needs the word of dunning's journal" in unproven(verdicts)


def test_a_process_that_does_not_come_back_breaks_i6_and_the_rest_is_judged() -> None:
    setting = replace(SETTING, down=["dunning"])
    assert broken(GOOD, setting) == {"I6"}
    assert [each.what for each in judge(GOOD, setting)["I6"].offences] == [
        "dunning did not come back after it was killed"
    ]


def test_what_nobody_told_is_not_taken_for_what_is_lost() -> None:
    silent = judge(without("receivables"), SETTING)["I4"]
    assert (silent.title, silent.offences) == ("not judged", [])
    assert Concerned(without("receivables")).of_event({"organisation": "demo", "invoice_number": "F-2026-00001"})


@pytest.mark.parametrize("name", sorted(GOOD.words))
def test_a_run_with_a_silent_witness_has_its_table_its_files_and_its_story(name: str, tmp_path: Path) -> None:
    outcome = an_outcome(without(name, replace(GOOD, invoices=GAP)))
    console = Console(width=200)
    report.write(outcome, tmp_path)
    with console.capture() as capture:
        report.show(outcome, console)
    summary = json.loads((tmp_path / report.SUMMARY).read_text())
    assert summary["invariants"]["I6"]["broken"] == 1
    assert not outcome.is_clean
    assert "I6 : dunning's journal did not answer: HTTPStatusError 500" in capture.get()
    assert (f"The story of invoice {INVOICE}" in capture.get()) is (name not in OF_THE_NUMBERS)


async def test_a_stack_that_answers_nothing_at_all_is_judged_too(tmp_path: Path, nats_server: NatsServer) -> None:
    connection = await nats.connect(nats_server.url)
    await connection.close()
    stack = Stack(StackOptions(tmp_path, ports=free_ports(), quiet=True))
    refuses = httpx2.MockTransport(lambda request: httpx2.Response(500))
    async with httpx2.AsyncClient(transport=refuses) as http:
        witnesses = Witnesses(stack, http, connection.jetstream(), {"demo": lambda: "token"}, patience=AT_ONCE)
        evidence = await witnesses.gather(in_whole=[INVOICE])
    answered = {name for name, word in evidence.words.items() if not isinstance(word, Silence)}
    assert answered == {"conversations", "struck"}
    assert broken(evidence) == {"I6"}
