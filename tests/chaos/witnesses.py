"""Asks everyone who saw something of a run."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

import httpx2
from nats.js import JetStreamContext
from pydantic import BaseModel

from chassis.clock import real_now
from chassis.dead_letters import DeadLetters
from contracts import dunning
from contracts.topology import CONSUMERS
from deploy.local import evidence as mailbox_evidence
from deploy.local.stack import Stack
from services.billing.receivables.schemas import ReceivableItem
from services.dunning.cases.schemas import CaseSummary
from services.dunning.journal.schemas import JournalEntryView
from services.dunning.reconciliation.schemas import ReconciliationView
from services.notify.letters.schemas import LetterView
from services.notify.messages.schemas import MessageSummary
from services.notify.tasks.schemas import TaskView
from tests.chaos.commits import credited, made_at, movements, outboxes, series
from tests.chaos.evidence import Evidence, KnownPayment, Mail, Paper, Run, invoice_of
from tests.chaos.histories import PREFIX, runs
from tests.chaos.mailbox.receiver import conversations_of, struck_of
from tests.chaos.published import Identity
from tests.chaos.silence import ANSWERS_WITHIN, Word, hear
from tests.chaos.streams import everything_heard
from workflows.client import connect

View = TypeVar("View", bound=BaseModel)
NOTHING: Mapping[str, str] = MappingProxyType({})
AT_ONCE = 8
MOST = 100_000
MENDED = ("opened", "updated", "workflows_started", "workflows_changed", "workflows_closed")


@dataclass(frozen=True)
class Witnesses:
    """`tokens` are of each organisation, and asked for each request: a token lasts five minutes.

    Without `histories` nothing is known of the tasks of workflows: one is read for each workflow, which among tens of
    thousands takes longer than what is judged.
    """

    stack: Stack
    http: httpx2.AsyncClient
    js: JetStreamContext
    tokens: Mapping[str, Callable[[], str]]
    histories: bool = True
    patience: timedelta = ANSWERS_WITHIN

    async def gather(self, *, in_whole: Collection[str] = ()) -> Evidence:
        """The journal first: what it says was sent must be found at the relay, which is asked later.

        In the place of what a witness did not answer there is a Silence. `in_whole`: the ids of the invoices and credit
        notes that are read one by one beside their list, at the end: of many that takes a while.
        """
        mailbox, postgres = self.stack.servers.mailbox.data_dir, self.stack.servers.postgres
        return Evidence(
            gathered_at=real_now(),
            cases=await self._listed("dunning", "/cases", CaseSummary),
            journal=await self._listed("dunning", "/journal", JournalEntryView),
            messages=await self._listed("notify", "/messages", MessageSummary),
            payments=await self._hear("billing's payments", self._payments, {}),
            papers=await self._hear("notify's letters and calls", self._papers, []),
            shown=await self._hear("notify's uncertain messages", self._shown, frozenset()),
            invoices=await self._hear("billing's invoices", partial(self._pages, "billing", "/invoices"), []),
            receivables=await self._listed("billing", "/receivables", ReceivableItem),
            movements=await self._hear("PostgreSQL's commits", partial(asyncio.to_thread, movements, postgres), []),
            series=await self._hear("PostgreSQL's series", partial(asyncio.to_thread, series, postgres), {}),
            credited=await self._hear("PostgreSQL's credit notes", partial(asyncio.to_thread, credited, postgres), []),
            mails=await self._hear("the relay", partial(mails, self.stack), []),
            conversations=conversations_of(mailbox),
            struck=struck_of(mailbox),
            heard=await self._hear("the streams", partial(everything_heard, self.js), []),
            dead=await self._hear("the dead letters", partial(DeadLetters(self.js).page, limit=MOST), []),
            waiting=await self._hear("the queues", self.waiting, {}),
            runs=await self._hear("Temporal", self._runs, []),
            mended=await self._hear("dunning's reconciliations", self._mended, {}),
            in_whole=await self._hear("billing's invoices one by one", partial(self._in_whole, in_whole), {}),
        )

    async def _hear(self, witness: str, ask: Callable[[], Awaitable[Word]], nothing: Word) -> Word:
        return await hear(witness, ask, nothing, patience=self.patience)

    async def _listed(self, service: str, path: str, view: type[View]) -> list[View]:
        return await self._hear(f"{service}'s {path[1:]}", partial(self._all, service, path, view), [])

    async def _payments(self) -> dict[Identity, KnownPayment]:
        return {payment.identity: payment for payment in await self._all("billing", "/payments", KnownPayment)}

    async def _in_whole(self, wanted: Collection[str]) -> dict[str, dict[str, Any]]:
        room = asyncio.Semaphore(AT_ONCE)

        async def read(listed: Mapping[str, Any]) -> dict[str, Any]:
            async with room:
                return await self._get(listed["organisation"], "billing", f"/invoices/{listed['id']}")

        listed = await self._pages("billing", "/invoices") if wanted else []
        found = await asyncio.gather(*(read(each) for each in listed if each["id"] in wanted))
        return {each["id"]: each for each in found}

    async def _mended(self) -> Mapping[str, int]:
        found = Counter[str]()
        for run in await self._all("dunning", "/reconciliations", ReconciliationView):
            found.update({name: getattr(run, name) for name in MENDED})
        return found

    async def waiting(self) -> Mapping[str, int]:
        """Messages not dealt with, by consumer, and facts not published, by service."""
        found = await asyncio.to_thread(outboxes, self.stack.servers.postgres)
        for consumer in CONSUMERS:
            info = await self.js.consumer_info(consumer.stream, consumer.durable)
            found[consumer.durable] = (info.num_pending or 0) + (info.num_ack_pending or 0)
        return found

    async def running(self) -> set[str]:
        """The invoices whose workflow runs."""
        query = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
        client = await connect(self.stack.servers.temporal.target, "default")
        return {found.id.removeprefix(PREFIX) async for found in client.list_workflows(query)}

    async def cases(self) -> list[CaseSummary]:
        return await self._all("dunning", "/cases", CaseSummary)

    async def unfinished_messages(self) -> int:
        found = await self._pages("notify", "/messages", status="sending")
        return len(found)

    async def _shown(self) -> frozenset[str]:
        """What a person finds who asks notify for uncertain messages."""
        return frozenset(item["key"] for item in await self._pages("notify", "/messages", status="uncertain"))

    async def _papers(self) -> list[Paper]:
        """After the journal and before the streams: what either says of them must be found."""
        made = await asyncio.to_thread(made_at, self.stack.servers.postgres)
        letters = await self._all("notify", "/letters", LetterView)
        calls = await self._all("notify", "/tasks", TaskView)
        found = [(each, each.prepared_at) for each in letters] + [(each, each.opened_at) for each in calls]
        return [
            Paper(each.key, invoice_of(each.key), each.status.value, asked_at, made.get(each.key))
            for each, asked_at in found
        ]

    async def _all(self, service: str, path: str, view: type[View]) -> list[View]:
        return [view.model_validate(item) for item in await self._pages(service, path)]

    async def _pages(self, service: str, path: str, **query: str) -> list[dict[str, Any]]:
        """Everything that each organisation is shown; each item says whose it is."""
        return [
            {"organisation": organisation, **item}
            for organisation in self.tokens
            async for item in self._items(organisation, service, path, query)
        ]

    async def _items(
        self, organisation: str, service: str, path: str, query: Mapping[str, str]
    ) -> AsyncIterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            asked = {"limit": "200", **query} | ({"cursor": cursor} if cursor else {})
            page = await self._get(organisation, service, path, asked)
            for item in page["items"]:
                yield item
            cursor = page["next"]
            if cursor is None:
                return

    async def _get(
        self, organisation: str, service: str, path: str, query: Mapping[str, str] = NOTHING
    ) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self.tokens[organisation]()}"}
        url = self.stack.urls[service] + path
        answer = await self.http.get(url, params=dict(query), headers=headers, timeout=30)
        body: dict[str, Any] = answer.raise_for_status().json()
        return body

    async def _runs(self) -> list[Run]:
        client = await connect(self.stack.servers.temporal.target, "default")
        return [run async for run in runs(client, histories=self.histories)]


async def mails(stack: Stack) -> list[Mail]:
    """Every dunning e-mail that the relay accepted; when it began to listen it noted itself."""
    began = {each.kept: each.began for each in conversations_of(stack.servers.mailbox.data_dir) if each.kept}
    accepted = await mailbox_evidence.summaries(stack.urls["mailbox"])
    return [
        Mail(key, began.get(item["id"], at), at)
        for item in accepted
        if (key := mailbox_evidence.key_of(item))
        for at in [datetime.fromisoformat(item["at"])]
    ]
