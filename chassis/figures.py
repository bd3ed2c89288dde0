"""Gauges that a worker reads from its database and its servers every few seconds, for `/metrics`.

A figure that cannot be read is left out rather than told as it once was: an alert on what is missing says more than
one that rests on an old number.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

log = logging.getLogger(__name__)

Labels = tuple[str, ...]
PATIENCE_S = 10.0
"""A measure that takes longer is given up for this time."""


@dataclass(frozen=True)
class Figure:
    """`values`: one for each combination of the values of `labels`; without labels the key is ()."""

    name: str
    help: str
    values: Mapping[Labels, float]
    labels: Labels = ()


Measure = Callable[[], Awaitable[Sequence[Figure]]]


@dataclass(eq=False)
class Board(Collector):
    """What was read last, by the name of the measure."""

    measures: Mapping[str, Measure]
    read: dict[str, Sequence[Figure]] = field(default_factory=dict)

    async def refresh(self) -> None:
        await asyncio.gather(*(self._refresh(name, measure) for name, measure in self.measures.items()))

    async def _refresh(self, name: str, measure: Measure) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                self.read[name] = await measure()
        except Exception as error:
            self.read.pop(name, None)
            log.warning("figures of %s cannot be read: %r", name, error)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for figures in list(self.read.values()):
            for figure in figures:
                family = GaugeMetricFamily(figure.name, figure.help, labels=figure.labels)
                for labels, value in figure.values.items():
                    family.add_metric(labels, value)
                yield family
