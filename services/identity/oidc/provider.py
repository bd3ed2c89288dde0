"""The identity provider over HTTP: discovery, tokens, keys and what else it knows of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import httpx2
from pydantic import BaseModel, ValidationError

from services.identity.oidc.addresses import is_safe
from services.identity.oidc.domain import ProviderRefused, ProviderUnavailable
from services.identity.oidc.id_tokens import claims_of, header_of
from services.identity.oidc.keys import Jwk, ProviderKeys
from services.identity.oidc.models import Authorization
from services.identity.settings import Settings

METADATA_LIVES = timedelta(hours=1)
DISCOVERY = "/.well-known/openid-configuration"


class Metadata(BaseModel):
    """What we use of OpenID Connect Discovery 1.0, section 3."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]

    @property
    def addresses(self) -> list[str]:
        optional = [address for address in (self.userinfo_endpoint, self.end_session_endpoint) if address]
        return [self.authorization_endpoint, self.token_endpoint, self.jwks_uri, *optional]


class Tokens(BaseModel):
    id_token: str
    access_token: str


@dataclass
class Provider:
    """Raises ProviderUnavailable when it does not answer, ProviderRefused when its answer is not to be believed."""

    settings: Settings
    http: httpx2.AsyncClient
    issuer: str
    client_id: str
    keys: ProviderKeys = field(init=False)
    known: Metadata | None = None
    known_at: datetime | None = None

    def __post_init__(self) -> None:
        self.keys = ProviderKeys(self._read_keys)

    @classmethod
    def of(cls, settings: Settings, http: httpx2.AsyncClient) -> "Provider | None":
        """None where people sign in by password alone."""
        if settings.oidc_issuer is None or settings.oidc_client_id is None:
            return None
        return cls(settings, http, settings.oidc_issuer, settings.oidc_client_id)

    async def metadata(self, *, now: datetime) -> Metadata:
        if self.known is None or self.known_at is None or now - self.known_at > METADATA_LIVES:
            self.known, self.known_at = await self._discover(), now
        return self.known

    async def claims(self, begun: Authorization, code: str, *, now: datetime) -> Mapping[str, Any]:
        """What the provider says of whoever brought this code."""
        metadata = await self.metadata(now=now)
        tokens = await self._redeem(metadata, begun, code)
        key = await self.keys.of(header_of(tokens.id_token), now=now)
        claims = claims_of(
            tokens.id_token, key, issuer=self.issuer, client_id=self.client_id, nonce=begun.nonce,
            skew=self.settings.oidc_clock_skew, now=now,
        )  # fmt: skip
        if metadata.userinfo_endpoint is None:
            return claims
        return await self._further(metadata.userinfo_endpoint, tokens, claims["sub"]) | dict(claims)

    async def _discover(self) -> Metadata:
        found = await self._json("GET", self.issuer.rstrip("/") + DISCOVERY)
        try:
            metadata = Metadata.model_validate(found)
        except ValidationError as error:
            raise ProviderUnavailable(f"its discovery document lacks {error.errors()[0]['loc']}") from None
        if metadata.issuer != self.issuer:
            raise ProviderUnavailable(f"it calls itself {metadata.issuer!r}; expected {self.issuer!r}")
        if unsafe := [address for address in metadata.addresses if not is_safe(address)]:
            raise ProviderUnavailable(f"{unsafe[0]!r} is neither https nor on the loopback address")
        return metadata

    async def _redeem(self, metadata: Metadata, begun: Authorization, code: str) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.redirect_uri,
            "client_id": self.client_id,
            "code_verifier": begun.verifier,
        }
        named, options = self._naming_us(metadata)
        answer = await self._json("POST", metadata.token_endpoint, refuses=True, data=form | named, **options)
        try:
            return Tokens.model_validate(answer)
        except ValidationError:
            raise ProviderRefused("it gave no ID token for the code") from None

    def _naming_us(self, metadata: Metadata) -> tuple[dict[str, str], dict[str, Any]]:
        """Our secret in the form or in a header, as the provider takes it; nothing for a public client."""
        if self.settings.oidc_client_secret is None:
            return {}, {}
        secret = self.settings.oidc_client_secret.get_secret_value()
        if "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported:
            return {"client_secret": secret}, {}
        # RFC 6749, section 2.3.1: both are encoded as in a form before they are joined
        return {}, {"auth": httpx2.BasicAuth(quote_plus(self.client_id), quote_plus(secret))}

    async def _further(self, address: str, tokens: Tokens, subject: str) -> dict[str, Any]:
        """Groups and addresses that stand in no ID token; they must be of the same person."""
        headers = {"authorization": f"Bearer {tokens.access_token}"}
        answer = await self._json("GET", address, headers=headers)
        if not isinstance(answer, dict) or answer.get("sub") != subject:
            raise ProviderRefused("its user info is that of someone else")
        return answer

    async def _read_keys(self) -> Sequence[Jwk]:
        if self.known is None:
            raise ProviderUnavailable("it was not discovered")
        answer = await self._json("GET", self.known.jwks_uri)
        keys = answer.get("keys") if isinstance(answer, dict) else None
        if not isinstance(keys, list):
            raise ProviderUnavailable("it publishes no key set")
        return [key for key in keys if isinstance(key, dict)]

    async def _json(self, method: str, address: str, *, refuses: bool = False, **options: Any) -> Any:
        """`refuses`: a 4xx is the provider's word on the person, not a fault between it and us.

        Redirects are not followed: what is sent to the provider goes nowhere else.
        """
        try:
            answer = await self.http.request(method, address, timeout=self.settings.oidc_timeout, **options)
            content = answer.json() if answer.content else None
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderUnavailable(f"{address}: {error!r}") from None
        if refuses and 400 <= answer.status_code < 500:
            said = content.get("error") if isinstance(content, dict) else None
            raise ProviderRefused(f"{answer.status_code} {str(said or 'without a reason')[:100]}")
        if answer.status_code != 200:
            raise ProviderUnavailable(f"{address}: {answer.status_code}")
        return content
