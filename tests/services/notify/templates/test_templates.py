"""What an organisation writes in the place of the defaults."""

from typing import Any

import pytest

from chassis.auth import Role
from tests.services.notify.conftest import Notify
from tests.services.notify.relays import Relay
from tests.services.notify.requests import an_email

OWN = {"subject": "À propos de {{ invoice.number }}", "text": "Bonjour {{ customer.name }},\n{{ invoice.balance }}\n"}


async def put(notify: Notify, path: str = "first-reminder/fr", **changes: Any) -> Any:
    return await notify.call("PUT", f"/templates/{path}", Role.ADMIN, json=OWN | changes)


async def test_an_organisation_starts_with_the_defaults(notify: Notify) -> None:
    page = (await notify.call("GET", "/templates", Role.VIEWER)).json()

    assert [item["key"] for item in page["items"]] == [
        "first-reminder",
        "second-reminder",
        "third-reminder",
        "call",
        "formal-notice",
        "quote",
        "quote-follow-up",
        "overdue-list",
    ]
    assert all(text["is_default"] for item in page["items"] for text in item["texts"].values())


async def test_an_own_text_stands_in_the_place_of_the_default_for_its_language_alone(
    notify: Notify, relay: Relay
) -> None:
    saved = (await put(notify)).json()
    await notify.send(an_email())

    assert (saved["texts"]["fr"]["is_default"], saved["texts"]["en"]["is_default"]) == (False, True)
    assert saved["texts"]["fr"]["updated_by"] == "somebody"
    (mail,) = relay.mails
    assert mail["Subject"] == "À propos de F-2026-00042"
    assert mail.get_body(("html",)) is None


async def test_an_own_text_given_up_brings_the_default_back(notify: Notify) -> None:
    await put(notify)
    gone = await notify.call("DELETE", "/templates/first-reminder/fr", Role.ADMIN)
    again = await notify.call("DELETE", "/templates/first-reminder/fr", Role.ADMIN)

    assert (gone.status_code, again.status_code) == (204, 404)
    template = (await notify.call("GET", "/templates/first-reminder", Role.VIEWER)).json()
    assert template["texts"]["fr"]["is_default"]


async def test_a_text_of_another_organisation_is_not_seen(notify: Notify) -> None:
    await put(notify, "own-step/fr", about="receivable")

    assert (await notify.call("GET", "/templates/own-step", Role.VIEWER)).status_code == 200
    assert (await notify.call("GET", "/templates/own-step", Role.VIEWER, organisation="other")).status_code == 404


async def test_a_new_template_serves_readers_of_the_other_language_too(notify: Notify, relay: Relay) -> None:
    await put(notify, "own-step/fr", about="receivable")
    body = an_email(template="own-step")
    body["context"]["receivable"]["contact"]["language"] = "en"
    await notify.send(body)

    text = relay.mails[0].get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == ["Bonjour Garage Lefèvre & Fils,", "1\u202f234,50\xa0€"]


async def test_a_text_that_cannot_work_is_refused_with_its_line_and_changes_nothing(notify: Notify) -> None:
    response = await put(notify, text="Bonjour,\n{{ invoice.balanse }}")

    assert response.status_code == 422
    assert response.json()["errors"] == [
        {
            "field": "text",
            "line": 2,
            "column": 4,
            "value": "{{ invoice.balanse }}",
            "expected": "'invoice.balanse' is not a variable of this template; did you mean 'invoice.balance'?",
            "code": "unknown",
            "length": 15,
            "name": "invoice.balanse",
            "suggestion": "invoice.balance",
        }
    ]
    template = (await notify.call("GET", "/templates/first-reminder", Role.VIEWER)).json()
    assert template["texts"]["fr"]["is_default"]


async def test_an_unknown_name_is_marked_where_it_stands_in_a_tag(notify: Notify) -> None:
    response = await put(notify, text="invoice.totl: {% if 1 %}\n é{{ 1 }} {{ invoice . totl }}{% endif %}")

    (error,) = response.json()["errors"]
    assert (error["line"], error["column"]) == (2, 14)
    assert response.json()["detail"].startswith("text, line 2, column 14: 'invoice.totl' is not a variable")


async def test_each_text_that_was_saved_can_be_read_and_put_back(notify: Notify) -> None:
    for words in ("one", "two", "three"):
        await put(notify, text=words)
    path = "/templates/first-reminder/fr/versions"

    first = (await notify.call("GET", f"{path}?limit=2", Role.VIEWER)).json()
    second = (await notify.call("GET", f"{path}?limit=2&cursor={first['next']}", Role.VIEWER)).json()
    assert [each["version"] for each in first["items"] + second["items"]] == [3, 2, 1]
    assert (await notify.call("GET", f"{path}/1", Role.VIEWER)).json()["text"] == "one"

    restored = await notify.call("POST", f"{path}/1/restore", Role.ADMIN)
    assert restored.json()["texts"]["fr"]["text"] == "one"
    assert (await notify.call("GET", f"{path}/4", Role.VIEWER)).json()["text"] == "one"
    assert (await notify.call("POST", f"{path}/9/restore", Role.ADMIN)).status_code == 404
    assert (await notify.call("POST", f"{path}/1/restore", Role.COLLECTOR)).status_code == 403
    assert (await notify.call("GET", f"{path}/1", Role.VIEWER, organisation="other")).status_code == 404


async def test_the_same_text_saved_again_is_no_version_of_its_own(notify: Notify) -> None:
    for _ in range(2):
        saved = await put(notify)
    await notify.call("POST", "/templates/first-reminder/fr/versions/1/restore", Role.ADMIN)

    versions = (await notify.call("GET", "/templates/first-reminder/fr/versions", Role.VIEWER)).json()["items"]
    assert [(each["version"], each["saved_by_name"]) for each in versions] == [(1, "somebody")]
    assert saved.json()["texts"]["fr"]["updated_by_name"] == "somebody"


async def test_the_default_can_be_read_after_a_text_of_ones_own_took_its_place(notify: Notify) -> None:
    before = (await notify.call("GET", "/templates/first-reminder", Role.VIEWER)).json()["texts"]["fr"]
    await put(notify)
    default = (await notify.call("GET", "/templates/first-reminder/fr/default", Role.VIEWER)).json()

    assert default == {part: before[part] for part in ("subject", "text", "html")}
    assert (await notify.call("GET", "/templates/own-step/fr/default", Role.VIEWER)).status_code == 404


async def test_a_loop_without_end_is_refused_and_the_service_goes_on(notify: Notify) -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    response = await put(notify, html=endless)

    assert response.status_code == 422
    assert "takes more than 2 s" in response.json()["detail"]
    assert (await put(notify)).status_code == 200


@pytest.mark.parametrize(
    ("path", "changes", "field"),
    [
        ("own-step/fr", {}, "about"),
        ("first-reminder/fr", {"about": "quote"}, "about"),
        ("first-reminder/de", {}, "language"),
        ("First/fr", {}, "key"),
        ("first-reminder/fr", {"surprise": 1}, "surprise"),
        ("first-reminder/fr", {"text": ""}, "text"),
    ],
)
async def test_a_malformed_template_is_refused(notify: Notify, path: str, changes: dict[str, Any], field: str) -> None:
    response = await put(notify, path, **changes)

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


async def test_a_preview_shows_a_text_before_it_is_saved(notify: Notify) -> None:
    body = {"language": "en", "sample": "consumer", "sources": {"subject": "{{ invoice.balance }}", "text": "a"}}
    shown = await notify.call("POST", "/templates/first-reminder/preview", Role.COLLECTOR, json=body)
    default = await notify.call("POST", "/templates/quote/preview", Role.SALES, json={"language": "fr"})
    wrong = await notify.call(
        "POST",
        "/templates/first-reminder/preview",
        Role.COLLECTOR,
        json=body | {"sources": {"subject": "{{ x }}", "text": "a"}},
    )

    assert shown.json() == {"subject": "€1,234.50", "text": "a\n", "html": ""}
    assert default.json()["subject"] == "Votre devis D-2026-00012\xa0: Réfection de la toiture"
    assert wrong.status_code == 422


async def test_variables_are_listed_with_examples(notify: Notify) -> None:
    every = (await notify.call("GET", "/templates/variables", Role.VIEWER)).json()
    (one,) = (await notify.call("GET", "/templates/variables?about=quote", Role.VIEWER)).json()

    names = {variable["name"]: variable for variable in every[0]["variables"]}
    assert [each["about"] for each in every] == ["receivable", "quote", "overdue_list"]
    assert names["invoice.balance"] == {
        "name": "invoice.balance",
        "kind": "amount",
        "description": "What is still to be paid",
        "meanings": {"fr": "Ce qui reste à régler", "en": "What is still to be paid"},
        "shortcode": "{{ invoice.balance }}",
        "examples": {"fr": "1\u202f234,50\xa0€", "en": "€1,234.50"},
    }
    assert one["about"] == "quote"
    assert names["customer.is_consumer"]["examples"] == {"fr": "non", "en": "no"}
    assert names["customer.is_consumer"]["shortcode"] == "{% if customer.is_consumer %}{% endif %}"


async def test_every_shortcode_of_the_palette_can_be_saved_as_it_stands(notify: Notify) -> None:
    for each in (await notify.call("GET", "/templates/variables", Role.VIEWER)).json():
        text = "\n".join(variable["shortcode"] for variable in each["variables"])
        saved = await put(notify, f"own-{each['about']}/en", about=each["about"], subject="All", text=text)
        assert saved.status_code == 200, saved.text
