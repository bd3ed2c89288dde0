"""Which language a reader gets: the one they chose, else the one their browser asks for, else French."""

from babel.core import negotiate_locale

from contracts.parties import Language


def chosen(cookie: str | None, accepted: str) -> Language:
    if cookie in set(Language):
        return Language(cookie)
    wanted = sorted((_weighed(part) for part in accepted.split(",")), reverse=True, key=lambda each: each[0])
    found = negotiate_locale([tag for weight, tag in wanted if weight and tag], list(Language), sep="-")
    return Language(found) if found else Language.FRENCH


def _weighed(part: str) -> tuple[float, str]:
    tag, _, weight = part.partition(";q=")
    try:
        return (float(weight) if weight else 1.0), tag.strip()
    except ValueError:
        return 0.0, ""
