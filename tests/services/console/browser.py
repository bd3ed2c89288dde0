"""A browser without scripts: it keeps cookies, follows nothing by itself, and sends forms as pages wrote them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2

from tests.services.console.identity import PASSWORD


@dataclass
class Browser:
    client: httpx2.AsyncClient

    async def sign_in(self, who: str = "admin", organisation: str = "demo") -> None:
        page = await self.get("/sign-in")
        answer = await self.send(page, "/sign-in", email=f"{who}@{organisation}.example", password=PASSWORD)
        assert answer.status_code == 303, answer.text

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.client.get(path, headers=headers)

    async def send(self, page: httpx2.Response, path: str, **fields: str) -> httpx2.Response:
        """The form of this page that goes to `path`, filled in with `fields`."""
        return await self.post(path, **(hidden_fields(page.text, path) | fields))

    async def post(self, path: str, /, **fields: str) -> httpx2.Response:
        return await self.client.post(path, data=fields, headers={"origin": str(self.client.base_url).rstrip("/")})


def hidden_fields(html: str, action: str) -> dict[str, str]:
    for form in forms_of(html):
        if form.action == action and form.hidden:  # what only asks has nothing hidden
            return form.hidden
    raise AssertionError(f"no form goes to {action}; there are {[form.action for form in forms_of(html)]}")


@dataclass
class FoundForm:
    action: str
    hidden: dict[str, str] = field(default_factory=dict)


def forms_of(html: str) -> list[FoundForm]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(FoundForm(values.get("action", "")))
        elif tag == "input" and values.get("type") == "hidden" and self.forms:
            self.forms[-1].hidden[values["name"]] = values.get("value", "")


def pressed_by_enter(html: str, action: str) -> str:
    """The button that Enter in a field of this form presses: the first one, as it is written."""
    form = html.partition(f'action="{action}"')[2].partition("</form>")[0]
    return str(re.findall(r"<button[^>]*>", form)[0])


def words_of(html: str) -> str:
    """What a person reads, on one line."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", html, flags=re.S)
    return " ".join(text.replace("&#39;", "'").replace("&amp;", "&").split())
