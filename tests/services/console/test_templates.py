"""The pages of templates: what one writes, what it becomes, what is wrong with it, and what it was before."""

import base64
import hashlib
import re
from html import unescape
from typing import Any

import httpx2
import pytest

from services.console.pages.templates.comparison import compared
from services.console.pages.templates.marking import pieces_of, span_of
from services.console.peers.templates import Mistake, MistakeKind, Part, Sources
from services.console.web.differences import Fate
from services.console.web.frames import policy_for
from tests.services.console.browser import Browser, forms_of, hidden_fields, pressed_by_enter, words_of
from tests.services.console.place import Place

pytestmark = pytest.mark.prints
PATH = "/templates/first-reminder/en"
TEXT = {
    "subject": "Invoice {{ invoice.number }}",
    "text": "Dear {{ customer.name }},\n{{ invoice.balance }}",
    "html": "",
}
NASTY = '"><img src=x onerror=alert(1)><script>alert("x")</script>{{ 7*7 }}'


def fields_of(page: httpx2.Response) -> dict[str, str]:
    """What stands in the form of the editor."""
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n?(.*?)</textarea>', page.text, flags=re.S)
    return {name: unescape(value) for name, value in areas}


async def write(browser: Browser, act: str = "", path: str = PATH, **fields: str) -> httpx2.Response:
    page = await browser.get(path)
    return await browser.post(path + act, **(hidden_fields(page.text, path) | TEXT | fields))


async def saved(browser: Browser, **fields: str) -> None:
    answer = await write(browser, **fields)
    assert answer.status_code == 303, words_of(answer.text)


def marked(page: httpx2.Response) -> list[str]:
    return [unescape(each) for each in re.findall(r"<mark>(.*?)</mark>", page.text, flags=re.S)]


async def test_the_list_shows_each_text_in_each_language(signed_in: Browser) -> None:
    page = await signed_in.get("/templates")

    for said in ("First reminder", "Formal notice (letter)", "An invoice", "A quote", "French", "English"):
        assert said in words_of(page.text)
    assert 'href="/templates/first-reminder/fr"' in page.text


async def test_the_editor_shows_the_text_what_it_becomes_and_the_shortcodes(signed_in: Browser) -> None:
    page = await signed_in.get(PATH)

    assert "{{ invoice.number }}" in fields_of(page)["subject"]
    words = words_of(page.text)
    assert "Invoice F-2026-00042" in words
    assert "What is still to be paid" in words
    assert "€1,234.50" in words
    assert 'data-inserts="{{ invoice.balance }}"' in page.text


async def test_enter_in_the_number_of_an_invoice_saves_no_text(signed_in: Browser) -> None:
    assert " disabled" in pressed_by_enter((await signed_in.get(PATH)).text, PATH)


async def test_a_text_that_is_saved_is_in_use_and_has_a_version(signed_in: Browser) -> None:
    await saved(signed_in, text="Bonjour,\r\nà bientôt\r\n")

    page = await signed_in.get(PATH)
    assert "The text is saved." in words_of(page.text)
    assert fields_of(page)["text"] == "Bonjour,\nà bientôt\n"
    versions = words_of((await signed_in.get(f"{PATH}/versions")).text)
    assert "Version 1" in versions


async def test_an_unknown_shortcode_is_marked_where_it_stands_and_nothing_typed_is_lost(signed_in: Browser) -> None:
    typed = "Bonjour,\n\nreste {{ invoice.balanse }} et {{ invoice.balanse }}"
    answer = await write(signed_in, text=typed)

    assert answer.status_code == 422
    assert marked(answer) == ["invoice.balanse", "invoice.balanse"]
    words = words_of(answer.text)
    assert "Plain text, line 3, column 10" in words
    assert "invoice.balanse is not a known shortcode. Did you mean invoice.balance?" in words
    assert fields_of(answer)["text"] == typed
    assert "Text of Relance" not in words_of((await signed_in.get(f"{PATH}/versions")).text)


async def test_bad_syntax_and_code_are_marked_by_their_tag(signed_in: Browser) -> None:
    for typed, words in (
        ("a {{ invoice.number + }} b", "This shortcode is not written as it must be"),
        ("a {{ ''.__class__.__mro__ }} b", "A template may not do this."),
        ("a {% include '/etc/passwd' %} b", "A template may not do this."),
    ):
        answer = await write(signed_in, html=typed)
        assert answer.status_code == 422
        assert marked(answer) == [typed[2:-2]]
        assert words in words_of(answer.text)


async def test_a_preview_is_for_a_sample_or_for_a_real_invoice(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes("Café du Port", due="2026-01-12")
    place.at("2026-01-20")

    sample = await write(signed_in, "/preview", sample="consumer")
    real = await write(
        signed_in, "/preview", invoice=invoice["number"].lower(), text="{{ customer.name }} {{ days_late }}"
    )
    none = await write(signed_in, "/preview", invoice="F-1999-00001")

    assert "Dear Anne Lefèvre, €1,234.50" in words_of(sample.text)
    assert "Café du Port 8" in words_of(real.text)
    assert f"Invoice {invoice['number']}" in words_of(real.text)
    assert none.status_code == 422
    assert "No invoice has this number." in words_of(none.text)


async def test_a_script_gets_the_parts_that_change_alone(signed_in: Browser) -> None:
    page = await signed_in.get(PATH)
    headers = {"origin": str(signed_in.client.base_url).rstrip("/"), "hx-request": "true"}
    fields = hidden_fields(page.text, PATH) | TEXT
    fine = await signed_in.client.post(f"{PATH}/preview", data=fields, headers=headers)
    wrong = await signed_in.client.post(f"{PATH}/preview", data=fields | {"html": "{{ x }}"}, headers=headers)

    assert (fine.status_code, wrong.status_code) == (200, 200)
    assert "<html" not in fine.text
    assert 'id="shown"' in fine.text
    assert 'id="shown"' not in wrong.text  # the last preview stays
    assert marked(wrong) == ["x"]


async def test_the_mail_is_framed_with_its_own_styles_and_nothing_else(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(NASTY, due="2026-01-12")
    html = '<p style="color: red" onclick="alert(1)">{{ customer.name }}</p><script>alert(2)</script>'
    framed = await write(signed_in, "/mail", html=html, invoice=invoice["number"])

    policy = framed.headers["content-security-policy"]
    digest = base64.b64encode(hashlib.sha256(b"color: red").digest()).decode()
    assert f"style-src 'unsafe-hashes' 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert "unsafe-inline" not in policy
    assert "script-src" not in policy
    assert "<img src=x" not in framed.text
    assert "{{ 7*7 }}" in framed.text
    page = await signed_in.get(PATH)
    assert re.search(r'<iframe name="mail"[^>]* sandbox ', page.text)
    assert "unsafe" not in page.headers["content-security-policy"]


async def test_a_template_with_scripts_never_becomes_a_part_of_a_page(signed_in: Browser) -> None:
    nasty = NASTY.replace("{{ 7*7 }}", "</textarea>")
    shown = await write(signed_in, "/preview", subject=nasty, text=nasty, html=nasty)
    await saved(signed_in, subject=nasty, text=nasty, html=nasty)
    pages = [
        shown,
        *[await signed_in.get(path) for path in ("/templates", PATH, f"{PATH}/versions", f"{PATH}/comparison")],
    ]

    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert fields_of(pages[2])["text"] == nasty


async def test_a_letter_is_seen_as_a_pdf(signed_in: Browser) -> None:
    letter = await write(signed_in, "/letter", "/templates/formal-notice/en", html="<p>{{ invoice.balance }}</p>")

    assert letter.headers["content-type"] == "application/pdf"
    assert letter.content.startswith(b"%PDF-")


async def test_a_test_goes_to_oneself_once(signed_in: Browser, place: Place) -> None:
    page = await signed_in.get(PATH)
    fields = hidden_fields(page.text, PATH) | TEXT
    for _ in range(2):
        answer = await signed_in.post(f"{PATH}/test", **fields)
        assert "The test is on its way to admin@demo.example." in words_of(answer.text)
    again = next(form.hidden for form in forms_of(answer.text) if form.action == PATH)
    await signed_in.post(f"{PATH}/test", **(again | TEXT))

    assert place.relay.recipients == ["admin@demo.example"] * 2
    assert place.relay.mails[0]["Subject"] == "[Test] Invoice F-2026-00042"
    assert str(place.relay.mails[0]["From"]).startswith(str((await place.office.do("GET", "/seller"))["name"]))


async def test_a_mail_server_that_is_away_is_said_and_the_text_stays(signed_in: Browser, place: Place) -> None:
    place.relay.will("RCPT", "450 later")
    answer = await write(signed_in, "/test", text="Precious words")

    assert answer.status_code == 422
    assert "nothing was sent" in words_of(answer.text)
    assert fields_of(answer)["text"] == "Precious words"


async def test_versions_are_compared_and_put_back(signed_in: Browser) -> None:
    for text in ("One\nTwo", "One\nThree"):
        await saved(signed_in, text=text)
    changed = await signed_in.get(f"{PATH}/comparison?from=1&to=2")
    assert "<del>Two</del>" in changed.text
    assert "<ins>Three</ins>" in changed.text
    assert (await signed_in.get(f"{PATH}/comparison?from=default&to=now")).status_code == 200

    page = await signed_in.get(f"{PATH}/versions")
    await signed_in.send(page, f"{PATH}/versions/1/restore")
    assert fields_of(await signed_in.get(PATH))["text"] == "One\nTwo"
    page = await signed_in.get(PATH)
    await signed_in.send(page, f"{PATH}/drop")
    assert "{% include" in fields_of(await signed_in.get(PATH))["text"]


async def test_a_new_template_begins_with_its_name(signed_in: Browser) -> None:
    for key, words in (("Last Call", "Small letters"), ("first-reminder", "of this name already"), ("new", "already")):
        refused = await signed_in.send(await signed_in.get("/templates/new"), "/templates/new", key=key, about="quote")
        assert words in words_of(refused.text)
    page = await signed_in.get("/templates/new")
    begun = await signed_in.send(page, "/templates/new", key="last-call", about="quote")
    path = begun.headers["location"]
    assert path == "/templates/last-call/en?about=quote"
    fields = hidden_fields((await signed_in.get(path)).text, "/templates/last-call/en")
    kept = await signed_in.post("/templates/last-call/en", **(fields | {"subject": "{{ quote.number }}", "text": "a"}))

    assert kept.status_code == 303
    assert "last-call" in words_of((await signed_in.get("/templates")).text)


@pytest.mark.parametrize("path", ["/templates/nothing/fr", "/templates/first-reminder/de", f"{PATH}/comparison?from=9",
                                  f"{PATH}/comparison?from=x", "/templates/nothing/fr/versions"])  # fmt: skip
async def test_what_is_not_there_is_not_found(signed_in: Browser, path: str) -> None:
    assert (await signed_in.get(path)).status_code == 404


async def test_a_reader_without_the_rights_reads(browser: Browser) -> None:
    await browser.sign_in("viewer")
    page = await browser.get(PATH)

    assert "readonly" in page.text
    for button in ("Save", "Send a test", "Preview"):
        assert f">{button}" not in page.text
    fields: dict[str, Any] = hidden_fields((await browser.get(PATH)).text, PATH)
    for act in ("", "/preview", "/mail", "/letter", "/test", "/drop", "/versions/1/restore"):
        assert (await browser.post(PATH + act, **fields)).status_code == 403, act


def test_a_mark_covers_what_is_wrong_whatever_stands_before() -> None:
    source = "🙂 a\n{{ x }} and {{ invoice.totl }}"
    wrong = Mistake(field="text", line=2, column=16, length=12, code=MistakeKind.UNKNOWN)
    whole = Mistake(field="text", line=1, code=MistakeKind.FAILS)

    pieces = pieces_of(source, Part.TEXT, [wrong, whole])
    assert [piece.text for piece in pieces if piece.is_wrong] == ["🙂 a", "invoice.totl"]
    assert "".join(piece.text for piece in pieces) == source
    assert span_of(source, Mistake(field="text", line=9, code=MistakeKind.FAILS)) is None


def test_texts_are_compared_line_by_line() -> None:
    before, after = Sources(subject="s", text="a\nb\nc"), Sources(subject="s", text="a\nB\nc", html="h")
    subject, text, html = compared(before, after)

    assert subject.is_same
    assert [(line.fate, line.text) for line in text.lines] == [
        (Fate.KEPT, "a"), (Fate.GONE, "b"), (Fate.CAME, "B"), (Fate.KEPT, "c")]  # fmt: skip
    assert [line.fate for line in html.lines] == [Fate.CAME]


def test_a_frame_without_styles_allows_none() -> None:
    assert "style-src 'none'" in policy_for("<p>")
    assert policy_for("<style>p { color: red }</style>").count("sha256-") == 1
    assert policy_for("".join(f"<p style='top: {number}px'>" for number in range(1000))).count("sha256-") == 400
