"""What single figures count, and where they measure what they compare."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from tests.bench.figure import Bench
from tests.bench.figures import FIGURES, receivables
from tests.bench.figures.history import actions
from tests.bench.figures.idle import kept_in


def test_the_workflows_in_memory_are_counted_over_all_task_queues() -> None:
    told = """# TYPE temporal_sticky_cache_size gauge
temporal_sticky_cache_size{namespace="default",task_queue="dunning"} 20
temporal_sticky_cache_size{namespace="default",task_queue="quotes"} 3
temporal_sticky_cache_size_else 7
"""
    assert kept_in(told) == 23
    assert kept_in(told.replace(" 20", " 0").replace(" 3", " 0")) == 0
    with pytest.raises(ValueError, match="does not tell"):
        kept_in("")


def test_each_attempt_at_an_activity_is_an_action() -> None:
    started = HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED)
    timer = HistoryEvent(event_type=EventType.EVENT_TYPE_TIMER_STARTED)
    scheduled = HistoryEvent(event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    tried = HistoryEvent(event_type=EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED)
    tried.activity_task_started_event_attributes.attempt = 3

    assert actions([started, timer, scheduled, tried]) == 5


async def test_few_and_many_receivables_have_servers_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    @asynccontextmanager
    async def of(bench: Bench, name: str, count: int) -> AsyncIterator[SimpleNamespace]:
        async def ask(what: str) -> float:
            asked.append(name)
            return float(count)

        yield SimpleNamespace(over_http=ask, bare=ask)

    monkeypatch.setattr(receivables, "lists", of)
    entries = await receivables.RECEIVABLES.measure(Bench(tmp_path, lambda _: None), 1)

    found = {entry.name: (entry.ours_is, entry.floor_is) for entry in entries}
    many, few = float(receivables.MANY), float(receivables.FEW)
    assert found["overdue page, growth"] == found["aged balance, growth"] == (many, few)
    assert found["overdue page"] == found["aged balance"] == (many, many)
    assert asked == ["many"] * 4 + ["few"] * 2


def test_the_figures_say_what_was_done_beforehand_and_what_has_no_case() -> None:
    assert "PDF: ours fetches those that were drawn and kept before the moment" in FIGURES["wave"].floor
    assert "1,500 workflows are started without a case" in FIGURES["idle"].floor
