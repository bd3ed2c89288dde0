"""What the documents tell people to type exists."""

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from chassis.app import routes_of
from cli.main import app
from services.billing.main import SERVICE as BILLING
from services.dunning.main import SERVICE as DUNNING
from services.identity.main import SERVICE as IDENTITY
from services.notify.main import SERVICE as NOTIFY
from services.quotes.main import SERVICE as QUOTES
from tests.docs.pages import PATHS, ROOT, Page

TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
RELANCE = typer.main.get_command(app)
ENDPOINT = re.compile(r"\b(GET|POST|PUT|DELETE)(?: and (GET|PUT))? (/[^\s`?]+)")
SUBSTITUTION = re.compile(r"\$\(([^)]*)\)")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_exists(path: Path) -> None:
    named = {target for line in Page(path).code for target in re.findall(r"^make ([a-z]+)", line)}
    assert named - TARGETS == set()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relance_command_and_option_exists(path: Path) -> None:
    wrong = [words for line in Page(path).code for words in _commands_in(line) if not _exists(words)]
    assert wrong == []


def _commands_in(line: str) -> Iterator[list[str]]:
    text = line.removeprefix("$ ").split("  #")[0].rstrip("\\ ")
    for part in [text, *SUBSTITUTION.findall(text)]:
        if part.startswith("relance ") and not part.startswith("relance …"):
            yield shlex.split(part)[1:]


def _exists(words: Sequence[str]) -> bool:
    command: object = RELANCE
    while isinstance(command, TyperGroup) and words and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    if isinstance(command, TyperGroup):
        return list(words) in ([], ["--help"])
    assert isinstance(command, TyperCommand)
    known = {"--help"} | {option for parameter in command.params for option in parameter.opts}
    return all(word in known for word in words if word.startswith("-") and word != "-")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_endpoint_exists(path: Path) -> None:
    named = {
        (method, target.split("?")[0])
        for line in Page(path).code
        for first, second, target in ENDPOINT.findall(line)
        for method in (first, second)
        if method
    }
    known = _endpoints()
    assert {each for each in named if _pattern(each) not in known} == set()


def _endpoints() -> set[tuple[str, str]]:
    routes = [route for service in (BILLING, DUNNING, IDENTITY, NOTIFY, QUOTES) for route in routes_of(service)]
    known = {_pattern((method, str(getattr(route, "path", "")))) for route in routes for method in _methods(route)}
    return known | {("GET", "/healthz"), ("GET", "/readyz")}


def _methods(route: object) -> set[str]:
    methods: set[str] = getattr(route, "methods", None) or set()
    return methods


def _pattern(endpoint: tuple[str, str]) -> tuple[str, str]:
    """The names in braces do not matter."""
    method, path = endpoint
    return method, re.sub(r"\{[^}]*\}", "{}", path)
