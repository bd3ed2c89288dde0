"""The metrics that alerts and dashboards ask for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy/alerts/relance.rules.yaml"
DASHBOARDS = sorted((ROOT / "deploy/dashboards").glob("*.json"))

NAME = re.compile(r"\b(?:relance|temporal|process)_[a-z_]+\b")


@dataclass(frozen=True)
class Alert:
    name: str
    query: str
    runbook: str


def alerts() -> list[Alert]:
    document = yaml.safe_load(RULES.read_text())
    rules = [rule for group in document["groups"] for rule in group["rules"]]
    return [Alert(rule["alert"], rule["expr"], rule["annotations"]["runbook_url"]) for rule in rules]


def queries() -> Iterator[tuple[str, str]]:
    """(who asks, PromQL)."""
    for alert in alerts():
        yield alert.name, alert.query
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.stem}: {panel['title']}", target["expr"]


def metrics_asked_for() -> dict[str, str]:
    """Name -> one of those who ask for it."""
    return {name: who for who, query in queries() for name in NAME.findall(query)}
