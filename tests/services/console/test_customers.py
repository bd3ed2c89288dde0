"""A customer's page, and what of it shows wherever the customer appears."""

import pytest

from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place
from tests.services.console.quoting import a_draft
from tests.services.console.test_pages import calls_of
from tests.services.console.test_quotes import quotes as quotes  # the service of quotes, as a fixture


async def test_a_comment_is_noted_and_corrected_by_another(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    path = f"/customers/{await place.office.customer()}"
    page = await signed_in.get(path)
    sent = await signed_in.send(page, f"{path}/comments", text="Pays on the 10th <b>")
    page = await signed_in.get(path)
    assert sent.status_code == 303
    assert "Pays on the 10th &lt;b&gt;" in page.text
    first = page.text.partition('<li class="comment" id="comment-')[2].partition('"')[0]

    await signed_in.send(page, f"{path}/comments", text="Pays on the 15th", corrects=first)

    text = words_of((await signed_in.get(path)).text)
    assert "Pays on the 15th" in text
    assert "Pays on the 10th" in text
    assert text.count("Corrected since") == 1
    assert text.count("corrects an earlier comment") == 1


async def test_an_empty_comment_is_said_at_its_field(signed_in: Browser, place: Place) -> None:
    path = f"/customers/{await place.office.customer()}"
    page = await signed_in.get(path)

    answer = await signed_in.send(page, f"{path}/comments", text="  ")

    assert answer.status_code == 422
    assert 'id="comment-text-wrong"' in answer.text


@pytest.mark.parametrize("meanwhile", ["newer comments", "another correction"])
async def test_a_refused_correction_stays_though_its_comment_offers_none(
    signed_in: Browser, place: Place, meanwhile: str
) -> None:
    place.at("2026-01-05")
    path = f"/customers/{await place.office.customer()}"
    first = (await place.office.do("POST", f"{path}/comments", {"text": "First."}))["id"]
    page = await signed_in.get(path)
    place.at("2026-01-06")
    others = [{"text": "Other."}] * 20 if meanwhile == "newer comments" else [{"text": "Léa's.", "corrects": first}]
    for other in others:
        await place.office.do("POST", f"{path}/comments", other)

    answer = await signed_in.send(page, f"{path}/comments", corrects=first, text="Pays on the 15th" + "x" * 4000)

    assert answer.status_code == 422
    assert "Your correction is not noted." in words_of(answer.text)
    form = answer.text.partition(f'name="corrects" value="{first}"')[2].partition("</form>")[0]
    assert f'id="correct-{first}-text-wrong"' in form
    assert "Pays on the 15th" in form


async def test_a_viewer_reads_comments_and_writes_none(browser: Browser, place: Place) -> None:
    path = f"/customers/{await place.office.customer()}"
    await place.office.do("POST", f"{path}/comments", {"text": "Speak to Anne"})
    await browser.sign_in("viewer")
    page = await browser.get(path)

    assert "Speak to Anne" in page.text
    assert "/comments" not in page.text
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    assert (await browser.post(f"{path}/comments", csrf=csrf, text="x")).status_code == 403


async def test_each_list_of_a_customer_goes_on_by_itself(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    customer = await place.office.customer()
    for number in range(21):
        place.at("2026-01-05", hour=number)
        await place.owes(to=customer, due=f"2026-02-{number + 1:02d}")
        await place.office.do("POST", f"/customers/{customer}/comments", {"text": f"Note {number:02d}."})
    path = f"/customers/{customer}"
    page = await signed_in.get(path)

    for name, first, last in (("invoices", "F-2026-00021", "F-2026-00001"), ("comments", "Note 20.", "Note 00.")):
        following = page.text.partition(f'hx-get="{path}?{name}=')[2].partition('"')[0]
        rest = await signed_in.get(f"{path}?{name}={following}")
        assert (first in page.text, last in page.text) == (True, False)
        assert last in rest.text


async def test_the_page_of_a_customer_makes_as_many_calls_with_rows_as_without(
    signed_in: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    customer = await place.office.customer()
    await place.owes(to=customer, due="2026-02-01")
    few = calls_of(await signed_in.get(f"/customers/{customer}"))
    for day in range(2, 9):
        await place.owes(to=customer, due=f"2026-02-{day:02d}")

    assert calls_of(await signed_in.get(f"/customers/{customer}")) == few


async def test_sales_sees_who_pays_late_wherever_the_customer_appears(
    browser: Browser, place: Place, quotes: object
) -> None:
    place.at("2026-01-05")
    draft = await a_draft(place, quotes, "Garage Lefèvre")  # type: ignore[arg-type]  # the application of quotes
    customer = draft["customer_id"]
    late = await place.owes(to=customer, due="2026-01-12", amount="100.00")
    coming = await place.owes(to=customer, due="2026-06-12", amount="300.00")
    await browser.sign_in("sales")
    paths = (f"/customers/{customer}", f"/quotes/{draft['id']}", f"/invoices/{late['id']}", f"/invoices/{coming['id']}")
    lists = ("/quotes", "/customers", "/quotes/new", "/receivables?scope=all&q=F-2026-00002")
    for path in (*paths, *lists):
        assert "Late payer" not in (await browser.get(path)).text, path
    place.at("2026-01-25")

    for path in paths:
        assert "Late payer €120.00 is overdue, for 13 days." in words_of((await browser.get(path)).text), path
    for path in lists:
        assert "Late payer" in (await browser.get(path)).text, path
    await place.pays(late, late["total"])
    for path in (*paths, *lists):
        assert "Late payer" not in (await browser.get(path)).text, path


async def test_quotes_are_shown_while_billing_is_away_and_say_what_is_not_known(
    signed_in: Browser, place: Place, quotes: object
) -> None:
    draft = await a_draft(place, quotes)  # type: ignore[arg-type]  # the application of quotes
    place.app.state.peers["billing"] = "http://127.0.0.1:1"

    assert (await signed_in.get("/quotes")).status_code == 200
    page = words_of((await signed_in.get(f"/quotes/{draft['id']}")).text)
    assert "Whether this customer pays late is not known right now." in page


@pytest.mark.prints
async def test_everything_sent_to_a_customer_is_on_one_list(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    place.at("2026-02-23")
    task = (await place.calls(invoice, due="2026-02-23"))["evidence"]["task_id"]
    await place.writes(invoice)
    done = {"outcome": "reached", "note": "She will look into it"}
    page = await signed_in.get("/tasks")
    await signed_in.send(page, f"/tasks/{task}", **done)

    text = words_of((await signed_in.get(f"/customers/{invoice['customer_id']}")).text)
    said = words_of((await signed_in.get(f"/customers/{invoice['customer_id']}/said")).text)

    assert "To post" in text
    assert "She will look into it" in text
    assert "Reached" in said
    assert "She will look into it" in said
