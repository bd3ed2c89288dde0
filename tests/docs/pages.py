"""The documents as the tests read them: headings, links, code and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CHART = ROOT / "deploy" / "helm" / "relance" / "README.md"
PATHS = (
    ROOT / "README.md",
    CHART,
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
    *sorted((ROOT / "docs" / "runbooks").glob("*.md")),
)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(`+)(.+?)\1")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Page:
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """Without what stands in fences."""
        return FENCE.sub("", self.text)

    def fences(self, language: str) -> list[str]:
        return [body for name, body in FENCE.findall(self.text) if name == language]

    @property
    def code(self) -> list[str]:
        """Every line of every fence, and every span of code."""
        lines = [line for _, body in FENCE.findall(self.text) for line in body.splitlines()]
        return [*lines, *(span for _, span in SPAN.findall(self.prose))]

    @property
    def links(self) -> list[str]:
        return LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """As the usual viewers make them of headings."""
        headings = re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def table(self, heading: str) -> Iterator[list[str]]:
        """The rows of the first table under a heading, a list of cells each, spans of code without their ticks."""
        section = self.text.split(f" {heading}\n", 1)[1].split("\n#", 1)[0]
        rows = [line for line in section.splitlines() if line.startswith("|")]
        for row in rows[2:]:
            yield [cell.strip().replace("`", "") for cell in row.strip("|").split("|")]


def page(name: str) -> Page:
    return Page(ROOT / name)
