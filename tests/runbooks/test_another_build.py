"""Workers of a build that cannot go on with running workflows, and the build before them brought back."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from deploy.local.launch import ROOT
from tests.e2e.house import until
from tests.runbooks.conftest import Post

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNFIT = """
from tests.runbooks.unfit import DunInvoice
from workflows import worker
worker.DunInvoice = DunInvoice
worker.main()
"""


async def test_workflow_tasks_fail(post: Post) -> None:
    (invoice,) = await post.owed(1)
    await post.reminded([invoice], "first")
    await post.stack.stop("workflows")
    async with _another_build(post):
        # it sleeps until its second step: what is told to it wakes it
        await post.house.post("dunning", f"/cases/{invoice['id']}/pause", {"note": "They will call."})
        await post.watch.raised("WorkflowTasksFail")
        stuck = await until("it is shown as stuck", lambda: _failing(post), within=150)
    assert [(each["about"], each["trouble"]) for each in stuck] == [(invoice["id"], "stuck")]
    assert any("WorkflowTaskFailed" in problem for problem in stuck[0]["problems"]), stuck

    await post.stack.start("workflows")  # the build before; it makes itself current

    await post.watch.over("WorkflowTasksFail", within=150)
    await until("nothing is stuck", lambda: _none_fails(post))
    await post.pays(invoice)
    await post.closed([invoice])


@asynccontextmanager
async def _another_build(post: Post) -> AsyncIterator[None]:
    """In place of the stack's own, under the same settings."""
    environment = {**post.stack.environment("workflows"), "RELANCE_BUILD_ID": "unfit", "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", UNFIT, cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _failing(post: Post) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await post.house.get("dunning", "/workflows/failing")
    return found


async def _none_fails(post: Post) -> bool:
    return not await _failing(post)
