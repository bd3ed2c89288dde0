"""Each page with real services behind it: what it shows, how many calls it makes, what it lets one do."""

import asyncio

import httpx2
import pytest

from tests.services.billing.office import a_line
from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place

PAGES = (
    "/today",
    "/receivables",
    "/receivables?scope=all",
    "/receivables/aged",
    "/customers",
    "/tasks",
    "/letters",
    "/payments",
)


def calls_of(answer: httpx2.Response) -> int:
    return int(answer.headers["server-timing"].partition('desc="')[2].partition(" ")[0])


def csrf_of(page: httpx2.Response) -> str:
    return page.text.partition('name="csrf" value="')[2].partition('"')[0]


@pytest.mark.prints
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_without_rows_says_so(signed_in: Browser, path: str) -> None:
    answer = await signed_in.get(path)
    assert answer.status_code == 200, words_of(answer.text)
    assert "<table" not in answer.text


@pytest.mark.prints
async def test_no_page_makes_a_call_per_row(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    owed = [await place.owes("First", due="2026-01-10"), await place.owes("Second", due="2026-06-10")]
    await place.pays(None, "0.50")
    await place.calls(owed[0], due="2026-01-05")
    few = {path: calls_of(await signed_in.get(path)) for path in PAGES}
    for day in range(11, 19):
        owed.append(await place.owes(f"Customer {day}", due=f"2026-01-{day}"))
        await place.owes(f"Customer {day}", due=f"2026-07-{day}")
    place.at("2026-02-28")
    for number in range(4):
        await place.pays(None, f"{number + 1}.00")
    for each in owed[1:]:
        await place.calls(each, due="2026-02-27")

    full = {path: calls_of(await signed_in.get(path)) for path in PAGES}

    assert full == few
    assert max(full.values()) <= 12


async def test_receivables_are_filtered_sorted_and_totalled(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await place.owes("Garage Lefèvre", due="2026-01-10", amount="100.00")
    await place.owes("Café du Port", due="2026-01-12", amount="300.00")
    await place.owes("Mairie", due="2026-06-12", amount="500.00")
    place.at("2026-01-31")

    late = words_of((await signed_in.get("/receivables?sort=-balance")).text)
    one = words_of((await signed_in.get("/receivables?scope=all&q=lefevre")).text)
    found = words_of((await signed_in.get("/receivables?scope=all&q=lef%C3%A8")).text)

    assert "Mairie" not in late
    assert late.index("Café du Port") < late.index("Garage Lefèvre")
    assert "€480.00" in late
    assert "No invoice fits." in one
    assert "Garage Lefèvre" in found
    assert "Café" not in found


async def test_receivables_are_had_as_a_file(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await place.owes(due="2026-01-10")
    answer = await signed_in.get("/receivables/export?scope=all")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "F-2026-00001" in answer.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("min_amount=5.000,00", "Balance from: this is not an amount; it filters nothing."),
        ("max_amount=much", "Balance to: this is not an amount; it filters nothing."),
        ("min_days_late=30j", "Days late: this is not a number of days; it filters nothing."),
        ("customer_id=9", "Customer: this names nobody; it filters nothing."),
    ],
)
async def test_a_filter_that_cannot_be_read_is_said_beside_the_rows_and_makes_no_file(
    signed_in: Browser, place: Place, asked: str, said: str
) -> None:
    place.at("2026-01-05")
    await place.owes(due="2026-01-10")

    listed = await signed_in.get(f"/receivables?scope=all&{asked}")
    file = await signed_in.get(f"/receivables/export?scope=all&{asked}")

    assert said in words_of(listed.text.partition('id="results"')[2])
    assert 'id="export" download' not in listed.text
    assert (file.status_code, file.headers["content-type"].partition(";")[0]) == (422, "text/html")
    assert said in words_of(file.text)


async def test_an_invoice_shows_its_past_and_its_future_on_one_line(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    place.at("2026-01-20")
    await place.steps(invoice, message_id="<reminder@relance>", relay="250 queued")
    place.at("2026-01-20", hour=11)
    await place.pays(invoice, "200.00", "VIR-1")

    text = words_of((await signed_in.get(f"/invoices/{invoice['id']}")).text)

    happened = ["Invoice F-2026-00001 issued", "Case opened", "First reminder: Done", "€200.00 received"]
    coming = ["Today, 20 Jan 2026", "E-mail: Second reminder", "Call", "Letter: Formal notice"]
    places = [text.rindex(words) for words in (*happened, *coming)]  # the drawing names them before
    assert places == sorted(places)
    assert "250 queued" in text


@pytest.mark.parametrize(
    ("act", "fields", "seen"),
    [
        ("pause", {"until": "2026-02-10", "note": "on holiday"}, "on holiday"),
        ("promise", {"date": "2026-02-10", "amount": "200"}, "Payment promised for 10 Feb 2026 (€200.00)"),
        ("dispute", {"note": "one bag missing"}, "one bag missing"),
        ("skip", {"step": "second-reminder#1", "note": "she asked for a call"}, "Second reminder: Skipped"),
        ("run", {"step": "call#1"}, "asked for now"),
        ("close", {"note": "insolvent"}, "Nothing is planned."),
        ("due-date", {"due_date": "2026-03-01", "reason": "agreed by phone"}, "1 Mar 2026"),
        ("write-off", {"reason": "too small"}, "Written off"),
        ("payment", {"amount": "1,200.00", "received_on": "2026-01-20", "method": "cheque"}, "Paid"),
    ],
)
async def test_one_acts_from_the_invoice_and_sees_what_follows(
    signed_in: Browser, place: Place, act: str, fields: dict[str, str], seen: str
) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    place.at("2026-01-20")
    path = f"/invoices/{invoice['id']}"
    page = await signed_in.get(path)

    answer = await signed_in.send(page, f"{path}/{act}", **fields)

    assert (answer.status_code, answer.headers["location"]) == (303, path), words_of(answer.text)
    await place.follow(invoice["id"])
    assert seen in words_of((await signed_in.get(path)).text)


@pytest.mark.parametrize(
    ("act", "fields"), [("skip", {"step": "second-reminder#1", "note": "x"}), ("dispute", {"note": "one bag missing"})]
)
async def test_a_form_sent_twice_at_once_is_one_act(
    signed_in: Browser, place: Place, act: str, fields: dict[str, str]
) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    path = f"/invoices/{invoice['id']}"
    page = await signed_in.get(path)

    answers = await asyncio.gather(*(signed_in.send(page, f"{path}/{act}", **fields) for _ in range(3)))

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    journal = (await place.ask(place.dunning, "GET", f"/cases/{invoice['id']}/timeline"))["past"]
    assert len(journal) == 2  # opened, and the act


async def test_a_step_that_is_not_offered_is_refused_at_its_field(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    path = f"/invoices/{invoice['id']}"
    page = await signed_in.get(path)

    malformed = await signed_in.send(page, f"{path}/skip", step="call", note="why")
    unknown = await signed_in.send(page, f"{path}/skip", step="dance#1", note="why")

    assert malformed.status_code == unknown.status_code == 422
    for answer in (malformed, unknown):
        assert 'aria-describedby="skip-step-wrong"' in answer.text


async def test_another_scenario_is_followed_after_seeing_what_it_would_change(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    step = {"key": "one-call", "kind": "call", "days": 20, "template": "call", "assignee": "collector"}
    await place.ask(place.dunning, "PUT", "/scenarios/calm/draft", {"key": "calm", "name": "Calm", "steps": [step]})
    await place.ask(place.dunning, "POST", "/scenarios/calm/publish", {})
    path = f"/invoices/{invoice['id']}/scenario"

    page = await signed_in.get(f"{path}?scenario=calm")
    unsaid = await signed_in.send(page, path, note="")
    answer = await signed_in.send(page, path, note="she asked for it")

    text = words_of(page.text)
    assert text.index("As it is") < text.index("E-mail: First reminder") < text.index("As it would be")
    assert text.index("As it would be") < text.index("Call: one-call")
    assert unsaid.status_code == 422
    assert "Please fill this in." in words_of(unsaid.text)
    assert answer.status_code == 303, words_of(answer.text)
    follows = words_of((await signed_in.get(f"/invoices/{invoice['id']}")).text)
    assert "calm v1" in follows
    assert "she asked for it" in follows
    assert "Call: one-call" in follows
    assert "First reminder" not in follows


async def test_acts_on_a_case_are_for_those_who_steer_cases(browser: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    await browser.sign_in("viewer")
    path = f"/invoices/{invoice['id']}"

    page = await browser.get(path)
    refused = [
        (await browser.post(f"{path}/{act}", csrf=csrf_of(page))).status_code
        for act in ("skip", "run", "scenario", "pause", "promise", "dispute", "resume", "close")
    ]

    assert "data-opens" not in page.text
    assert f"{path}/scenario" not in page.text
    assert refused == [403] * 8


async def test_a_case_on_hold_is_resumed(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    path = f"/invoices/{invoice['id']}"
    await signed_in.send(await signed_in.get(path), f"{path}/pause")

    answer = await signed_in.send(await signed_in.get(path), f"{path}/resume")

    assert answer.status_code == 303
    assert "The case goes on." in words_of((await signed_in.get(path)).text)


async def test_what_is_refused_is_said_at_its_field_and_nothing_typed_is_lost(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    path = f"/invoices/{invoice['id']}"
    page = await signed_in.get(path)

    wrong = await signed_in.send(page, f"{path}/payment", amount="a lot", received_on="2026-01-05", method="cheque")
    past = await signed_in.send(page, f"{path}/pause", until="2025-12-01", note="keep this")

    assert wrong.status_code == past.status_code == 422
    assert "This is not an amount. Write for example 1234.50." in words_of(wrong.text)
    assert 'value="a lot"' in wrong.text
    assert "Please give a day that is still to come." in words_of(past.text)
    assert "keep this" in past.text


async def test_the_same_form_sent_twice_is_one_payment(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    path = f"/invoices/{invoice['id']}"
    page = await signed_in.get(path)
    for _ in range(2):
        sent = await signed_in.send(page, f"{path}/payment", amount="100", received_on="2026-01-05", method="cheque")
        assert sent.status_code == 303

    assert (await place.office.do("GET", f"/receivables/{invoice['id']}"))["balance"] == "1100.00"


@pytest.mark.prints
async def test_a_call_is_noted_and_its_promise_holds_the_case(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    place.at("2026-02-23")
    task = (await place.calls(invoice, due="2026-02-23"))["evidence"]["task_id"]
    page = await signed_in.get("/tasks")
    assert "+33 3 85 00 00 00" in page.text

    unsaid = await signed_in.send(page, f"/tasks/{task}", outcome="promised")
    answer = await signed_in.send(page, f"/tasks/{task}", outcome="promised", promised_on="2026-03-02", note="Anne")

    assert unsaid.status_code == 422
    assert answer.status_code == 303
    text = words_of((await signed_in.get(f"/invoices/{invoice['id']}")).text)
    assert "Payment promised" in text
    assert "Call: Promised to pay" in text
    assert "No call is due." in words_of((await signed_in.get("/tasks")).text)


@pytest.mark.prints
async def test_the_letters_of_a_day_are_one_file_and_a_checklist(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    place.at("2026-03-16")
    letter = (await place.writes(invoice))["evidence"]["letter_id"]
    page = await signed_in.get("/letters")

    printed = await signed_in.get("/letters/print/2026-03-16")
    answer = await signed_in.send(page, f"/letters/{letter}/posted", tracking_number="1A 123 456")

    assert printed.content.startswith(b"%PDF")
    assert answer.status_code == 303
    assert "1A 123 456" in words_of((await signed_in.get("/letters")).text)


async def test_a_profile_sees_only_what_it_may_do(browser: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")
    await browser.sign_in("viewer")
    path = f"/invoices/{invoice['id']}"

    page = await browser.get(path)
    answer = await browser.post(f"{path}/write-off", csrf=csrf_of(page))

    assert "act-payment" not in page.text
    assert answer.status_code == 403
    assert "Not for your profile" in words_of(answer.text)


async def test_another_organisation_finds_nothing(browser: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes("Secret & Co", due="2026-01-12")
    await browser.sign_in("admin", organisation="other")

    for path in (
        f"/invoices/{invoice['id']}",
        f"/invoices/{invoice['id']}/pdf",
        f"/customers/{invoice['customer_id']}",
    ):
        answer = await browser.get(path)
        assert (answer.status_code, "Secret" in answer.text) == (404, False)
    assert "Secret" not in (await browser.get("/receivables?scope=all")).text


async def test_names_are_text_wherever_they_stand(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes('<script>alert("x")</script>', due="2026-01-12")
    place.at("2026-02-23")

    for path in (*PAGES, f"/invoices/{invoice['id']}", f"/customers/{invoice['customer_id']}"):
        assert "<script>alert" not in (await signed_in.get(path)).text


async def test_a_service_that_is_away_is_said_in_words(signed_in: Browser, place: Place) -> None:
    place.app.state.peers["billing"] = "http://127.0.0.1:1"
    answer = await signed_in.get("/receivables")
    assert answer.status_code == 503
    assert "A service does not answer" in words_of(answer.text)


@pytest.mark.prints
async def test_a_collector_sees_their_own_calls_first_and_those_of_others_when_asked(
    browser: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    for name, assignee in (("Mine & Co", "collector"), ("Of Léa", "lea")):
        await place.calls(await place.owes(name, due="2026-01-12"), due="2026-01-05", assignee=assignee)
    await browser.sign_in("collector")

    mine, everyone, hers = [words_of((await browser.get(f"/tasks{asked}")).text)
                            for asked in ("", "?assignee=*", "?assignee=lea")]  # fmt: skip

    assert ("Mine & Co" in mine, "Of Léa" in mine, "Mine 1" in mine) == (True, False, True)
    assert ("Mine & Co" in everyone, "Of Léa" in everyone) == (True, True)
    assert ("Mine & Co" in hers, "Of Léa" in hers) == (False, True)


async def test_today_tells_who_pays_latest_and_for_how_many_days_sales_are_outstanding(
    signed_in: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    for number in range(6):
        await place.owes(f"Payer {number}", due="2026-01-12", amount=f"{number + 1}00.00")
    await place.office.draft(await place.office.customer(name="Approve me"))
    place.at("2026-02-23")

    page = await signed_in.get("/today")

    text = words_of(page.text)
    largest = text[text.index("Largest late payers") : text.index("Days of sales outstanding")]
    assert [largest.index(f"Payer {number} ") for number in (5, 4, 3, 2, 1)] == sorted(
        largest.index(f"Payer {number} ") for number in (5, 4, 3, 2, 1)
    )
    assert "Payer 0" not in largest
    assert "€720.00" in largest
    assert "90 days" in text  # all that was invoiced is open
    assert "1 Invoices to approve" in text
    assert 'aria-label="Not due: €0.00. 1 to 30 days: €0.00. 31 to 60 days: €2,520.00.' in page.text


async def test_a_draft_is_approved_from_its_page(signed_in: Browser, place: Place) -> None:
    draft = await place.office.draft(await place.office.customer())
    path = f"/invoices/{draft['id']}"
    answer = await signed_in.send(await signed_in.get(path), f"{path}/issue")
    assert answer.status_code == 303, words_of(answer.text)
    assert "F-2026-00001" in words_of((await signed_in.get(path)).text)


async def test_a_draft_shows_its_vat_and_its_note_before_it_is_issued(signed_in: Browser, place: Place) -> None:
    exempt = "TVA non applicable, art. 293 B du CGI"
    lines = [a_line("1", "100.00"), a_line("1", "50.00", vat_rate="0")]
    draft = await place.office.draft(await place.office.customer(), *lines, note=exempt)

    text = words_of((await signed_in.get(f"/invoices/{draft['id']}")).text)

    assert "VAT at 20% on €100.00 €20.00" in text
    assert "VAT at 0% on €50.00 €0.00" in text
    assert exempt in text


async def test_the_aged_balance_stands_customer_by_customer(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await place.owes("Late", due="2026-01-12", amount="100.00")
    await place.owes("Later", due="2026-01-10", amount="300.00")
    await place.owes("Not yet", due="2026-05-10", amount="900.00")
    place.at("2026-01-31")

    overdue = words_of((await signed_in.get("/receivables/aged")).text)
    owed = words_of((await signed_in.get("/receivables/aged?sort=-total")).text)

    assert overdue.index("Everyone, EUR") < overdue.index("Later") < overdue.rindex("Late ")
    assert "Not yet" not in overdue
    assert "€1,560.00" in overdue
    assert owed.index("Not yet") < owed.index("Later")


async def test_a_view_is_saved_opened_renamed_and_deleted(signed_in: Browser, place: Place) -> None:
    page = await signed_in.get("/receivables?scope=all&q=garage")
    unnamed = await signed_in.send(page, "/receivables/views", name="")
    saved = await signed_in.send(page, "/receivables/views", name="Garages")
    shown = await signed_in.get(saved.headers["location"])
    taken = await signed_in.send(page, "/receivables/views", name="Garages")
    (view_id,) = place.identity.views
    path = f"/receivables/views/{view_id}"

    assert "The view is saved." in words_of(shown.text)
    assert 'href="/receivables?scope=all&amp;q=garage" aria-current="true"' in shown.text
    assert (unnamed.status_code, taken.status_code) == (422, 422)
    assert "You have a view of this page by this name already." in words_of(taken.text)
    assert 'value="garage"' in taken.text

    renamed = await signed_in.send(shown, path, name="Every garage", query="scope=open&q=garage")
    assert renamed.headers["location"] == "/receivables?scope=open&q=garage"
    again = await signed_in.get(renamed.headers["location"])
    assert "Every garage" in words_of(again.text)
    deleted = await signed_in.send(again, f"{path}/delete")
    assert (deleted.status_code, place.identity.views) == (303, {})


async def test_nobody_else_sees_or_changes_a_saved_view(signed_in: Browser, place: Place) -> None:
    await signed_in.send(await signed_in.get("/receivables"), "/receivables/views", name="My secret view")
    (view_id,) = place.identity.views
    signed_in.client.cookies.clear()
    await signed_in.sign_in("collector")

    page = await signed_in.get("/receivables")
    answer = await signed_in.post(f"/receivables/views/{view_id}", csrf=csrf_of(page), name="Mine now", query="")

    assert "My secret view" not in page.text
    assert answer.status_code in (404, 422)
    assert place.identity.views[view_id]["name"] == "My secret view"
