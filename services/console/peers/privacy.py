"""What each service holds on a customer, as far as pages need it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic import BaseModel, JsonValue

from services.console.peers.client import Client


class Rows(BaseModel):
    """`until`: the last day on which the law keeps them; None for what is erased."""

    table: str
    rows: int
    until: date | None = None


class ErasureView(BaseModel):
    in_the_way: list[str]
    erased: list[Rows]
    kept: list[Rows]


class Record(BaseModel):
    table: str
    key: str
    data: dict[str, JsonValue]
    pdf: str | None


@dataclass(frozen=True)
class Privacy:
    client: Client

    async def erasure(self, customer_id: UUID) -> ErasureView:
        return await self.client.get(f"/customers/{customer_id}/erasure", ErasureView)

    async def erase(self, customer_id: UUID, *, key: str) -> None:
        """Asked of billing; the others hear of it."""
        await self.client.send("POST", f"/customers/{customer_id}/erasure", key=key)

    async def everything(self, customer_id: UUID) -> list[Record]:
        """Page after page."""
        found: list[Record] = []
        cursor: str | None = None
        while True:
            page = await self.client.page(f"/customers/{customer_id}/export", Record, cursor=cursor, limit=200)
            found += page.items
            if page.next is None:
                return found
            cursor = page.next
