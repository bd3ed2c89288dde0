"""A customer accepts a quote on their phone, in Debian's Chromium."""

from pathlib import Path

from fastapi import FastAPI
from playwright.async_api import async_playwright

from chassis.auth import Role
from tests.services.console.place import Place
from tests.services.console.quoting import a_sent
from tests.services.console.test_quotes import quotes

__all__ = ["quotes"]

CHROMIUM = Path("/usr/bin/chromium")


async def test_a_customer_accepts_a_quote(place: Place, quotes: FastAPI) -> None:
    sent, path = await a_sent(place, quotes)
    place.app.state.settings = place.app.state.settings.model_copy(update={"console_url": place.url})
    troubles: list[str] = []

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
        await page.goto(place.url + path)
        width = await page.evaluate("document.documentElement.scrollWidth")
        await page.get_by_label("Vos prénom et nom").fill("Anne Lefèvre")
        await page.get_by_label("Écrivez les mots d’accord").fill("Bon pour accord")
        await page.get_by_role("button", name="Accepter le devis").click()
        await page.get_by_text("Accepté par Anne Lefèvre").wait_for()
        await browser.close()

    assert troubles == []
    assert width <= 390
    kept = await place.ask(quotes, "GET", f"/quotes/{sent['id']}", None, Role.ADMIN)
    assert (kept["status"], kept["acceptance"]["mention"]) == ("accepted", "Bon pour accord")
