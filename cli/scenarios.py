"""`relance scenario`: dunning scenarios as YAML files."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from chassis.auth import Role
from chassis.settings import load
from cli import show
from cli.api import reached
from cli.failure import NO, USAGE, Commands, Failure
from cli.options import Json, Organisation
from cli.settings import Settings
from contracts.base import Key
from contracts.scenario import ScenarioContent
from workflows.dunning.mistakes import InvalidScenario, Problem
from workflows.dunning.scenario import from_yaml

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Dunning scenarios as YAML files.")

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A scenario in YAML or JSON; - reads standard input.", allow_dash=True)
]
YAML = {"content-type": "application/yaml"}
KEY: TypeAdapter[str] = TypeAdapter(Key)


def key(value: str) -> str:
    try:
        return KEY.validate_python(value)
    except ValidationError:
        raise typer.BadParameter(f"{value!r} is not a key; expected lower-case letters, digits, - and _") from None


@app.command()
def validate(file: File, as_json: Json = False) -> None:
    """Check a file without a server: every mistake with its line, field, and what is expected."""
    try:
        content = from_yaml(_text_of(file))
    except InvalidScenario as error:
        if as_json:
            show.json_of({"valid": False, "problems": [_told(problem) for problem in error.problems]})
            raise typer.Exit(NO) from None
        raise _invalid(file, error.problems) from None
    if as_json:
        show.json_of({"valid": True, "problems": [], "scenario": content.model_dump(mode="json")})
        return
    show.line(f"{file} is valid: scenario {content.key}, {len(content.steps)} steps.")
    _show_steps([step.model_dump(mode="json") for step in content.steps])


@app.command()
def apply(
    file: File,
    publish: Annotated[bool, typer.Option("--publish", help="Publish it too: new cases follow it.")] = False,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="With --publish: running cases of older versions follow it too.")
    ] = False,
    organisation: Organisation = "demo",
    as_json: Json = False,
) -> None:
    """Save a file as the draft of its scenario. Running cases keep the version that they began with."""
    if migrate and not publish:
        raise Failure("--migrate: only with --publish; a draft changes no case", USAGE)
    text = _text_of(file)
    content = _read(file, text)
    with reached(load(Settings), organisation, Role.ADMIN) as services:
        api, path = services.dunning, f"/scenarios/{content.key}"
        saved = api.json("PUT", f"{path}.yaml", content=text.encode(), headers=YAML)
        if publish:
            saved = api.json("POST", f"{path}/publish", json={"migrate": migrate})
    if as_json:
        show.json_of(saved)
    elif not publish:
        show.line(f"Scenario {content.key} is saved as a draft; --publish makes it the one that new cases follow.")
    else:
        show.line(f"Scenario {content.key} is published as version {saved['scenario']['version']}.")
        if migrate:
            show.line(f"{saved['migrated']} running cases follow it from now on.")


@app.command("show")
def show_scenario(
    name: Annotated[str, typer.Argument(metavar="KEY", callback=key, help="For example standard.")],
    organisation: Organisation = "demo",
    as_json: Json = False,
) -> None:
    """Print a scenario as YAML, as `apply` takes it."""
    with reached(load(Settings), organisation) as services:
        if as_json:
            show.json_of(services.dunning.get(f"/scenarios/{name}"))
            return
        print(services.dunning.send("GET", f"/scenarios/{name}.yaml").text, end="")


def _text_of(file: Path) -> str:
    try:
        return typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"FILE {file}: {error.strerror}", USAGE) from None
    except UnicodeDecodeError as error:
        raise Failure(f"FILE {file}: not UTF-8 text ({error.reason} at byte {error.start})", USAGE) from None


def _read(file: Path, text: str) -> ScenarioContent:
    try:
        return from_yaml(text)
    except InvalidScenario as error:
        raise _invalid(file, error.problems) from None


def _invalid(file: Path, problems: tuple[Problem, ...]) -> Failure:
    return Failure("\n  ".join([f"{file} is not a scenario:", *map(str, problems)]))


def _show_steps(steps: list[dict[str, Any]]) -> None:
    show.table(
        ["day", "step", "kind", "with"],
        [[f"J{step['days']:+d}", step["key"], step["kind"], step["template"] or step["assignee"]] for step in steps],
    )


def _told(problem: Problem) -> dict[str, object]:
    return {name: getattr(problem, name) for name in ("line", "field", "value", "expected")}
