"""Identity: sessions and the tokens they are exchanged for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.events.audit import Change, Outcome
from contracts.parties import Language
from contracts.rights import Access, Field, Right
from services.console.peers.client import Client, Value, found


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
    has_password: bool = True
    has_provider: bool = False
    must_change_password: bool = False


class Session(BaseModel):
    """`secret` is shown this once."""

    secret: str
    expires_at: datetime
    user: User


class TokenRequest(BaseModel):
    """`address`: where the browser is; what is then done by the token is told with it."""

    address: str


class Token(BaseModel):
    access_token: str
    expires_at: datetime


class Look(BaseModel):
    is_use: bool = False


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


class Provider(BaseModel):
    """`name` as people call it; `sign_out_url`: where it signs people out, if it says so."""

    name: str
    sign_out_url: str | None


class Beginning(BaseModel):
    redirect_uri: str
    carried: str
    device: Device


class Begun(BaseModel):
    """The browser goes to `url` and keeps `binding`, of which `state` comes back."""

    url: str
    state: str
    binding: str


class SignInBegun(BaseModel):
    state: str
    binding: str


class Carried(BaseModel):
    carried: str


class BroughtBack(SignInBegun):
    code: str
    iss: str | None
    device: Device


class SessionByProvider(Session, Carried):
    pass


class ResetRequest(BaseModel):
    email: str
    device: Device


class NewPassword(BaseModel):
    password: str
    device: Device


class PasswordChange(BaseModel):
    current: str
    password: str


class SignedInDevice(BaseModel):
    id: UUID
    user_agent: str
    address: str | None
    started_at: datetime
    last_used_at: datetime
    is_current: bool


class Member(BaseModel):
    """A user as admins see them."""

    id: UUID
    email: str
    name: str
    language: Language
    profile: str
    is_active: bool
    has_password: bool
    has_provider: bool
    created_at: datetime


class MemberInput(BaseModel):
    email: str
    name: str
    language: Language
    profile: str
    is_active: bool = True


class ProfileInput(BaseModel):
    names: dict[str, str]
    rights: list[Right]
    fields: dict[Field, Access]
    stages: dict[str, Access]


class Profile(ProfileInput):
    """`is_fixed`: nobody changes it. `is_changed`: a default one that is no longer what it was at first."""

    key: str
    is_default: bool
    is_changed: bool
    is_fixed: bool


class ApiKey(BaseModel):
    """`rights` narrow the profile; None when they do not."""

    id: UUID
    name: str
    profile: str
    rights: list[str] | None
    hint: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class ApiKeyInput(BaseModel):
    name: str
    profile: str
    rights: list[Right] | None
    days: int


class NewApiKey(BaseModel):
    """`secret` is shown this once."""

    key: ApiKey
    secret: str


class Rule(BaseModel):
    claim: str
    value: str
    profile: str


class OrganisationInput(BaseModel):
    """`rules`: which claims of the identity provider give which profile; the first that fits counts."""

    name: str
    rules: list[Rule]
    creates_users: bool


class Organisation(OrganisationInput):
    key: str


class AuditEntry(BaseModel):
    id: UUID
    at: datetime
    service: str
    actor: str
    actor_name: str
    profile: str
    address: str | None
    action: str
    object: str | None
    outcome: Outcome
    reason: str | None
    changes: list[Change]
    left_out: int


class Refusal(BaseModel):
    """What a page refused for want of a right; `action` is the name of what answers at `path`."""

    right: Right
    path: str
    action: str


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

    async def provider(self) -> Provider | None:
        """None where people sign in by password alone."""
        return await found(self.client.get("/oidc", Provider))

    async def begin(self, beginning: Beginning) -> Begun:
        return Begun.model_validate_json(await self.client.send("POST", "/oidc/authorizations", beginning))

    async def finish(self, brought: BroughtBack) -> SessionByProvider:
        """PeerRefused: 401 for what is no good, 403 when no rule gives a profile."""
        return SessionByProvider.model_validate_json(await self.client.send("POST", "/oidc/sessions", brought))

    async def carried(self, begun: SignInBegun) -> str:
        """Of a sign-in that came to nothing. PeerRefused: 401 for another browser's, or none."""
        return Carried.model_validate_json(await self.client.send("POST", "/oidc/carried", begun)).carried

    async def ask_for_reset(self, request: ResetRequest) -> None:
        await self.client.send("POST", "/password-resets", request)

    async def choose_password(self, token: str, chosen: NewPassword) -> None:
        """PeerRefused: 404 when the link was used or has expired."""
        await self.client.send("PUT", f"/password-resets/{quote(token, safe='')}", chosen)

    async def me(self) -> User:
        return await self.client.get("/me", User)

    async def devices(self) -> list[SignedInDevice]:
        return (await self.client.page("/sessions", SignedInDevice)).items

    async def end_device(self, session_id: UUID) -> None:
        await self.client.send("DELETE", f"/sessions/{session_id}")

    async def end_all(self) -> None:
        await self.client.send("DELETE", "/sessions")

    async def change_password(self, change: PasswordChange) -> None:
        """PeerRefused: 403 when `current` is wrong."""
        await self.client.send("PUT", "/me/password", change)

    async def users(self, **asked: Value) -> Page[Member]:
        return await self.client.page("/users", Member, **asked)

    async def user(self, user_id: UUID) -> Member:
        return await self.client.get(f"/users/{user_id}", Member)

    async def invite(self, user: MemberInput, *, key: str) -> Member:
        """PeerRefused: 409 when somebody has the address."""
        return Member.model_validate_json(await self.client.send("POST", "/users", user, key=key))

    async def invite_again(self, user_id: UUID, *, key: str) -> None:
        await self.client.send("POST", f"/users/{user_id}/invitations", key=key)

    async def change_user(self, user_id: UUID, user: MemberInput) -> Member:
        """PeerRefused: 409 for the last administrator."""
        return Member.model_validate_json(await self.client.send("PUT", f"/users/{user_id}", user))

    async def profiles(self) -> list[Profile]:
        return (await self.client.page("/profiles", Profile)).items

    async def profile(self, key: str) -> Profile:
        return await self.client.get(f"/profiles/{quote(key, safe='')}", Profile)

    async def write_profile(self, key: str, profile: ProfileInput) -> None:
        await self.client.send("PUT", f"/profiles/{quote(key, safe='')}", profile)

    async def drop_profile(self, key: str) -> None:
        """PeerRefused: 409 while somebody has it."""
        await self.client.send("DELETE", f"/profiles/{quote(key, safe='')}")

    async def api_keys(self, **asked: Value) -> Page[ApiKey]:
        return await self.client.page("/api-keys", ApiKey, **asked)

    async def make_api_key(self, wanted: ApiKeyInput) -> NewApiKey:
        return NewApiKey.model_validate_json(await self.client.send("POST", "/api-keys", wanted))

    async def revoke_api_key(self, key_id: UUID) -> None:
        await self.client.send("DELETE", f"/api-keys/{key_id}")

    async def organisation(self) -> Organisation:
        return await self.client.get("/organisation", Organisation)

    async def change_organisation(self, changed: OrganisationInput) -> None:
        await self.client.send("PUT", "/organisation", changed)

    async def audit(self, **asked: Value) -> Page[AuditEntry]:
        """Newest first."""
        return await self.client.page("/audit", AuditEntry, **asked)

    async def tell_refusal(self, refusal: Refusal) -> None:
        await self.client.send("POST", "/audit/refusals", refusal)

    async def exchange(self, request: TokenRequest) -> Token:
        """The client's token is the session's secret. PeerRefused 401 once the session has ended."""
        return Token.model_validate_json(await self.client.send("POST", "/tokens", request))

    async def look(self) -> Token:
        """As `exchange`, for a page that only listens: it does not count as a use of the session."""
        return Token.model_validate_json(await self.client.send("POST", "/tokens", Look()))

    async def sign_out(self) -> None:
        await self.client.send("DELETE", "/sessions/current")

    async def prefer(self, preferences: Preferences) -> None:
        await self.client.send("PUT", "/me", preferences)

    async def views(self, page: str, *, cursor: str | None = None, limit: int = 100) -> Page[SavedView]:
        """The reader's own views of this page, by name."""
        return await self.client.page("/views", SavedView, page=page, cursor=cursor, limit=limit)

    async def save_view(self, view: NewView, *, key: str) -> SavedView:
        """PeerRefused: 409 when the reader has a view of this page by this name."""
        return SavedView.model_validate_json(await self.client.send("POST", "/views", view, key=key))

    async def change_view(self, view_id: UUID, change: ViewChange) -> SavedView:
        """Rename it, or keep another query under its name. PeerRefused: 409 for a name that is taken."""
        return SavedView.model_validate_json(await self.client.send("PUT", f"/views/{view_id}", change))

    async def drop_view(self, view_id: UUID) -> None:
        await self.client.send("DELETE", f"/views/{view_id}")
