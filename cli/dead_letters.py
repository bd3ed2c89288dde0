"""`relance dead-letters`: messages that no consumer could work with."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from chassis.dead_letters import DeadLetter, DeadLetters
from chassis.problems import NotFound
from chassis.publish import Connection
from chassis.settings import load
from cli import show
from cli.bus import on_the_bus
from cli.failure import USAGE, Commands, Failure
from cli.options import Json
from cli.settings import Settings

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Messages that no consumer could work with, and why.")

Treatment = Callable[[DeadLetters, DeadLetter], Awaitable[None]]
Id = Annotated[int, typer.Argument(metavar="ID", min=1, help="As `relance dead-letters list` shows it.")]


@app.command("list")
def list_letters(
    after: Annotated[int, typer.Option(min=0, help="Only those whose id is greater.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """Show what waits for someone, oldest first."""

    async def work(connection: Connection) -> tuple[int, list[DeadLetter]]:
        letters = DeadLetters(connection.jetstream())
        return await letters.count(), await letters.page(after=after, limit=limit)

    count, page = on_the_bus(load(Settings), work)
    if as_json:
        show.json_of({"count": count, "items": [asdict(letter) for letter in page]})
        return
    if not page:
        show.line("No dead letters." if not count else f"None after {after}; {count} in all.")
        return
    show.table(["id", "at", "consumer", "message", "reason"], [_row(letter) for letter in page])
    show.line(f"{len(page)} of {count}. `relance dead-letters show ID` shows the message.")


@app.command("show")
def show_letter(identity: Id, as_json: Json = False) -> None:
    """Show a dead letter with its original message."""

    async def work(connection: Connection) -> tuple[DeadLetter, dict[str, Any]]:
        letters = DeadLetters(connection.jetstream())
        letter = await letters.get(identity)
        try:
            original = await letters.original(letter)
        except NotFound as error:
            return letter, {"gone": str(error)}
        return letter, {
            "subject": original.subject,
            "headers": dict(original.headers or {}),
            "body": _text(original.data or b""),
        }

    letter, message = on_the_bus(load(Settings), work)
    if as_json:
        show.json_of(asdict(letter) | {"original": message})
        return
    for name, value in asdict(letter).items():
        show.line((f"{name:<11}", "bold"), str(value))
    if "gone" in message:
        show.line(message["gone"])
        return
    show.line((f"{'subject':<11}", "bold"), str(message["subject"]))
    for name, value in message["headers"].items():
        show.line((f"{name}: ", "dim"), str(value))
    show.line(_pretty(message["body"]))


@app.command()
def replay(
    identities: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", min=1, help="Which ones.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    as_json: Json = False,
) -> None:
    """Deliver messages again, once what stopped them is mended. Consumers that had them already ignore them."""
    if every == bool(identities):
        raise Failure("ID: expected the ids to replay, or --all", USAGE)

    _treat("replayed", DeadLetters.replay, None if every else identities, as_json=as_json)


@app.command()
def drop(
    identities: Annotated[list[int], typer.Argument(metavar="ID...", min=1, help="Which ones.")],
    as_json: Json = False,
) -> None:
    """Forget dead letters that nobody needs any more; the messages themselves stay in their streams."""
    _treat("dropped", DeadLetters.drop, identities, as_json=as_json)


def _treat(done: str, how: Treatment, identities: Sequence[int] | None, *, as_json: bool) -> None:
    """One after the other, all of them for None; and say what was done."""

    async def work(connection: Connection) -> list[DeadLetter]:
        letters = DeadLetters(connection.jetstream())
        wanted = await _all(letters) if identities is None else [await letters.get(each) for each in identities]
        for letter in wanted:
            await how(letters, letter)
        return wanted

    treated = on_the_bus(load(Settings), work)
    if as_json:
        show.json_of([letter.id for letter in treated])
        return
    for letter in treated:
        show.line(f"{done} {letter.id}: message {letter.sequence} of {letter.stream} for {letter.consumer}")
    if not treated:
        show.line("No dead letters.")


async def _all(letters: DeadLetters) -> list[DeadLetter]:
    """Those that are there now: one that fails again is a new letter."""
    found: list[DeadLetter] = []
    while page := await letters.page(after=found[-1].id if found else 0):
        found += page
    return found


def _row(letter: DeadLetter) -> list[object]:
    at = f"{letter.at:%Y-%m-%d %H:%M:%S}" if letter.at else ""
    return [letter.id, at, letter.consumer, f"{letter.stream} {letter.sequence}", letter.reason]


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="backslashreplace")


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
