"""`python -m services.console.catalogues`: bring the catalogues up to date with what the code and the templates say.

New sentences are added without a translation, those that nobody says any more are dropped.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from contracts.parties import Language
from services.console.web.catalogues import DOMAIN, catalogue_file, read_catalogue

ROOM = Path(__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "say": None}


def collected() -> Catalog:
    """Every sentence, with where it stands."""
    catalogue = Catalog(domain=DOMAIN, charset="utf-8")
    for file, message in _sentences():
        catalogue.add(message, locations=[(file, 0)])
    return catalogue


def brought_up_to_date(language: Language) -> Catalog:
    catalogue = read_catalogue(language)
    catalogue.update(collected(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if language is Language.ENGLISH:
        for message in catalogue:
            message.string = message.id  # it is what stands in the code
    return catalogue


def _sentences() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    found = extract_from_dir(ROOM, METHODS, OPTIONS, KEYWORDS)
    for file, _line, message, _comments, _context in sorted(found, key=lambda each: (each[0], each[1])):
        yield file, message


def _header(language: Language, plurals: str) -> str:
    """Without the dates that Babel would write: a file changes when a sentence does."""
    lines = ("Content-Type: text/plain; charset=utf-8", f"Language: {language}", f"Plural-Forms: {plurals}")
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def main() -> None:
    for language in Language:
        catalogue = brought_up_to_date(language)
        with catalogue_file(language).open("wb") as file:
            file.write(_header(language, catalogue.plural_forms).encode())
            write_po(file, catalogue, width=120, sort_output=True, omit_header=True, include_lineno=False)


if __name__ == "__main__":
    main()
