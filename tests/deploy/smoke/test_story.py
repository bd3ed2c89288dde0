"""What an ops team runs against a cluster, run here against the local stack: `make test-smoke`."""

import asyncio
import subprocess

import pytest

from deploy.local.smoke import an_admin
from deploy.local.stack import Stack
from tests.deploy.smoke.conftest import smoke

pytestmark = [pytest.mark.smoke, pytest.mark.timeout(400), pytest.mark.asyncio(loop_scope="session")]

OK = [
    "signed in as ",
    "invoice ",
    "dunning has its case",
    "payment event of 120.00 EUR published",
    "paid, and its case",
]


def told(ended: "subprocess.CompletedProcess[str]") -> list[str]:
    return [line.removeprefix("ok   ") for line in ended.stdout.splitlines() if line.startswith("ok   ")]


async def test_an_invoice_is_paid_by_an_event_and_its_case_closes(local: dict[str, str]) -> None:
    ended = await asyncio.to_thread(smoke, local, "local")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert [line for line, began in zip(told(ended), OK, strict=True) if not line.startswith(began)] == []
    assert ended.stdout.splitlines()[-1] == "All is well."


async def test_it_can_be_run_again(local: dict[str, str], stack: Stack) -> None:
    ended = await asyncio.to_thread(smoke, local, "local")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert told(ended)[1] != "invoice F-2026-00001 issued"


async def addresses(stack: Stack) -> dict[str, str]:
    urls = {f"SMOKE_{name.upper()}_URL": stack.urls[name] for name in ("identity", "billing", "dunning")}
    return urls | await an_admin(stack.state) | {"SMOKE_WITHIN": "5"}


async def test_a_payment_that_never_comes_is_said(stack: Stack) -> None:
    given = await addresses(stack) | {"SMOKE_PUBLISH": "true"}
    ended = await asyncio.to_thread(smoke, given, "story")

    assert ended.returncode == 1
    assert "billing settles F-" in ended.stderr
    assert "status is 'open'; expected 'settled'" in ended.stderr


async def test_an_event_that_cannot_be_published_is_said_with_the_words_of_the_publisher(stack: Stack) -> None:
    given = await addresses(stack) | {"SMOKE_PUBLISH": "cat /no/such/file"}
    ended = await asyncio.to_thread(smoke, given, "story")

    assert ended.returncode == 1
    assert "the payment event was not published: " in ended.stderr
    assert "No such file" in ended.stderr


async def test_a_wrong_password_is_said(stack: Stack) -> None:
    given = await addresses(stack) | {"SMOKE_PUBLISH": "true", "SMOKE_PASSWORD": "not the password"}
    ended = await asyncio.to_thread(smoke, given, "story")

    assert ended.returncode == 1
    assert "/sessions: answered 401" in ended.stderr


async def test_a_service_that_does_not_answer_is_said(stack: Stack) -> None:
    given = await addresses(stack) | {"SMOKE_PUBLISH": "true", "SMOKE_BILLING_URL": "http://127.0.0.1:1"}
    ended = await asyncio.to_thread(smoke, given, "story")

    assert ended.returncode == 1
    assert "smoke: PUT http://127.0.0.1:1/seller: no answer within 20 s" in ended.stderr
