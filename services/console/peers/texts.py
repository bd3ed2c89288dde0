"""The texts of notify, as far as the pages of scenarios need them: which there are, and how one reads."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from chassis.paging import Page
from contracts.actions import DunningContext
from contracts.parties import Language
from services.console.peers.client import Client

RECEIVABLE = "receivable"


class Template(BaseModel):
    key: str
    about: str


class Rendered(BaseModel):
    subject: str
    text: str
    html: str


class Reading(BaseModel):
    """Without a context, a sample customer reads it."""

    language: Language
    sample: Literal["professional"] = "professional"
    context: DunningContext | None = None


@dataclass(frozen=True)
class Texts:
    client: Client

    async def of_reminders(self) -> list[str]:
        """The keys of those that a step may send."""
        every = await self.client.get("/templates", Page[Template])
        return [each.key for each in every.items if each.about == RECEIVABLE]

    async def read(self, template: str, reading: Reading) -> Rendered:
        """PeerRefused 404 where there is none."""
        answer = await self.client.send("POST", f"/templates/{template}/preview", reading)
        return Rendered.model_validate_json(answer)
