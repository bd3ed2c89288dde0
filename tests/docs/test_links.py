"""What the documents point to is there."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.docs.pages import PATHS, ROOT, Page

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    broken = [link for link in Page(path).links if not _leads_somewhere(path, link)]
    assert broken == []


def _leads_somewhere(path: Path, link: str) -> bool:
    if link.startswith(("https://", "http://")):
        return True  # other people's pages, and the stack's own
    target, _, anchor = link.partition("#")
    file = (path.parent / target).resolve() if target else path
    if not file.exists() or not file.is_relative_to(ROOT):
        return False
    return not anchor or anchor in Page(file).anchors


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_what_was_rejected_and_when_to_look_again(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
    assert headings == ["Context", "Decision", "Rejected", "Look again"]


def test_every_decision_stands_in_the_list_once() -> None:
    listed = Page(ROOT / "docs" / "decisions" / "README.md").links
    assert sorted(listed) == [path.name for path in DECISIONS]


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "pictures").glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_has_words_for_those_who_cannot_see_it(path: Path) -> None:
    picture = ElementTree.fromstring(path.read_text())  # noqa: S314 (our own file)
    names = [element.tag.rpartition("}")[2] for element in picture]
    assert {"title", "desc"} <= set(names)
