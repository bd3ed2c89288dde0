"""A service that fails for a moment while the command line works on."""

import httpx2
import pytest

from cli import api
from cli.api import Api
from cli.bearer import Bearer
from cli.failure import UNREACHABLE, Failure


def an_api(*statuses: int, patience_s: float) -> tuple[Api, list[int]]:
    """A service that answers with these, the last one for ever; and what it has answered so far."""
    answered: list[int] = []

    def answer(_: httpx2.Request) -> httpx2.Response:
        answered.append(statuses[min(len(answered), len(statuses) - 1)])
        return httpx2.Response(answered[-1], json={"detail": "Temporal does not answer"})

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    return Api("dunning", "http://dunning", client, Bearer(lambda: "a"), patience_s), answered


class Ticking:
    """Time that passes by waiting alone, however slow the machine is."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "time", Ticking())


def test_one_that_answered_before_is_waited_for() -> None:
    service, answered = an_api(200, 503, 429, 200, patience_s=10)

    service.get("/cases")
    service.put("/cases/1/receivable", {})

    assert answered == [200, 503, 429, 200]


def test_one_that_never_answered_is_said_at_once() -> None:
    service, answered = an_api(503, patience_s=10)

    with pytest.raises(Failure, match="dunning could not answer") as caught:
        service.get("/cases")

    assert (caught.value.code, answered) == (UNREACHABLE, [503])


def test_patience_has_an_end_and_is_for_what_may_be_repeated() -> None:
    service, answered = an_api(200, 503, patience_s=2)
    service.get("/cases")

    with pytest.raises(Failure, match="could not answer"):
        service.get("/cases")
    assert answered == [200, 503, 503, 503, 503]

    with pytest.raises(Failure, match="could not answer"):
        service.json("POST", "/workflows/1/steer")
    assert len(answered) == 6
