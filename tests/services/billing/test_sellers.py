"""The seller: the legal identity that documents carry, checked when it is set."""

from typing import Any

import pytest

from tests.services.billing.office import SELLER, Office, Refused


async def test_the_seller_is_absent_until_it_is_set_and_then_as_given(office: Office) -> None:
    newcomer = office.of("newcomer")
    with pytest.raises(Refused, match="There is no seller of newcomer") as refusal:
        await newcomer.do("GET", "/seller")
    assert refusal.value.status == 404

    await newcomer.sells(name="Nouvel Atelier")

    assert await newcomer.do("GET", "/seller") == SELLER | {"name": "Nouvel Atelier"}
    assert (await office.do("GET", "/seller"))["name"] == "Atelier Martin"


async def test_only_name_and_address_are_needed(office: Office) -> None:
    body = {"name": "Jeanne", "address": {"lines": ["1 rue Haute"], "city": "Lille"}}

    assert (await office.do("PUT", "/seller", body))["iban"] == ""


async def test_numbers_may_be_written_as_on_paper(office: Office) -> None:
    seller = await office.sells(iban="FR76 3000 6000 0112 3456 7890 189", siren="404 833 048", bic="agrifrpp")

    assert [seller["iban"], seller["siren"], seller["bic"]] == ["FR7630006000011234567890189", "404833048", "AGRIFRPP"]


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": ""}),
    ("siren", {"siren": "404833049"}),
    ("siret", {"siret": "40483304800023"}),
    ("vat_number", {"vat_number": "FR8340483304"}),
    ("iban", {"iban": "FR7630006000011234567890188"}),
    ("iban", {"iban": "FR76"}),
    ("bic", {"bic": "AGRI"}),
    ("email", {"email": "@"}),
    ("iban_", {"iban_": ""}),
]


async def test_a_wrong_field_is_named_and_the_seller_stays(office: Office) -> None:
    for field, change in WRONG:
        with pytest.raises(Refused) as refusal:
            await office.do("PUT", "/seller", SELLER | change)
        assert refusal.value.status == 422, change
        assert field in refusal.value.fields, change

    assert await office.do("GET", "/seller") == SELLER


async def test_a_siret_of_another_siren_is_refused(office: Office) -> None:
    with pytest.raises(Refused, match="siret: '73282932000074' is not of the SIREN 404833048"):
        await office.sells(siret="73282932000074")
