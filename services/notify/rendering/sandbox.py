"""Jinja without a way out: no undefined name, no attribute of Python's own, no file, a bounded output."""

import re
import traceback
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from pathlib import Path

from jinja2 import (
    DictLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from chassis.child import TooSlow
from services.notify.rendering import places
from services.notify.rendering.jobs import (
    LONGEST_OUTPUT,
    LONGEST_SUBJECT,
    PARTS,
    Mistake,
    Part,
    Problem,
    Rendering,
    Sources,
)
from services.notify.rendering.variables import Variables

CONTROLS = re.compile(r"\s*[\x00-\x1f\x7f-\x9f\u2028\u2029]+\s*")
"""What would end a header line, or hide in it."""
LAYOUTS = Path(__file__).parent / "layouts"


class Refused(Exception):
    """A template cannot be rendered; says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@lru_cache
def environment_of(part: Part) -> ImmutableSandboxedEnvironment:
    """HTML is escaped and the others are plain; each may extend and include the layouts of its kind alone."""
    is_html = part == "html"
    layouts = {path.name: path.read_text() for path in LAYOUTS.glob("*.html" if is_html else "*.txt")}
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=is_html,
        loader=DictLoader(layouts),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for name in ("lipsum", "cycler", "joiner"):
        del environment.globals[name]
    return environment


@lru_cache(maxsize=256)
def compiled(part: Part, source: str) -> Template:
    """Raises Refused with the line of a syntax error, and the tag that brings it."""
    environment = environment_of(part)
    try:
        code = environment.compile(source, name=part, filename=part)
    except TemplateSyntaxError as error:
        raise Refused(malformed(environment, part, source, error)) from None
    except (RecursionError, MemoryError):
        raise Refused(Problem(part=part, line=None, message="nested too deeply", code=Mistake.TOO_LARGE)) from None
    return Template.from_code(environment, code, environment.make_globals(None))


def malformed(
    environment: ImmutableSandboxedEnvironment, part: Part, source: str, error: TemplateSyntaxError
) -> Problem:
    place = places.of_syntax_error(environment, source, error)
    unknown = places.UNKNOWN.match(error.message or "")
    return Problem(
        part=part,
        line=place.line if place else error.lineno,
        column=place.column if place else None,
        length=place.length if place else None,
        message=error.message or "syntax error",
        code=Mistake.UNKNOWN if unknown else Mistake.SYNTAX,
        name=unknown[1] if unknown else None,
    )


def render(sources: Sources, variables: Variables, *, cuts_subject: bool = True) -> Rendering:
    """Raises Refused for the first part that cannot be rendered.

    A subject that is too long is cut, for a long name in it must not keep a message from leaving; it is refused where
    its author can still make it shorter.
    """
    texts = {part: _render_part(part, sources.of(part), variables) for part in PARTS}
    subject = CONTROLS.sub(" ", texts["subject"]).strip()
    if cuts_subject and len(subject) > LONGEST_SUBJECT:
        subject = f"{subject[: LONGEST_SUBJECT - 1].rstrip()}…"
    if not subject or len(subject) > LONGEST_SUBJECT:
        expected = f"1 to {LONGEST_SUBJECT} characters are expected once rendered, there are {len(subject)}"
        raise Refused(Problem(part="subject", line=None, message=expected, code=Mistake.SUBJECT_LENGTH))
    return Rendering(subject=subject, text=texts["text"].strip() + "\n", html=texts["html"].strip())


def _render_part(part: Part, source: str, variables: Variables) -> str:
    template = compiled(part, source)
    names = {each.name: getattr(variables, each.name) for each in fields(variables)}
    try:
        return "".join(_bounded(template, template.new_context(names), part))
    except Refused:
        raise
    except Exception as error:
        raise Refused(_failure(part, source, error)) from None


def _bounded(template: Template, context: Context, part: Part) -> Iterator[str]:
    length = 0
    try:
        for piece in template.root_render_func(context):
            length += len(piece)
            if length > LONGEST_OUTPUT:
                message = f"the output is longer than {LONGEST_OUTPUT} characters"
                raise Refused(Problem(part=part, line=None, message=message, code=Mistake.TOO_LARGE))
            yield piece
    except Refused:
        raise
    except Exception:
        template.environment.handle_exception()  # gives the traceback the template's own lines


def _failure(part: Part, source: str, error: Exception) -> Problem:
    line = _line_of(error, part)
    place = places.of_line(source, line)
    return Problem(
        part=part,
        line=line,
        column=place.column if place else None,
        length=place.length if place else None,
        message=_reason(error),
        code=_kind(error),
    )


def _kind(error: Exception) -> Mistake:
    if isinstance(error, TooSlow):
        return Mistake.TOO_SLOW
    if isinstance(error, MemoryError):
        return Mistake.TOO_LARGE
    if isinstance(error, SecurityError | TemplateNotFound):
        return Mistake.FORBIDDEN
    return Mistake.UNKNOWN if isinstance(error, UndefinedError) else Mistake.FAILS


def _line_of(error: Exception, part: Part) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == part]
    return lines[-1] if lines else None


def _reason(error: Exception) -> str:
    if isinstance(error, TooSlow):
        return f"takes more than {error} s of computing: a loop without end?"
    if isinstance(error, MemoryError):
        return "needs too much memory"
    if isinstance(error, TemplateError):
        return error.message or type(error).__name__
    return f"{type(error).__name__}: {error}"
