"""What browsers are told to refuse, and the files they load."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.console.settings import Settings
from services.console.web import kept
from services.console.web.assets import FOLDER
from services.console.web.csrf import is_from_here
from services.console.web.links import local_path
from tests.services.console.browser import Browser

TEMPLATES = Path(FOLDER).parent / "templates"


@pytest.mark.parametrize("path", ["/sign-in", "/receivables", "/nothing", "/healthz"])
async def test_every_answer_tells_browsers_to_run_and_load_nothing_but_ours(browser: Browser, path: str) -> None:
    headers = (await browser.get(path)).headers

    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert not re.search("unsafe|\\*|https?:", headers["content-security-policy"])
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


async def test_files_are_kept_for_ever_under_names_that_hold_their_hash(browser: Browser) -> None:
    page = await browser.get("/sign-in")
    urls = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
    assert len(urls) == 4
    for url in urls:
        answer = await browser.get(url)
        digest = hashlib.sha256(answer.content).hexdigest()
        assert url.split(".")[-2] == digest[:12]
        assert "immutable" in answer.headers["cache-control"]
    assert (await browser.get("/static/style.css")).status_code == 404
    assert (await browser.get("/static/..%2fsettings.py")).status_code == 404


def test_what_others_wrote_is_the_version_that_the_manifest_names() -> None:
    for name, facts in json.loads((FOLDER / "vendored.json").read_text()).items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == facts["sha256"]
        assert (FOLDER / facts["licence"]).read_text()


def test_no_template_holds_a_style_or_a_script_or_a_text_that_is_not_escaped() -> None:
    pages = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    assert len(pages) > 15
    for path, text in pages.items():
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|\|\s*safe|autoescape", text), path
        assert not re.search(r"<script(?! src=)|<style", text), path


def test_every_field_of_a_password_is_one_that_is_never_kept() -> None:
    fields = re.compile(r'field\(form, "[^"]+", "([^"]+)".*type="password"')
    texts = [path.read_text() for path in TEMPLATES.rglob("*.html") if path.name != "forms.html"]
    named = [name for text in texts for name in fields.findall(text)]

    assert len(named) == sum(text.count('type="password"') for text in texts) > 5
    assert set(named) == kept.PASSWORDS


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"origin": "http://127.0.0.1:8000"}, True),
        ({"origin": "http://localhost:8000"}, True),
        ({"origin": "http://localhost:9000"}, False),
        ({"origin": "https://127.0.0.1:8000"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
    ],
)
def test_a_form_comes_from_our_own_origin(headers: dict[str, str], ours: bool) -> None:
    assert is_from_here(headers, "http://127.0.0.1:8000") is ours


def test_another_host_is_never_taken_for_ours() -> None:
    assert not is_from_here({"origin": "https://localhost"}, "https://relance.example")


@pytest.mark.parametrize("text", [None, "", "//x", "/\\x", "https://x", "/a\nb", "x"])
def test_an_address_elsewhere_is_not_followed(text: str | None) -> None:
    assert local_path(text) == "/"


def test_the_console_is_not_started_for_plain_http_beyond_this_machine() -> None:
    with pytest.raises(ValidationError, match="neither https nor on the loopback"):
        Settings(auth_jwks="x", console_url="http://relance.example")
    assert Settings(auth_jwks="x", console_url="https://relance.example").is_secure
