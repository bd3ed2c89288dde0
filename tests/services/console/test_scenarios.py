"""Scenarios in the console: read by everyone, edited step by step, previewed, published, compared, carried as files."""

import httpx2
import pytest

from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place

STEP = {"offset": "7", "side": "after", "kind": "email", "template": "first-reminder"}
"""A step's form as an admin fills it in."""


async def begun(browser: Browser, name: str = "Large accounts", start: str = "empty") -> str:
    """The address of a new scenario."""
    sent = await browser.send(await browser.get("/scenarios/-/new"), "/scenarios/-/new", name=name, start=start)
    assert sent.status_code == 303, words_of(sent.text)
    return str(sent.headers["location"])


async def added(browser: Browser, path: str, kind: str) -> str:
    """The address of a step that was added as it was proposed, its form open."""
    sent = await browser.send(await browser.get(path), f"{path}/steps", kind=kind)
    assert sent.status_code == 303, words_of(sent.text)
    return str(sent.headers["location"])


async def changed(browser: Browser, path: str, step: str, **fields: str) -> httpx2.Response:
    page = await browser.get(f"{path}?step={step}")
    return await browser.send(page, f"{path}/steps/{step}", **(STEP | fields))


async def published(browser: Browser, path: str, **fields: str) -> httpx2.Response:
    sent = await browser.send(await browser.get(f"{path}/publish"), f"{path}/publish", **fields)
    assert sent.status_code == 303, words_of(sent.text)
    return await browser.get(sent.headers["location"])


async def test_the_list_tells_which_scenarios_are_in_force_and_who_follows_them(
    signed_in: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    await place.owes(due="2026-01-12")
    await begun(signed_in, "Large accounts")

    text = words_of((await signed_in.get("/scenarios")).text)

    assert "Relance standard Version 1 By default 5 1 0" in text
    assert "Large accounts Draft 0 0 0" in text


async def test_a_scenario_is_read_in_words_on_a_picture_and_with_its_calendar(browser: Browser) -> None:
    await browser.sign_in("viewer")

    page = await browser.get("/scenarios/standard")

    text = words_of(page.text)
    for said in (
        "7 days after the due date : e-mail “first reminder”.",
        "40 days after the due date : call by collections.",
        "60 days after the due date : letter “formal notice”.",
        "Steps come at 9:00 (Europe/Paris); nobody is contacted after 19:00.",
        "Working days: Monday, Tuesday, Wednesday, Thursday and Friday, without public holidays (France)",
    ):
        assert said.replace(" : ", ": ") in text
    assert page.text.count('class="mark"') == 5
    assert "<form" not in page.text.partition("<main")[2]


async def test_a_scenario_is_built_from_nothing_by_taking_what_is_proposed(signed_in: Browser) -> None:
    path = await begun(signed_in)
    opened = [await added(signed_in, path, kind) for kind in ("email", "email", "email", "call", "letter")]

    text = words_of((await signed_in.get(path)).text)

    assert path == "/scenarios/large-accounts"
    assert opened[0] == f"{path}?step=first-reminder"
    days = ["7 days after", "14 days after", "30 days after", "40 days after", "60 days after"]
    places = [text.rindex(day) for day in days]
    assert places == sorted(places)


async def test_a_step_is_changed_where_it_stands_and_comes_to_stand_on_its_day(signed_in: Browser) -> None:
    path = await begun(signed_in, start="ready:standard")

    sent = await changed(
        signed_in, path, "first-reminder", offset="20", minimum="50.00", every_days="7", times="3",
        **{"kinds.consumer": "on"},
    )  # fmt: skip

    assert (sent.status_code, sent.headers["location"]) == (303, f"{path}?at=first-reminder")
    text = words_of((await signed_in.get(path)).text)
    said = "20 days after the due date: e-mail “first reminder”, if at least 50.00 is owed, "
    assert said + "only for customers of this kind: Consumer, again every 7 days, 3 times in all." in text
    assert text.rindex("14 days after the due date") < text.rindex("20 days after the due date")


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"offset": "soon"}, "offset", "Please write a whole number."),
        ({"offset": "400", "side": "before"}, "offset", "At most 365."),
        ({"offset": "9999"}, "offset", "At most 3650."),
        ({"template": ""}, "template", "Please choose the text to send."),
        ({"kind": "call"}, "assignee", "Please say who is to call."),
        ({"kind": "pigeon"}, "kind", "Please choose one of these."),
        ({"minimum": "a lot"}, "minimum", "This is not an amount. Write for example 50.00."),
        ({"every_days": "7"}, "times", "Please write a whole number."),
        ({"every_days": "7", "times": "1"}, "times", "At least 2."),
    ],
)
async def test_a_mistake_is_said_at_its_field_while_one_types_and_when_one_saves(
    signed_in: Browser, fields: dict[str, str], field: str, said: str
) -> None:
    path = await begun(signed_in, start="ready:standard")
    page = await signed_in.get(f"{path}?step=first-reminder")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]

    typed = await signed_in.post(f"{path}/steps/first-reminder/check", csrf=token, **(STEP | fields))
    saved = await changed(signed_in, path, "first-reminder", **fields)

    assert (typed.status_code, saved.status_code) == (200, 422)
    for answer in (typed, saved):
        at_field = answer.text.partition(f'id="step-{field}-wrong"')[2].partition("</small>")[0]
        assert at_field.partition(">")[2] == said
    assert "7 days after the due date" in words_of((await signed_in.get(path)).text)


async def test_what_is_typed_is_said_in_words_before_it_is_saved(signed_in: Browser) -> None:
    path = await begun(signed_in, start="ready:standard")
    page = await signed_in.get(f"{path}?step=call")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]

    typed = STEP | {"offset": "3", "side": "before", "kind": "letter", "template": "formal-notice"}
    answer = await signed_in.post(f"{path}/steps/call/check", csrf=token, **typed)

    assert "3 days before the due date: letter “formal notice”." in words_of(answer.text)


async def test_a_mark_moved_on_the_picture_is_a_step_on_another_day(signed_in: Browser) -> None:
    path = await begun(signed_in, start="ready:standard")
    page = await signed_in.get(path)

    moved = await signed_in.send(page, f"{path}/move", step="first-reminder", days="-3")
    too_far = await signed_in.send(page, f"{path}/move", step="call", days="4000")
    unknown = await signed_in.send(page, f"{path}/move", step="dance", days="4")

    assert moved.headers["location"] == f"{path}?at=first-reminder"
    assert "3 days before the due date: e-mail “first reminder”" in words_of((await signed_in.get(path)).text)
    assert (too_far.status_code, unknown.status_code) == (422, 422)
    assert "At most 3650." in words_of(too_far.text)


async def test_a_step_is_removed_and_a_scenario_renamed_and_given_up(signed_in: Browser) -> None:
    path = await begun(signed_in, start="ready:standard")
    page = await signed_in.get(f"{path}?step=call")
    await signed_in.send(page, f"{path}/steps/call/remove")
    unnamed = await signed_in.send(page, f"{path}/name", name=" ")
    await signed_in.send(page, f"{path}/name", name="Key accounts")

    text = words_of((await signed_in.get(path)).text)

    assert "call by" not in text
    assert "Key accounts" in text
    assert unnamed.status_code == 422
    given_up = await signed_in.send(page, f"{path}/discard")
    assert given_up.headers["location"] == "/scenarios"
    assert (await signed_in.get(path)).status_code == 404


async def test_a_full_scenario_offers_no_further_step(signed_in: Browser, place: Place) -> None:
    steps = [{"key": f"e{day}", "days": day, "kind": "event"} for day in range(50)]
    await place.ask(place.dunning, "PUT", "/scenarios/full/draft", {"key": "full", "name": "Full", "steps": steps})
    open_page = await signed_in.get("/scenarios/standard")

    assert "as many steps as one can have" in words_of((await signed_in.get("/scenarios/full")).text)
    fields = {"kind": "event", "csrf": open_page.text.partition('name="csrf" value="')[2].partition('"')[0]}
    refused = await signed_in.post("/scenarios/full/steps", **fields)
    assert refused.status_code == 422
    assert "This scenario has as many steps as one can have." in words_of(refused.text)


@pytest.mark.prints
async def test_a_preview_has_the_real_days_and_the_real_text_of_an_invoice(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes("Garage Lefèvre", due="2026-01-12")

    found = await signed_in.get("/scenarios/standard/preview?q=lef")
    page = await signed_in.get(f"/scenarios/standard/preview?invoice={invoice['id']}")
    address = page.text.partition('hx-get="/scenarios/standard/preview/text')[2].partition('"')[0].replace("&amp;", "&")
    text = words_of((await signed_in.get(f"/scenarios/standard/preview/text{address}")).text)

    assert f"invoice={invoice['id']}" in found.text
    shown = words_of(page.text)
    assert "F-2026-00001, Garage Lefèvre: due on 12 Jan 2026" in shown
    assert "Monday, 19 January 2026 · D+7: e-mail “first reminder”" in shown
    assert "Friday, 13 March 2026 · D+60: letter “formal notice”" in shown
    assert "To Garage Lefèvre" in text
    assert "F-2026-00001" in text
    assert "1 200,00" in text.replace("\u202f", " ").replace("\xa0", " ")  # the customer reads French


@pytest.mark.prints
async def test_a_preview_for_a_due_date_is_read_by_a_made_up_customer(signed_in: Browser) -> None:
    page = await signed_in.get("/scenarios/standard/preview?due=2026-05-01")
    text = await signed_in.get("/scenarios/standard/preview/text?template=call&step=call&day=2026-06-10")

    assert "Friday, 8 May 2026" not in words_of(page.text)  # a public holiday
    assert "Monday, 11 May 2026 · D+7" in words_of(page.text)
    assert "As a made-up customer would read it." in words_of(text.text)
    missing = await signed_in.get("/scenarios/standard/preview/text?template=nothing&day=2026-06-10")
    assert missing.status_code == 404


async def test_a_preview_of_nothing_says_so(signed_in: Browser) -> None:
    path = await begun(signed_in)
    assert "No steps yet." in words_of((await signed_in.get(f"{path}/preview")).text)
    assert "there is nothing to publish" in words_of((await signed_in.get(f"{path}/publish")).text)
    nobody = "/scenarios/standard/preview?invoice=00000000-0000-0000-0000-000000000000"
    assert "Dunning does not know this invoice." in words_of((await signed_in.get(nobody)).text)


async def test_publishing_shows_what_changes_for_which_running_cases(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await place.owes(due="2026-01-12")
    await changed(signed_in, "/scenarios/standard", "first-reminder", offset="3")

    page = await signed_in.get("/scenarios/standard/publish")
    after = await published(signed_in, "/scenarios/standard", cases="migrate")

    text = words_of(page.text)
    assert "first-reminder Day 7 3" in text
    assert "would change 1 would keep their steps 0" in text
    assert "F-2026-00001 1 E-mail, 19 Jan 2026 E-mail, 15 Jan 2026" in text
    assert "Version 2 is in force. Running cases that follow it from now on: 1." in words_of(after.text)
    again = words_of((await signed_in.get("/scenarios/standard/publish")).text)
    assert "Every running case follows it already." in again


async def test_running_cases_keep_their_version_unless_one_says_otherwise(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    await place.owes(due="2026-01-12")
    await changed(signed_in, "/scenarios/standard", "first-reminder", offset="3")
    await published(signed_in, "/scenarios/standard", cases="keep")

    listed = words_of((await signed_in.get("/scenarios")).text)
    versions = words_of((await signed_in.get("/scenarios/standard/versions")).text)
    later = await published(signed_in, "/scenarios/standard", cases="migrate")

    assert "Version 2 By default 5 1 1" in listed
    assert "first-reminder Day 7 3" in versions
    assert "Running cases that follow it from now on: 1." in words_of(later.text)


async def test_a_new_scenario_becomes_what_new_invoices_follow(signed_in: Browser, place: Place) -> None:
    path = await begun(signed_in, "Firm", "ready:firm")
    await published(signed_in, path, make_default="on")
    place.at("2026-01-05")
    invoice = await place.owes(due="2026-01-12")

    assert "firm v1" in words_of((await signed_in.get(f"/invoices/{invoice['id']}")).text)
    nothing = await signed_in.send(await signed_in.get(f"{path}/publish"), f"{path}/publish", cases="keep")
    assert nothing.status_code == 422
    assert "There is no draft to publish." in words_of(nothing.text)


async def test_any_two_versions_are_compared_in_words(signed_in: Browser) -> None:
    page = await signed_in.get("/scenarios/standard?step=call")
    await signed_in.send(page, "/scenarios/standard/steps/call/remove")
    await published(signed_in, "/scenarios/standard", cases="keep")
    await changed(signed_in, "/scenarios/standard", "first-reminder", template="second-reminder", minimum="10")
    await added(signed_in, "/scenarios/standard", "event")

    removed = words_of((await signed_in.get("/scenarios/standard/versions?before=1&after=2")).text)
    newest = words_of((await signed_in.get("/scenarios/standard/versions")).text)
    same = words_of((await signed_in.get("/scenarios/standard/versions?before=2&after=2")).text)
    none = words_of((await signed_in.get("/scenarios/standard/versions?before=99")).text)

    assert "Steps that are no more 40 days after the due date: call by collections." in removed
    assert "first-reminder Text first reminder second reminder" in newest
    assert "first-reminder From what balance on – 10.00" in newest
    assert "an event for other programs; nothing is sent" in newest
    assert "They are the same." in same
    assert "There is no such version." in none


async def test_a_scenario_leaves_and_comes_back_as_a_file(signed_in: Browser) -> None:
    exported = await signed_in.get("/scenarios/standard/file")
    text = exported.text.replace("key: standard", "key: brought-in").replace("days: 7\n", "days: 5\n")
    page = await signed_in.get("/scenarios/-/import")

    sent = await signed_in.send(page, "/scenarios/-/import", text=text)

    assert exported.headers["content-disposition"] == 'attachment; filename="standard.yaml"'
    assert (sent.status_code, sent.headers["location"]) == (303, "/scenarios/brought-in")
    assert "5 days after the due date" in words_of((await signed_in.get("/scenarios/brought-in")).text)


async def test_every_mistake_of_a_file_is_said_with_its_line_and_its_field(signed_in: Browser) -> None:
    text = "key: x\nname: X\nsteps:\n  - {key: a, days: ten, kind: event}\n  - {key: b, days: 9, kind: pigeon}\n"
    page = await signed_in.get("/scenarios/-/import")

    wrong = await signed_in.send(page, "/scenarios/-/import", text=text)
    empty = await signed_in.send(page, "/scenarios/-/import", text="")

    assert (wrong.status_code, empty.status_code) == (422, 422)
    said = words_of(wrong.text)
    assert "line 4, steps.0.days: Please write a whole number." in said
    assert "line 5, steps.1.kind: Please choose one of these." in said
    assert "days: ten" in wrong.text
    assert "Please fill this in." in words_of(empty.text)


@pytest.mark.parametrize("who", ["viewer", "collector", "accountant", "sales"])
async def test_who_may_not_write_scenarios_reads_them_and_changes_nothing(browser: Browser, who: str) -> None:
    await browser.sign_in(who)
    page = await browser.get("/scenarios/standard")
    token = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    posts = ("steps", "steps/call", "steps/call/check", "steps/call/remove", "move", "name", "discard", "publish")

    refused = [(await browser.post(f"/scenarios/standard/{each}", csrf=token)).status_code for each in posts]
    pages = [
        (await browser.get(f"/scenarios/{each}")).status_code for each in ("-/new", "-/import", "standard/publish")
    ]

    assert refused == [403] * len(posts)
    assert pages == [403] * 3
    for each in ("", "/standard/versions", "/standard/preview"):
        assert (await browser.get(f"/scenarios{each}")).status_code == 200


async def test_scenarios_of_another_organisation_are_not_there(browser: Browser, signed_in: Browser) -> None:
    path = await begun(signed_in, "Secret plan")
    browser.client.cookies.clear()
    await browser.sign_in("admin", organisation="other")

    for page in (path, f"{path}/versions", f"{path}/preview", f"{path}/publish", f"{path}/file"):
        answer = await browser.get(page)
        assert (answer.status_code, "Secret" in answer.text) == (404, False)
    assert "Secret" not in (await browser.get("/scenarios")).text


async def test_no_page_of_scenarios_makes_a_call_per_row(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    for number in range(3):
        await place.owes(f"Customer {number}", due="2026-01-12")
        await begun(signed_in, f"Scenario {number}", "ready:firm")
    await changed(signed_in, "/scenarios/standard", "first-reminder", offset="3")

    def calls_of(answer: httpx2.Response) -> int:
        return int(answer.headers["server-timing"].partition('desc="')[2].partition(" ")[0])

    standard = "/scenarios/standard"
    paths = ("/scenarios", standard, f"{standard}/versions", f"{standard}/preview", f"{standard}/publish")
    assert [calls_of(await signed_in.get(path)) for path in paths] == [1, 3, 2, 3, 4]


async def test_names_are_text_wherever_they_stand(signed_in: Browser) -> None:
    path = await begun(signed_in, '<script>alert("x")</script>', "ready:standard")
    await changed(signed_in, path, "call", kind="call", assignee="<img src=x onerror=alert(1)>")
    await published(signed_in, path)
    await changed(signed_in, path, "call", kind="call", assignee="<b>Anne</b>")

    pages = (
        "",
        path,
        f"{path}?step=call",
        f"{path}/preview",
        f"{path}/versions",
        f"{path}/publish",
        "/scenarios/-/new",
    )
    for page in pages:
        answer = await signed_in.get(page or "/scenarios")
        assert answer.status_code == 200
        assert not any(raw in answer.text for raw in ("<script>alert", "<img src=x", "<b>Anne")), page
