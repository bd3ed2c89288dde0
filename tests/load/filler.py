"""Who fills the stack, and a bank that publishes payments at its own pace, whatever becomes of them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import httpx2

from chassis.clock import real_now
from chassis.publish import headers_of
from contracts.events import InvoiceIssued
from deploy.local.player import Player, Settlement
from tests.chaos.published import RECORDED, Published, object_of
from tests.load.copies import Copier
from tests.load.options import Options
from tests.load.portfolio import Kind

TOKEN_LASTS = timedelta(minutes=2)
NEVER = datetime.min.replace(tzinfo=UTC)
SOURCE = "urn:bank:load"


@dataclass
class Filler(Player):
    """`acknowledged`: the payments that the stream took; `behind` is in seconds."""

    acknowledged: list[Published] = field(default_factory=list)
    behind: float = 0.0
    _token: str = ""
    _made: datetime = NEVER

    def token(self) -> str:
        """One for two minutes: signing one for each request would be the load."""
        if real_now() - self._made > TOKEN_LASTS:
            self._token, self._made = super().token(), real_now()
        return self._token

    async def fill(self, kind: Kind, copier: Copier, *, due: date) -> None:
        """Issue one over HTTP, with its document, and copy it."""
        await self.register([kind.buyer])
        await self._issue(kind.sale(due))
        first, *others = kind.refs
        one = self.issued[first]
        await self._get(f"/invoices/{one.invoice_id}/pdf")
        told = InvoiceIssued.model_validate((await self._get(f"/receivables/{one.invoice_id}")).json(), extra="ignore")
        copies = await copier.copy(one, told, len(others), per_customer=kind.per_customer)
        self.issued |= dict(zip(others, copies, strict=True))

    async def pay(self, refs: Sequence[str], options: Options, begin: datetime) -> None:
        """One each `1 / rate` seconds from the real instant `begin` on, whatever becomes of those before."""
        async with asyncio.TaskGroup() as group:
            for number, ref in enumerate(refs):
                at = begin + timedelta(seconds=number / options.rate)
                await asyncio.sleep(max(0.0, (at - real_now()).total_seconds()))
                self.behind = max(self.behind, (real_now() - at).total_seconds())
                group.create_task(self._pay(ref))

    async def _pay(self, ref: str) -> None:
        issued = self.issued[ref]
        event = self._event(Settlement(f"pay-{ref}", ref, self.business_now().date(), issued.total))
        headers = headers_of(event, f"pay-{ref}", SOURCE, self.business_now())
        body = event.model_dump_json(exclude_none=True).encode()
        taken = await self.js.publish(event.type, body, headers=headers, timeout=30)
        self.acknowledged.append(Published(taken.seq, event.type, object_of(body), RECORDED))

    async def _get(self, path: str) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.token()}"}
        return (await self.http.get(self.billing + path, headers=headers, timeout=60)).raise_for_status()
