"""python -m deploy.chart check FILE... | golden | trial

`check` judges the chart as these values render it, without a cluster; `golden` writes the summaries of the examples;
`trial` prints the servers of a trial with fresh passwords, for `kubectl apply --filename -`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.chart import helm, kinds, manifests, policy
from deploy.chart.helm import HelmFailed
from deploy.chart.summary import summary
from deploy.chart.trial import trial

GOLDEN = helm.CHARTS / "golden"


def main() -> int:
    """The exit code: 0 when nothing is wrong, 1 when something is, 2 for a wrong command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.chart", description="The chart, without a cluster.")
    commands = parser.add_subparsers(dest="command", required=True)
    checked = commands.add_parser("check", help="lint, render, validate strictly and hold against the policies")
    checked.add_argument("values", nargs="+", type=Path, help="values files, as `helm install --values` takes them")
    commands.add_parser("golden", help="write the summaries of the examples again")
    commands.add_parser("trial", help="print the servers of a trial, and Secrets with fresh passwords")
    asked = parser.parse_args()
    if asked.command == "golden":
        return write_golden()
    if asked.command == "trial":
        sys.stdout.write(trial())
        return 0
    return check(asked.values)


def check(values: Sequence[Path]) -> int:
    """Say what is wrong with the chart under these values together, or what it would make."""
    try:
        helm.lint(helm.CHART, *values)
        rendered = manifests.read(helm.template(helm.CHART, *values))
    except HelmFailed as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    wrong = [mistake for each in rendered for mistake in kinds.mistakes(each)] + policy.breaches(rendered)
    sys.stderr.writelines(f"{each}\n" for each in wrong)
    sys.stdout.write("" if wrong else summary(rendered))
    return 1 if wrong else 0


def golden(example: str) -> Path:
    return GOLDEN / f"{example}.txt"


def write_golden() -> int:
    GOLDEN.mkdir(exist_ok=True)
    for path in sorted(helm.EXAMPLES.glob("*.yaml")):
        golden(path.stem).write_text(summary(manifests.read(helm.template(helm.CHART, path))))
        sys.stdout.write(f"Wrote {golden(path.stem).relative_to(helm.ROOT)}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
