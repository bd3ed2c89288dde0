"""Plays a portfolio on a stack that falls down: everything is tried again until it is taken, and some things twice."""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from nats.errors import Error as NatsError

from chassis.clock import real_now
from chassis.publish import NoStream, headers_of
from contracts.base import utc
from contracts.events import Event
from deploy.local.player import AT_ONCE, Player, Sale, Settlement
from deploy.local.program import CannotStart
from tests.chaos.mischief import Mischief
from tests.chaos.portfolio import Credit, Deed
from tests.chaos.published import RECORDED, REVERSED, Published, carried

SOURCE = "urn:bank:chaos"
PATIENCE = 200
SHORTEST_TERM = timedelta(days=3)
ISSUING = ("/issue", "/credit")
TWICE = 0.2
STRUCTURED = 0.2


@dataclass
class StubbornPlayer(Player):
    """`seed` decides which events are told twice, and in which form; `acknowledged`: what the stream took.

    `slips`: the real instant at which it took each of them. `answers`: what billing answered to who issued an invoice
    or a credit note, the whole of it.
    """

    seed: int = 0
    tries: int = PATIENCE
    sold: dict[str, asyncio.Event] = field(default_factory=dict)
    slips: dict[Deed, asyncio.Future[datetime]] = field(default_factory=dict)
    acknowledged: list[Published] = field(default_factory=list)
    answers: list[Mapping[str, Any]] = field(default_factory=list)

    async def do(self, deeds: Sequence[Deed]) -> None:
        """Each deed at its instant, or as soon as its invoice is there. Returns after the last."""
        self.sold = {deed.act.ref: asyncio.Event() for deed in deeds if isinstance(deed.act, Sale)}
        self.slips = {deed: asyncio.Future() for deed in deeds if isinstance(deed.act, Mischief)}
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for number, deed in enumerate(deeds):
                await self._wait_until(deed.at)
                group.create_task(self._do_one(number, deed, room))

    async def _do_one(self, number: int, deed: Deed, room: asyncio.Semaphore) -> None:
        act = deed.act
        if isinstance(act, Sale):
            async with room:
                await self._issue(act)
            self.sold[act.ref].set()
            return
        await self.sold[act.sale].wait()
        if isinstance(act, Credit):
            await self._credit(act)
        elif isinstance(act, Mischief):
            await self._spoil(act)
            self.slips[deed].set_result(real_now())
        else:
            await self._after_its_slips(deed)
            await self._pay(act, number)

    async def _after_its_slips(self, deed: Deed) -> None:
        """As long after what it corrects as was planned: a portfolio that is late would tell both at one instant."""
        for slip, told in self.slips.items():
            if isinstance(slip.act, Mischief) and slip.act.settlement == deed.act and slip.at <= deed.at:
                ends = await told + self.clock.real_span(deed.at - slip.at)
                await asyncio.sleep(max(0.0, (ends - real_now()).total_seconds()))

    async def _issue(self, sale: Sale) -> None:
        """Due some days from now at least: an outage of a few seconds takes days on this clock."""
        for attempt in range(PATIENCE):
            today = self.business_now().date()
            asked = replace(sale, ref=f"{sale.ref}-{attempt}", due=max(sale.due, today + SHORTEST_TERM))
            try:
                await super()._issue(asked)
            except CannotStart:  # the day came meanwhile: the draft stays, another one is issued
                if self.business_now().date() <= asked.due:
                    raise
            else:
                self.issued[sale.ref] = self.issued.pop(asked.ref)
                return

    async def _post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        answer = await super()._post(path, body, key=key)
        if path.endswith(ISSUING):
            self.answers.append(answer)
        return answer

    async def _credit(self, credit: Credit) -> None:
        path = f"/invoices/{self.issued[credit.sale].invoice_id}/credit"
        await self._post(path, {"reason": credit.reason}, key=f"credit-{credit.sale}")

    async def _pay(self, settlement: Settlement, number: int) -> None:
        event = self._event(settlement)
        content = json.loads(event.model_dump_json(exclude_none=True))
        expected = REVERSED if settlement.undone else RECORDED
        for time, is_structured in enumerate(tellings(self.seed, number)):
            identity = f"{self.organisation}-{settlement.payment_id}-{number}-{time}"
            body, headers = self._written(event, identity, is_structured=is_structured)
            sequence = await self.tell(event.type, body, headers)
            self.acknowledged.append(Published(sequence, event.type, content, expected))

    async def _spoil(self, mischief: Mischief) -> None:
        good = self._event(mischief.settlement)
        data, headers = mischief.written(json.loads(good.model_dump_json(exclude_none=True)))
        slip = mischief.slip
        sequence = await self.tell(slip.subject, data, headers)
        self.acknowledged.append(Published(sequence, slip.subject, carried(data), slip.expected))

    async def tell(self, subject: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Publish until the stream has it, under this number. A repetition of the same identity is dropped by it."""
        for _ in range(PATIENCE):
            try:
                acknowledged = await self.js.publish(subject, body, headers=dict(headers), timeout=2)
            except (NatsError, OSError, TimeoutError):
                await asyncio.sleep(0.3)
            else:
                return acknowledged.seq
        raise NoStream(f"{subject} was not taken within {PATIENCE} tries")

    def _written(self, event: Event, identity: str, *, is_structured: bool) -> tuple[bytes, Mapping[str, str]]:
        body = event.model_dump_json(exclude_none=True)
        headers = headers_of(event, identity, SOURCE, self.business_now())
        if not is_structured:
            return body.encode(), headers
        attributes = {"specversion": "1.0", "id": identity, "source": SOURCE, "type": event.type}
        whole = {**attributes, "time": utc(real_now()), "data": json.loads(body)}
        named = {"content-type": "application/cloudevents+json", "Nats-Msg-Id": identity}
        return json.dumps(whole).encode(), named


def tellings(seed: int, number: int) -> list[bool]:
    """How often the deed of this number is told, and whether in structured mode: drawn for each deed by itself, so that
    it does not matter which of several deeds at once comes first."""
    chance = random.Random(f"publisher {seed} {number}")
    return [chance.random() < STRUCTURED for _ in range(2 if chance.random() < TWICE else 1)]
