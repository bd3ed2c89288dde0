"""The letters and the tasks of a real notify, looked at in a browser without a token."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from chassis.auth import Role
from contracts.clock import Clock
from deploy.local.catalogue import Servers, shared_environment, whole_stack
from deploy.local.keys import Keys as StackKeys
from deploy.local.keys import ensure_keys
from deploy.local.mailbox.desk import NEEDED, Desk, desk_of
from deploy.local.mailbox.store import Store
from deploy.local.mailbox.web import create_app
from deploy.local.ports import free_port, free_ports
from deploy.local.seed import ORGANISATION
from services.notify.settings import Settings
from tests.services.notify.actions.speaking import a_context, a_letter, a_task, text_of
from tests.services.notify.conftest import Notify, running
from tests.support.lent import Pool
from tests.support.tokens import Keys

DAY = "2026-04-01"


@pytest.fixture
async def notify(database_of: Callable[[str], Awaitable[str]], keys: Keys, pool: Pool) -> AsyncIterator[Notify]:
    dsn = SecretStr(await database_of("notify"))
    settings = Settings(auth_jwks=str(keys.jwks), database_url=dsn, smtp_port=free_port(), template_workers=1)
    async with running(settings, keys, pool) as notify:
        yield notify


async def ask(notify: Notify, path: str, body: dict[str, Any], *, organisation: str = ORGANISATION) -> dict[str, Any]:
    answer = await notify.call("POST", path, Role.SERVICE, json=body, organisation=organisation)
    assert answer.status_code == 201, answer.text
    evidence: dict[str, Any] = answer.json()["evidence"]
    return evidence


@asynccontextmanager
async def a_browser(directory: Path, desk: Desk | None, language: str = "en") -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_app(Store(directory), desk))
    headers = {"accept-language": language}
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as browser:
        yield browser


def desk_at(notify: Notify, **changes: Any) -> Desk:
    return Desk(notify.client, "http://notify", notify.keys.mint(), ORGANISATION, **changes)


def of_another() -> dict[str, Any]:
    return a_context(receivable={"organisation": "other"}, contact={"name": "Somebody Else"})


async def test_letters_are_shown_by_day_and_opened_as_pdf(notify: Notify, tmp_path: Path) -> None:
    letter = (await ask(notify, "/letters", a_letter()))["letter_id"]
    await ask(notify, "/letters", a_letter(context=of_another()), organisation="other")

    async with a_browser(tmp_path, desk_at(notify), "fr-FR") as browser:
        page = (await browser.get("/letters")).text
        pdf = await browser.get(f"/letters/{letter}.pdf")
        batch = await browser.get(f"/letters/batches/{DAY}.pdf")
        assert (await browser.get("/letters/batches/2026-04-02.pdf")).status_code == 404

    assert 'Préparés le <time datetime="2026-04-01">1 avr. 2026</time>' in page
    assert "Garage Lefèvre &amp; Fils" in page
    assert "à poster" in page
    assert "Somebody Else" not in page
    assert f'href="/letters/{letter}.pdf"' in page
    assert f'href="/letters/batches/{DAY}.pdf"' in page
    assert pdf.headers["content-type"] == "application/pdf"
    assert "F-2026-00042" in text_of(pdf.content)
    assert "F-2026-00042" in text_of(batch.content)


async def test_lists_are_paged_newest_letters_first(notify: Notify, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        await ask(notify, "/letters", a_letter(f"letter:{day}", at=f"2026-04-0{day}T07:00:00Z"))

    async with a_browser(tmp_path, desk_at(notify, page_length=2)) as browser:
        first = (await browser.get("/letters")).text
        (older,) = re.findall(r'href="(/letters\?cursor=[^"]+)"', first)
        second = (await browser.get(older)).text
        unknown = await browser.get("/letters?cursor=no")

    assert re.findall(r"<time datetime=\"([^\"]+)", first) == ["2026-04-03", "2026-04-02"]
    assert re.findall(r"<time datetime=\"([^\"]+)", second) == ["2026-04-01"]
    assert "cursor=" not in second
    assert unknown.status_code == 422
    assert "The notify service refused this request." in unknown.text


async def test_tasks_are_shown_with_what_the_caller_needs_and_how_they_went(notify: Notify, tmp_path: Path) -> None:
    await ask(notify, "/tasks", a_task("task:1", assignee="lea", due_on="2026-04-02"))
    done = (await ask(notify, "/tasks", a_task("task:2", assignee="paul")))["task_id"]
    outcome = {"outcome": "promised", "promised_on": "2030-04-15", "note": "<b>on her return</b>"}
    answer = await notify.call("POST", f"/tasks/{done}/complete", Role.COLLECTOR, json=outcome)
    assert answer.status_code == 200, answer.text

    async with a_browser(tmp_path, desk_at(notify)) as browser:
        to_do = (await browser.get("/tasks")).text
        completed = (await browser.get("/tasks?status=completed")).text
        everything = (await browser.get("/tasks?status=all")).text

    for expected in ("2 Apr 2026", "lea", "+33 4 72 00 00 00", "F-2026-00042", "€1,234.50", "60 days late", "Appeler"):
        assert expected in to_do
    assert "paul" not in to_do
    assert "done: payment promised, promised for 15 Apr 2030" in completed
    assert "&lt;b&gt;on her return" in completed
    assert "lea" in everything
    assert "paul" in everything


async def test_a_notify_that_does_not_answer_is_told_in_a_sentence(keys: Keys, tmp_path: Path) -> None:
    async with httpx2.AsyncClient() as http:
        desk = Desk(http, f"http://127.0.0.1:{free_port()}", keys.mint(), ORGANISATION)
        async with a_browser(tmp_path, desk) as browser:
            for path in ("/letters", "/tasks", f"/letters/batches/{DAY}.pdf"):
                answer = await browser.get(path)
                assert answer.status_code == 503
                assert "The notify service does not answer" in answer.text
            assert (await browser.get("/")).status_code == 200


async def test_a_mailbox_that_stands_alone_has_no_tabs(tmp_path: Path) -> None:
    async with a_browser(tmp_path, None) as browser:
        assert "/letters" not in (await browser.get("/")).text
        assert (await browser.get("/letters")).status_code == 404


async def test_the_stack_gives_its_mailbox_what_a_desk_needs(tmp_path: Path) -> None:
    ports = free_ports()
    servers, keys = Servers.of(tmp_path, ports), StackKeys.within(tmp_path / "keys")
    ensure_keys(keys)
    planned = whole_stack(servers, shared_environment(servers, keys, Clock(), ports), ports)
    (mailbox,) = (each.program for each in planned if each.program.name == "mailbox")

    async with httpx2.AsyncClient() as http:
        desk = desk_of(mailbox.environment(), http)
        assert desk is not None
        assert desk.notify == f"http://127.0.0.1:{ports['notify']}"
        for name in NEEDED:
            lacking = {other: value for other, value in mailbox.environment().items() if other != name}
            assert desk_of(lacking, http) is None
