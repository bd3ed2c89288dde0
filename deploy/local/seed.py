"""What a new stack is given, so that one can work with it at once: an organisation that sells.

Its default scenario comes with it: the dunning service has one for every organisation.
"""

from collections.abc import Mapping

import httpx2

from contracts.parties import Address, Seller
from deploy.local.program import CannotStart

ORGANISATION = "demo"

SELLER = Seller(
    name="Atelier Brun",
    legal_form="SARL",
    capital="10 000 €",
    address=Address(lines=["12 rue des Tanneurs"], postal_code="24000", city="Périgueux", country="FR"),
    siren="912345675",
    siret="91234567500017",
    rcs_city="Périgueux",
    vat_number="FR00912345675",
    email="relance@atelier-brun.example",
    phone="+33 5 53 00 00 00",
    iban="FR7630006000011234567890189",
    bic="AGRIFRPP",
)


async def seed(urls: Mapping[str, str], token: str, seller: Seller = SELLER) -> None:
    """Give the organisation of this admin's token its legal identity, unless it has one. Raises CannotStart."""
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=10) as client:
        known = await client.get(f"{urls['billing']}/seller")
        if known.status_code != httpx2.codes.NOT_FOUND:
            return _check(known)
        _check(await client.put(f"{urls['billing']}/seller", json=seller.model_dump(mode="json")))


def _check(response: httpx2.Response) -> None:
    if response.is_error:
        raise CannotStart(f"The demo organisation could not be made: billing answered {response.text}")
