"""The time-skipping server: sixty days in a second. Time is global to it, so each test has its own."""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from tests.support.tokens import Keys
from tests.workflows import histories
from tests.workflows.stage import Stage


@pytest.fixture
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    binary = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=binary, data_converter=pydantic_data_converter
    )
    async with environment:
        yield environment


@pytest.fixture
async def stage(temporal: WorkflowEnvironment, keys: Keys, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """`await stage.start(…)` begins a case; `pytest --record-histories` keeps what it did."""
    name = histories.kept_as(request)
    async with AsyncExitStack() as stack:
        stage = Stage(temporal, keys, stack, name)
        yield stage
        await stage.keep_histories()
