"""A customer's data in the console: taken away as a file, and erased after one has seen what would go."""

from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place


async def test_erasing_is_shown_then_done_and_leaves_a_pseudonym(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes("Anne Brun", due="2026-01-10")
    await place.pays(invoice, invoice["total"])
    path = f"/customers/{invoice['customer_id']}"
    assert f'href="{path}/erasure"' in (await signed_in.get(path)).text
    page = await signed_in.get(f"{path}/erasure")

    text = words_of(page.text)
    assert "Name, addresses, telephone" in text
    assert "Kept until" in text
    done = await signed_in.send(page, f"{path}/erasure")
    assert (done.status_code, done.headers["location"]) == (303, path)
    after = words_of((await signed_in.get(path)).text)
    assert "Anne Brun" not in after
    assert f"Client {invoice['customer_id'][:8]}" in after


async def test_what_stands_in_the_way_is_said_and_no_button_is_shown(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes("Anne Brun", due="2026-01-10")
    path = f"/customers/{invoice['customer_id']}/erasure"
    page = await signed_in.get(path)

    assert f"Invoices are open: {invoice['number']}" in words_of(page.text)
    assert f"Dunning cases are open: {invoice['number']}" in words_of(page.text)
    assert "Erase for good" not in page.text
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await signed_in.post(path, csrf=csrf)).status_code in (403, 409)
    assert "Anne Brun" in words_of((await signed_in.get(path)).text)


async def test_who_may_not_is_shown_neither(browser: Browser, place: Place) -> None:
    path = f"/customers/{await place.office.customer()}"
    await browser.sign_in("accountant")

    page = await browser.get(path)
    assert "/erasure" not in page.text
    assert "/export" not in page.text
    for part in ("erasure", "export"):
        assert (await browser.get(f"{path}/{part}")).status_code == 403
