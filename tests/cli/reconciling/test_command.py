"""`relance reconcile`: its exit code and what it prints; what it mends in a whole stack is shown by `make disaster`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.cli.conftest import Relance
from tests.cli.reconciling.peers import Peers
from tests.support.serving import served


@asynccontextmanager
async def among(relance: Relance, peers: Peers) -> AsyncIterator[Relance]:
    async with served(peers.app()) as url:
        yield relance.where(billing_url=url, dunning_url=url, notify_url=url)


async def test_a_service_that_does_not_answer_is_named(relance: Relance) -> None:
    nobody = "http://127.0.0.1:1"
    ended = await relance.where(billing_url=nobody, dunning_url=nobody, notify_url=nobody)("reconcile")

    assert ended.code == 3
    assert "billing does not answer at http://127.0.0.1:1" in ended.err


async def test_a_duration_that_is_none_is_refused(relance: Relance) -> None:
    ended = await relance("reconcile", "--since", "long ago")

    assert ended.code == 2
    assert "'long ago' is not a duration" in ended.err


async def test_services_that_say_the_same_end_with_0(relance: Relance) -> None:
    async with among(relance, Peers.where_it_was_paid()) as relance:
        ended = await relance("reconcile")

    assert (ended.code, "Nothing differs." in ended.out) == (0, True), ended


async def test_what_a_restored_database_forgot_is_listed_and_no_failure(relance: Relance) -> None:
    """Of a letter the case knows nothing, of a call notify: neither can be mended, nor has to be."""
    async with among(relance, Peers.where_it_was_paid(letter="posted", acted=["call"])) as relance:
        ended = await relance("reconcile", "--repair")
        as_json = await relance("reconcile", "--json")

    assert ended.code == 0, ended
    assert "2 differences, 0 mended." in ended.out
    assert ended.out.count(" for the record ") == 3  # two of them, and what it means
    assert as_json.code == 0
    assert {each["kind"] for each in as_json.json["remaining"]} == {"not_in_journal", "not_in_notify"}


async def test_what_is_to_be_mended_among_it_decides_the_exit_code_and_comes_first(relance: Relance) -> None:
    peers = Peers.where_it_was_paid(letter="prepared", acted=["call"], heard=1)
    async with among(relance, peers) as relance:
        seen = await relance("reconcile")
        assert (seen.code, peers.taken) == (1, []), seen
        mended = await relance("reconcile", "--repair")

    states = [state for line in seen.out.splitlines() for state in ("can be mended", "for the record") if state in line]
    assert states[0] == "can be mended"
    assert (mended.code, peers.letter) == (0, "withdrawn"), mended
    assert [(each["status"], each["version"]) for each in peers.taken] == [("settled", 3)]
