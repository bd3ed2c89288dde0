"""What sending an overdue list does: see whether it is still asked for, read what is overdue, have notify mail it."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from temporalio import activity

from chassis.clock import real_now
from chassis.http import Peer, PeerRefused
from contracts.actions import ActionOutcome, ActionStatus, Attachment, SendMessage
from contracts.overdue_list import OverdueList, OverdueListContext, OverdueListDue
from contracts.parties import Language, Seller
from workflows.heartbeat import beating
from workflows.overdue_list.figures import AgedBalance, Figures

FRESH_FOR = timedelta(minutes=5)
"""Real time for which billing may lag behind the payments; the list waits for longer than that."""
SENDING_MAY_TAKE = 45.0
TEMPLATE = "overdue-list"
FILES = {Language.FRENCH: "en-retard", Language.ENGLISH: "overdue"}


class Delivery(StrEnum):
    MADE = "made"  # `uncertain` counts: it may have left, and is not sent again
    FAILED = "failed"  # refused for good
    NEEDLESS = "needless"  # nobody asks for it any more


class NotFresh(Exception):
    """Payments wait for billing; what is overdue is not known, and is asked again."""


class NotFinished(Exception):
    """notify has not finished with the message; the attempt is made again and finds the outcome."""


class OverdueListActivities:
    """`now` gives real time. Whatever is out of reach, or refuses, fails the attempt, and is tried again."""

    def __init__(
        self, billing: Peer, dunning: Peer, notify: Peer, *, console: str, now: Callable[[], datetime] = real_now
    ) -> None:
        self.billing = billing
        self.dunning = dunning
        self.notify = notify
        self.link = f"{console.rstrip('/')}/receivables"
        self.now = now

    def all(self) -> Sequence[Callable[..., object]]:
        return [self.send]

    @activity.defn(name="send_overdue_list")
    @beating()
    async def send(self, due: OverdueListDue) -> Delivery:
        """notify sends one key once. No name and no amount stands in the workflow's history."""
        asked = await self._still_asked_for(due)
        if asked is None:
            return Delivery.NEEDLESS
        outcome = await self.notify.post(
            "/messages",
            await self._message(asked, due),
            ActionOutcome,
            organisation=due.organisation,
            timeout=SENDING_MAY_TAKE,
        )
        return _delivery(outcome)

    async def _message(self, asked: OverdueList, due: OverdueListDue) -> SendMessage:
        figures = Figures(self.billing, due.organisation)
        aged = await self._fresh(figures)
        amounts = await figures.amounts(aged)
        file = await figures.file(asked.language) if amounts else None
        payers, customers = await figures.late_payers()
        context = OverdueListContext(
            reader=asked.owner_name,
            language=asked.language,
            seller=await self.billing.get("/seller", Seller, organisation=due.organisation),
            today=aged.day,
            until=asked.until,
            amounts=amounts,
            customers=customers,
            late_payers=payers,
            invoices=await figures.invoices(),
            has_file=file is not None,
            link=self.link,
        )
        return SendMessage(
            key=due.key,
            context=context,
            at=due.clock.business(self.now()),
            template=TEMPLATE,
            recipient=asked.email,
            recipient_name=asked.owner_name,
            attachments=[_attached(file, context)] if file is not None else [],
        )

    async def _still_asked_for(self, due: OverdueListDue) -> OverdueList | None:
        try:
            path = f"/overdue-lists/{quote(due.owner, safe='')}"
            return await self.dunning.get(path, OverdueList, organisation=due.organisation)
        except PeerRefused as refusal:
            if refusal.status != 404:
                raise
            return None

    async def _fresh(self, figures: Figures) -> AgedBalance:
        aged = await figures.aged()
        if self.now() - aged.as_of > FRESH_FOR:
            raise NotFresh(f"billing knows of payments until {aged.as_of.isoformat()}")
        return aged


def _attached(file: bytes, context: OverdueListContext) -> Attachment:
    name = f"{FILES[context.language]}-{context.today.isoformat()}.csv"
    return Attachment(filename=name, content_type="text/csv", content=base64.b64encode(file))


def _delivery(outcome: ActionOutcome) -> Delivery:
    if outcome.status in (ActionStatus.PENDING, ActionStatus.SENDING):
        raise NotFinished(f"{outcome.key} is {outcome.status}")
    return Delivery.FAILED if outcome.status in (ActionStatus.FAILED, ActionStatus.BOUNCED) else Delivery.MADE
