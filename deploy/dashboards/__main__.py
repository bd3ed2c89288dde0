"""Writes the two Grafana dashboards from what they show: `python -m deploy.dashboards`."""

import json
from pathlib import Path

from deploy.dashboards.build import dashboard
from deploy.dashboards.business import BUSINESS
from deploy.dashboards.technical import TECHNICAL

HERE = Path(__file__).parent


def written() -> dict[Path, str]:
    """The files and what they hold."""
    return {HERE / f"{each.uid}.json": json.dumps(dashboard(each), indent=1) + "\n" for each in (BUSINESS, TECHNICAL)}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text)
