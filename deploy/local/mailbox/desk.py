"""What the desk shows beside the mails: the letters and the tasks that notify holds, read through its public API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

import httpx2
from pydantic import BaseModel

from chassis.auth import Mint, Role
from deploy.local.credentials import mint_of
from deploy.local.seed import ORGANISATION

NEEDED = (
    "RELANCE_NOTIFY_URL",
    "RELANCE_AUTH_JWKS",
    "RELANCE_AUTH_ISSUER",
    "RELANCE_AUTH_AUDIENCE",
    "RELANCE_SIGNING_KEY",
)
PATIENCE_S = 15.0
"""A day's print batch takes longest."""

V = TypeVar("V", bound=BaseModel)


class Letter(BaseModel):
    id: UUID
    reference: str
    recipient: str
    subject: str
    status: str
    prepared_on: date
    posted_on: date | None
    tracking_number: str | None
    reason: str | None
    pages: int


class ConcernedInvoice(BaseModel):
    number: str
    due_date: date
    balance: str
    currency: str
    days_late: int


class Task(BaseModel):
    id: UUID
    assignee: str
    due_on: date
    customer: str
    phone: str | None
    subject: str
    note: str
    invoices: list[ConcernedInvoice]
    status: str
    outcome: str | None
    outcome_note: str | None
    promised_on: date | None
    reason: str | None


class Page(BaseModel, Generic[V]):
    items: list[V]
    next: str | None


class NotifyIsDown(Exception):
    """Notify did not answer, or could not."""


class NotifyRefused(Exception):
    """Notify answered `status`, 4xx, for the reason `detail`."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


@dataclass(frozen=True)
class Desk:
    """A reader of notify, with a token of a viewer for each question. Raises NotifyIsDown and NotifyRefused."""

    http: httpx2.AsyncClient
    notify: str
    mint: Mint
    organisation: str
    page_length: int = 50

    async def letters(self, cursor: str | None) -> Page[Letter]:
        """Newest first."""
        return Page[Letter].model_validate_json(await self._page("/letters", cursor=cursor))

    async def letter(self, letter_id: UUID) -> bytes:
        """The letter as PDF."""
        return await self._get(f"/letters/{letter_id}/pdf")

    async def batch(self, day: date) -> bytes:
        """The letters of a day in one PDF."""
        return await self._get(f"/letters/batches/{day}.pdf")

    async def tasks(self, status: str | None, cursor: str | None) -> Page[Task]:
        """The one due first at the top."""
        return Page[Task].model_validate_json(await self._page("/tasks", status=status, cursor=cursor))

    async def _page(self, path: str, **query: str | None) -> bytes:
        return await self._get(path, limit=str(self.page_length), **query)

    async def _get(self, path: str, **query: str | None) -> bytes:
        asked = {name: value for name, value in query.items() if value is not None}
        token = self.mint.token("local-desk", self.organisation, [Role.VIEWER])
        try:
            response = await self.http.get(
                self.notify + path, params=asked, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE_S
            )
        except httpx2.TransportError as error:
            raise NotifyIsDown(f"{self.notify}{path}: {error!r}") from error
        if response.status_code >= 500:
            raise NotifyIsDown(f"{self.notify}{path} answered {response.status_code}: {response.text[:200]}")
        if response.status_code >= 400:
            raise NotifyRefused(response.status_code, _detail(response))
        return response.content


def _detail(response: httpx2.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return response.text[:200]


def desk_of(environment: Mapping[str, str], http: httpx2.AsyncClient) -> Desk | None:
    """The desk of the stack whose processes have this environment; None for a mailbox that stands alone."""
    if not all(environment.get(name) for name in NEEDED):
        return None
    return Desk(http, environment["RELANCE_NOTIFY_URL"], mint_of(environment), ORGANISATION)
