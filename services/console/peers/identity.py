"""Identity: sessions and the tokens they are exchanged for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.parties import Language
from services.console.peers.client import Client


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class User(BaseModel):
    id: str
    name: str
    email: str
    language: Language = Language.FRENCH
    theme: Theme = Theme.SYSTEM
    organisation: str
    profile: str


class Session(BaseModel):
    """`secret` is shown this once."""

    secret: str
    expires_at: datetime
    user: User


class Token(BaseModel):
    access_token: str
    expires_at: datetime


class Device(BaseModel):
    user_agent: str
    address: str


class Credentials(BaseModel):
    email: str
    password: str
    device: Device


class Preferences(BaseModel):
    name: str
    language: Language
    theme: Theme


class ViewChange(BaseModel):
    name: str
    query: str


class NewView(ViewChange):
    """`page` is the page's own name, for example `receivables`."""

    page: str


class SavedView(NewView):
    id: UUID


@dataclass(frozen=True)
class Identity:
    client: Client

    async def sign_in(self, credentials: Credentials) -> Session:
        """PeerRefused: 401 for a wrong pair, 429 while it is locked."""
        return Session.model_validate_json(await self.client.send("POST", "/sessions", credentials))

    async def exchange(self) -> Token:
        """The client's token is the session's secret. PeerRefused 401 once the session has ended."""
        return Token.model_validate_json(await self.client.send("POST", "/tokens"))

    async def sign_out(self) -> None:
        await self.client.send("DELETE", "/sessions/current")

    async def prefer(self, preferences: Preferences) -> None:
        await self.client.send("PUT", "/me", preferences)

    async def views(self, page: str, *, cursor: str | None = None, limit: int = 100) -> Page[SavedView]:
        """The reader's own views of this page, by name."""
        return await self.client.get("/views", Page[SavedView], page=page, cursor=cursor, limit=limit)

    async def save_view(self, view: NewView, *, key: str) -> SavedView:
        """PeerRefused: 409 when the reader has a view of this page by this name."""
        return SavedView.model_validate_json(await self.client.send("POST", "/views", view, key=key))

    async def change_view(self, view_id: UUID, change: ViewChange) -> SavedView:
        """Rename it, or keep another query under its name. PeerRefused: 409 for a name that is taken."""
        return SavedView.model_validate_json(await self.client.send("PUT", f"/views/{view_id}", change))

    async def drop_view(self, view_id: UUID) -> None:
        await self.client.send("DELETE", f"/views/{view_id}")
