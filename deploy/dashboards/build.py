"""Panels to Grafana's JSON (schema 39, Grafana 10 and newer): two dozen words instead of two thousand lines.

Each selector of a query has its braces: the chart writes into them which installation is meant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

WIDTH, HEIGHT = 8, 8
COLUMNS = 24


@dataclass(frozen=True)
class Panel:
    """`queries`: legend -> PromQL. `unit` by Grafana's names. `explains` is shown behind the panel's (i)."""

    title: str
    queries: dict[str, str]
    unit: str = "short"
    kind: str = "timeseries"
    explains: str = ""
    width: int = WIDTH
    red_from: float | None = None


@dataclass(frozen=True)
class Row:
    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    rows: Sequence[Row]


def hourly(counter: str, by: str) -> str:
    return f"sum by ({by}) (increase({counter}[1h]))"


def per_second(counter: str, by: str) -> str:
    return f"sum by ({by}) (rate({counter}[5m]))"


def quantile(share: float, histogram: str, *, where: str = "", by: str = "") -> str:
    """Over a quarter of an hour."""
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({histogram}_bucket{{{where}}}[15m])))"


def dashboard(shown: Dashboard) -> dict[str, Any]:
    return {
        "uid": f"relance-{shown.uid}",
        "title": shown.title,
        "tags": ["relance"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus", "label": "Source"}]},
        "panels": _placed(shown.rows),
    }


def _placed(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """From left to right and down, a row's title above its panels."""
    panels: list[dict[str, Any]] = []
    numbers, y = count(1), 0
    for row in rows:
        panels.append({"id": next(numbers), "type": "row", "title": row.title, "gridPos": _place(0, y, COLUMNS, 1)})
        x, y = 0, y + 1
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y = 0, y + HEIGHT
            panels.append(_panel(panel, next(numbers), _place(x, y, panel.width, HEIGHT)))
            x += panel.width
        y += HEIGHT
    return panels


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${source}"}
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.red_from is not None:
        steps.append({"color": "red", "value": panel.red_from})
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.explains,
        "gridPos": place,
        "datasource": source,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": source, "expr": query, "legendFormat": legend}
            for index, (legend, query) in enumerate(panel.queries.items())
        ],
    }
