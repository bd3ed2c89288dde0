"""`relance reconcile` where nothing answers; what it mends is shown by `make disaster`."""

from tests.cli.conftest import Relance


async def test_a_service_that_does_not_answer_is_named(relance: Relance) -> None:
    nobody = "http://127.0.0.1:1"
    ended = await relance.where(billing_url=nobody, dunning_url=nobody, notify_url=nobody)("reconcile")

    assert ended.code == 3
    assert "billing does not answer at http://127.0.0.1:1" in ended.err


async def test_a_duration_that_is_none_is_refused(relance: Relance) -> None:
    ended = await relance("reconcile", "--since", "long ago")

    assert ended.code == 2
    assert "'long ago' is not a duration" in ended.err
