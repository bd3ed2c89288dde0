"""`relance tell-again`: quotes publishes once more what the bus lost."""

import json
from collections.abc import Awaitable, Callable

from chassis.printing import Printer
from tests.cli.conftest import Relance
from tests.services.quotes.shop import a_shop
from tests.support.serving import served
from tests.support.tokens import Keys


async def test_accepted_quotes_are_told_again(
    relance: Relance, database_of: Callable[[str], Awaitable[str]], keys: Keys
) -> None:
    async with a_shop(await database_of("quotes"), keys, Printer()) as shop, served(shop.app) as url:
        for _ in range(2):
            await shop.accept(await shop.sent())
        where = relance.where(quotes_url=url)

        ended = await where("tell-again", "--since", "2020-01-01T00:00:00Z", "--json")
        later = await where("tell-again", "--since", "2900-01-01T00:00:00Z")
        wrong = await where("tell-again", "--since", "yesterday")

    assert json.loads(ended.out) == {"accepted_quotes": 2}
    assert "0 accepted quotes." in later.out
    assert wrong.code == 2
    assert "--since: 'yesterday' is not a moment" in wrong.err
