"""What a person can do about a process that ended, judged by its last words."""

from collections.abc import Sequence

ADVICE = (
    (
        ("No space left on device", "Disk quota exceeded"),
        "The disk is full: free some room, or empty the stack with `make reset`.",
    ),
    (
        ("ddress already in use",),
        "Another process holds one of its ports: stop that process, or set another port (`make status` names them).",
    ),
    (
        ("No module named", "ImportError"),
        "A package is missing: run `rm .venv/relance-installed` and the same command again.",
    ),
    (
        ("database files are incompatible", "schema version compatibility check failed"),
        "Its data was written by another version: empty the stack with `make reset`, or go back to that version.",
    ),
    (
        ("Cannot allocate memory", "MemoryError", "out of memory"),
        "The machine has too little memory: end other programs. The stack takes about 1.5 GB.",
    ),
    (("Too many open files",), "Raise the limit of open files: ulimit -n 65536."),
)


def advise(last_words: Sequence[str]) -> str | None:
    """What to do, or None when the words say nothing we know."""
    text = "\n".join(last_words)
    return next((advice for signs, advice in ADVICE if any(sign in text for sign in signs)), None)
