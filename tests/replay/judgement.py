"""What a replay came to, told by the SMTP server, PostgreSQL's commits, the streams and the list of messages."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from contracts.clock import Clock
from contracts.scenario import ScenarioContent, StepKind
from deploy.local.evidence import carried_out, closed, emails
from deploy.local.player import Issued, Player
from deploy.local.program import CannotStart
from tests.chaos.doubts import Doubt, doubts, each_is_explained
from tests.chaos.evidence import Evidence, invoice_of
from tests.chaos.reminders import no_reminder_after_payment
from tests.chaos.verdict import Death, Setting, Verdict
from tests.chaos.witnesses import Witnesses
from tests.replay.expectation import Expected, Outage, expected_emails
from tests.replay.history import Entry
from tests.replay.kills import AT_WORK, LONGEST_RETRY, Kill, outage, outages
from tests.replay.processes import SENDERS
from tests.replay.report import Doubtful, Replay, compare

CALM_WITHIN_S = 90.0
"""Longer than the lease of a message whose process was killed, after which it is shown as uncertain."""
UNCERTAIN_AFTER = timedelta(seconds=35)
"""The lease, and what passes until somebody looks: so long the case of such a message waits, in real time."""
END_LEFT_OUT = timedelta(days=2)


async def calm(witnesses: Witnesses) -> None:
    """Wait until no message is being handed over: one whose process died becomes uncertain."""
    deadline = time.monotonic() + CALM_WITHIN_S
    while await witnesses.unfinished_messages():
        if time.monotonic() > deadline:
            raise CannotStart(f"messages were still being handed over after {CALM_WITHIN_S:.0f} s")
        await asyncio.sleep(1)


async def judge(
    player: Player,
    entries: Sequence[Entry],
    scenario: ScenarioContent,
    witnesses: Witnesses,
    end: date,
    kills: Sequence[Kill],
) -> Replay:
    gathered = await witnesses.gather()
    setting = setting_of(player.clock, player.issued, kills)
    found = doubts(gathered, setting)
    numbers = {issued.invoice_id: ref for ref, issued in player.issued.items()}
    held_up = outages(kills, player.clock)
    return compare(
        numbers,
        await emails(witnesses.stack.urls["mailbox"]),
        expected(entries, scenario, end, held_up, _stuck(found, numbers, player.clock)),
        without_kills=expected(entries, scenario, end),
        steps=await carried_out(player.js),
        closed=await closed(player.js),
        after_payment=after_payment(gathered, setting),
        latest_act=player.latest,
        doubtful=doubtful(found, setting),
        kills=[kill.name for kill in kills],
    )


def setting_of(clock: Clock, issued: Mapping[str, Issued], kills: Sequence[Kill]) -> Setting:
    deaths = [Death(kill.at, kill.name) for kill in kills]
    return Setting(clock, dict(issued), deaths=deaths, senders=SENDERS)


def expected(
    entries: Sequence[Entry],
    scenario: ScenarioContent,
    end: date,
    held_up: Sequence[Outage] = (),
    stuck: Mapping[str, Sequence[Outage]] = MappingProxyType({}),
) -> Expected:
    """Of the e-mails of a scenario, those that must and those that may come until a little before the `end`."""
    return expected_emails(
        entries,
        {step.key: step.days for step in scenario.steps if step.kind is StepKind.EMAIL},
        until=end - END_LEFT_OUT,
        further=[step.days for step in scenario.steps],
        outages=held_up,
        stuck=stuck,
    )


def after_payment(gathered: Evidence, setting: Setting) -> list[str]:
    """The reminders that left over a second after PostgreSQL committed the payment, as `make chaos` judges them."""
    return [offence.what for offence in no_reminder_after_payment(gathered, setting).offences]


def doubtful(found: Sequence[Doubt], setting: Setting) -> Doubtful:
    """At most one message for each kill of its sender or of the relay may be uncertain."""
    verdict = Verdict("uncertain messages")
    each_is_explained(verdict, found, setting)
    steps = {(invoice_of(doubt.key), doubt.key.split(":")[2]) for doubt in found}
    return Doubtful(steps, [offence.what for offence in verdict.offences])


def _stuck(found: Sequence[Doubt], numbers: Mapping[str, str], clock: Clock) -> dict[str, list[Outage]]:
    """The case of an uncertain message goes on once it is known that nobody will know."""
    spans: dict[str, list[Outage]] = defaultdict(list)
    for doubt in found:
        if doubt.deaths:
            died = sorted(death.at for death in doubt.deaths)
            last = died[-1] + UNCERTAIN_AFTER + LONGEST_RETRY + AT_WORK
            spans[numbers[invoice_of(doubt.key)]].append(outage(clock, died[0], last))
    return spans
