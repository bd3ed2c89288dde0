"""What a replay came to, told by the SMTP server, the streams and the list of messages."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from contracts.scenario import ScenarioContent, StepKind
from deploy.local import evidence
from deploy.local.player import Player
from deploy.local.program import CannotStart
from tests.replay.expectation import expected_emails
from tests.replay.history import Entry
from tests.replay.kills import Killer
from tests.replay.report import Replay, compare

CALM_WITHIN_S = 90.0
"""Longer than the lease of a message whose process was killed, after which it is shown as uncertain."""


async def calm(player: Player, notify: str) -> None:
    """Wait until no message is being handed over: one whose process died becomes uncertain."""
    deadline = time.monotonic() + CALM_WITHIN_S
    while await _messages(player, notify, "sending"):
        if time.monotonic() > deadline:
            raise CannotStart(f"messages were still being handed over after {CALM_WITHIN_S:.0f} s")
        await asyncio.sleep(1)


async def _messages(player: Player, notify: str, status: str) -> list[tuple[str, str]]:
    """(invoice id, step) of the dunning messages of a status."""
    headers, query = {"authorization": f"Bearer {player.token()}"}, {"status": status, "limit": "200"}
    found: list[tuple[str, str]] = []
    while True:
        page = (await player.http.get(f"{notify}/messages", params=query, headers=headers)).raise_for_status().json()
        keys = [item["key"].split(":") for item in page["items"] if item["invoice_id"]]
        found += [(invoice, step) for invoice, _, step, _ in keys]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


async def judge(
    player: Player,
    entries: Sequence[Entry],
    scenario: ScenarioContent,
    urls: Mapping[str, str],
    end: date,
    killer: Killer,
) -> Replay:
    sent = await evidence.emails(urls["mailbox"])
    email_steps = {step.key: step.days for step in scenario.steps if step.kind is StepKind.EMAIL}
    numbers = {issued.invoice_id: ref for ref, issued in player.issued.items()}
    expected = expected_emails(
        entries,
        email_steps,
        until=end - timedelta(days=2),
        further=[step.days for step in scenario.steps],
        outages=[kill.outage(player.clock) for kill in killer.kills],
    )
    replay = compare(
        numbers,
        sent,
        expected,
        steps=await evidence.carried_out(player.js),
        closed=await evidence.closed(player.js),
        after_payment=evidence.after_payment(sent, await evidence.paid_spans(player.js)),
        latest_act=player.latest,
        uncertain=await _messages(player, urls["notify"], "uncertain"),
    )
    replay.kills = [kill.name for kill in killer.kills]
    return replay
