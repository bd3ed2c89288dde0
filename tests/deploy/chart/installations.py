"""Installations that one Prometheus and one Grafana read: what the chart asks of each, and the series of each."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from contracts.topology import CONSUMERS
from deploy.chart import helm, manifests
from deploy.chart.manifests import Manifest, of_kind

Document = dict[str, Any]

SERVICES = sorted({each.durable.partition("-")[0] for each in CONSUMERS})
WORKERS = [f"relance-{service}-worker" for service in SERVICES]
JOBS = [*WORKERS, *(f"relance-{name}" for name in (*SERVICES, "console", "workflows"))]
READ = [f'job="relance-{each.durable.partition("-")[0]}-worker", consumer="{each.durable}"' for each in CONSUMERS]

WELL = {
    **{f'up{{job="{job}"}}': "1x40" for job in JOBS},
    **{f'relance_outbox_oldest_seconds{{job="{job}"}}': "0x40" for job in WORKERS},
    **{f"relance_consumer_oldest_seconds{{{of}}}": "0x40" for of in READ},
    **{f"relance_dead_letters{{{of}}}": "0x40" for of in READ},
    "relance_balances_age_seconds": "0x40",
    "relance_step_latest_seconds": "0x40",
    "relance_reconciled_organisations": "1x40",
    'relance_messages_waiting{status="uncertain"}': "0x40",
    'relance_messages_total{outcome="sent"}': "0+1000x40",
    "relance_messages_held_up": "0x40",
}
"""What an installation tells with which all is well, and which has more to do than another."""


@dataclass(frozen=True)
class Installation:
    namespace: str
    release: str = "relance"

    @property
    def labels(self) -> dict[str, str]:
        """Of each series: the first by Prometheus' operator, the second by the chart's monitors."""
        return {"namespace": self.namespace, "release": self.release}

    def manifests(self) -> list[Manifest]:
        return copy.deepcopy(_rendered(self))

    def rules(self) -> Document:
        (found,) = of_kind(self.manifests(), "PrometheusRule")
        spec: Document = found["spec"]
        return spec

    def dashboards(self) -> dict[str, Document]:
        """By the name of the file that Grafana reads."""
        maps = of_kind(self.manifests(), "ConfigMap")
        return {name: json.loads(text) for each in maps for name, text in each["data"].items()}

    def told(self, series: str) -> str:
        """What becomes of a series when Prometheus has read it here."""
        figure, _, others = series.rstrip("}").partition("{")
        return f"{figure}{{{', '.join(filter(None, (self._matchers, others)))}}}"

    def left_out(self, query: str) -> str:
        """What the query was before the chart wrote into it."""
        return query.replace(f"{{{self._matchers}}}", "{}").replace(f"{{{self._matchers}, ", "{")

    @property
    def _matchers(self) -> str:
        return ", ".join(f'{label}="{value}"' for label, value in self.labels.items())


def rules_of(groups: Document) -> list[Document]:
    return [rule for group in groups["groups"] for rule in group["rules"]]


def targets_of(dashboard: Document) -> list[Document]:
    return [target for panel in dashboard["panels"] for target in panel.get("targets", ())]


def queries(installation: Installation) -> Iterator[tuple[str, str]]:
    """(who asks, PromQL)."""
    yield from ((rule["alert"], rule["expr"]) for rule in rules_of(installation.rules()))
    for board in installation.dashboards().values():
        yield from ((board["title"], target["expr"]) for target in targets_of(board))


@cache
def _rendered(installation: Installation) -> list[Manifest]:
    """With the runbooks where the one source says that they are."""
    values, more = helm.example("production-3-zones"), "monitoring.runbooks=docs/runbooks/"
    namespace, release = installation.namespace, installation.release
    return manifests.read(helm.template(helm.CHART, values, release=release, namespace=namespace, more=more))
