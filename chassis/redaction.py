"""What traces and logs may keep: no secret of an address, and nothing that was quoted of a person's data."""

import re

SECRET = re.compile(r"[A-Za-z0-9_-]{40,}")
"""A part of an address this long is a secret link; ids are shorter."""

QUOTED = re.compile(
    r"(?P<before>\(got )(?:'.*?'|\".*?\")(?=\))"  # a mistake in an event or a request
    r"|(?P<pydantic>input_value=).*?(?=, input_type=)"
    r"|(?P<row>DETAIL: ).*?(?=\n|$)"  # PostgreSQL quotes the row that it refuses
    r"|(?P<value>: )(?:'.*?'|\".*?\")(?= is not )",
    re.DOTALL,
)
MAILBOX = re.compile(r"[^\s<>\"'(),:;]+@[\w-]+(?:\.[\w-]+)+")


def redacted(text: str) -> str:
    return SECRET.sub("…", text)


def names_of(query: str) -> str:
    """Of a query string, what was asked by, without what was asked for: it may be a name."""
    return "&".join(part.partition("=")[0] for part in query.split("&"))


def without_people(text: str) -> str:
    """A sentence for the log: values that it quotes and addresses of e-mail are left out."""
    return MAILBOX.sub("…@…", QUOTED.sub(lambda found: f"{found[found.lastgroup or 0]}…", text))
