"""Someone writes a template: sees it while typing, is shown what is wrong, sends it to themselves, keeps it."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Shown
from tests.browser.test_accessible import faults_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHER_WAYS = ((1440, "light", "en"), (1440, "dark", "fr"), (390, "light", "en"))
PATHS = ("/templates", "/templates/new", "/templates/first-reminder/fr", "/templates/formal-notice/en",
         "/templates/call/fr", "/templates/quote/en", "/templates/second-reminder/en/versions",
         "/templates/second-reminder/en/comparison?from=1&to=now")  # fmt: skip


async def write(page: Page, part: str, text: str) -> None:
    await page.fill(f"#source-{part}", text)


async def test_someone_changes_a_text_and_sees_what_becomes_of_it(shown: Shown) -> None:
    place = shown.place
    async with shown.page() as page:
        await page.goto(f"{place.url}/templates")
        await page.get_by_role("link", name="First reminder, French").click()
        mail = page.frame_locator("iframe[name=mail]")
        await expect(mail.get_by_text("Sauf erreur de notre part")).to_be_visible()
        background = await mail.locator("body").evaluate("each => getComputedStyle(each).backgroundColor")
        assert background == "rgb(238, 241, 244)"  # the mail's own styles are allowed

        await write(page, "subject", "Rappel : {{ invoice.number }}")
        await write(page, "text", "Bonjour,\n\nreste {{ invoice.balanse }} à régler.")
        await expect(page.locator("#marks-text mark")).to_have_text("invoice.balanse")
        await expect(page.locator("#mistakes")).to_contain_text("Plain text, line 3, column 10")
        await expect(page.locator("#mistakes")).to_contain_text("Did you mean invoice.balance?")
        await expect(page.locator("#source-text")).to_have_attribute("aria-invalid", "true")
        assert await faults_of(page) == []
        await page.locator("#mistakes").get_by_role("button", name="Show").click()
        await page.keyboard.type("invoice.balance")
        await expect(page.locator("#mistakes li")).to_have_count(0)
        await expect(page.locator("#shown .subject")).to_contain_text("Rappel : F-2026-00042")
        await expect(page.locator("#source-text")).not_to_have_attribute("aria-invalid", "true")

        await page.locator("#source-text").press("Control+End")
        await page.get_by_role("button", name="days_late", exact=True).click()
        assert (await page.input_value("#source-text")).endswith("régler.{{ days_late }}")
        await page.get_by_role("radio", name="Plain text").check()
        await expect(page.locator(".as-text")).to_contain_text(re.compile(r"reste 1.234,50.€ à régler\.9"))
        await page.get_by_role("radio", name="On a phone").check()
        assert await page.locator("iframe[name=mail]").evaluate("each => each.offsetWidth") == 390

        place.relay.accepted.clear()
        await page.get_by_role("button", name="Send a test to myself").dblclick()
        await expect(page.locator("#tested")).to_contain_text("The test is on its way to admin@demo.example.")
        (received,) = place.relay.mails
        assert received["Subject"] == "[Test] Rappel : F-2026-00042"
        assert place.relay.recipients[-1] == "admin@demo.example"

        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.locator(".notice.done")).to_contain_text("The text is saved.")
        await page.get_by_role("link", name="Versions").click()
        await expect(page.locator("main")).to_contain_text("Version 1")
        await page.get_by_role("button", name="Compare", exact=True).click()
        await expect(page.locator("ins").first).to_be_visible()


async def test_a_text_is_previewed_for_a_real_invoice_in_both_languages_and_as_a_letter(shown: Shown) -> None:
    place = shown.place
    place.at("2026-02-23")
    async with shown.page(language="fr") as page:
        for language, said in (("fr", "Vandenberghe"), ("en", "Vandenberghe")):
            await page.goto(f"{place.url}/templates/formal-notice/{language}")
            await page.fill("#preview-invoice", shown.invoice["number"])
            mail = page.frame_locator("iframe[name=mail]")
            await expect(mail.get_by_text(said).first).to_be_visible()
            await expect(page.locator("#shown .subject")).to_contain_text(shown.invoice["number"])
        async with page.context.expect_page() as opened:
            await page.get_by_role("button", name="En courrier (PDF)").click()
        letter = await opened.value
        await letter.close()


async def test_a_script_in_a_template_runs_nowhere(shown: Shown) -> None:
    async with shown.page() as page:
        await page.goto(f"{shown.place.url}/templates/third-reminder/en")
        await write(
            page,
            "html",
            "<p>{{ step }}</p><script>top.document.title = 'x'</script><img src='data:,' onerror='top.x = 1'>",
        )
        await expect(page.frame_locator("iframe[name=mail]").get_by_text("first-reminder")).to_be_visible()
        assert await page.title() != "x"
        assert await page.evaluate("window.x") is None


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [
        (390, "dark", "fr"),
        *(pytest.param(*rest, marks=pytest.mark.browser) for rest in OTHER_WAYS),
    ],
)
async def test_no_page_of_templates_has_a_fault(shown: Shown, width: int, theme: str, language: str) -> None:
    place = shown.place
    text = {"subject": f"Rappel {width} {theme}", "text": "Un\nDeux", "html": ""}
    await place.ask(place.notify, "PUT", "/templates/second-reminder/en", text)
    async with shown.page(width=width, theme=theme, language=language) as page:
        for path in PATHS:
            await page.goto(place.url + path)
            assert await faults_of(page) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"


async def test_who_saves_second_is_shown_both_texts_and_takes_over(shown: Shown) -> None:
    address = f"{shown.place.url}/templates/second-reminder/en"
    shown.place.at("2026-02-23")
    async with shown.page() as mine, shown.page() as theirs:
        for page in (mine, theirs):
            await page.goto(address)
        shown.place.at("2026-02-23", hour=11)
        await theirs.fill("#source-subject", "Theirs")
        await theirs.get_by_role("button", name="Save", exact=True).click()
        await expect(theirs.locator(".notice.done")).to_be_visible()
        shown.place.at("2026-02-23", hour=12)
        await mine.fill("#source-subject", "Mine")
        await mine.get_by_role("button", name="Save", exact=True).click()

        told = mine.locator("#meanwhile")
        await expect(told).to_contain_text("saved something else on 23 Feb 2026")
        await expect(told.locator("del")).to_have_text("Theirs")
        await expect(told.locator("ins")).to_have_text("Mine")
        assert await mine.input_value("#source-subject") == "Mine"
        await mine.get_by_role("button", name="Save", exact=True).click()
        await expect(mine.locator(".notice.done")).to_be_visible()
        await theirs.goto(address)
        assert await theirs.input_value("#source-subject") == "Mine"
