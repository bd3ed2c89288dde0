"""The sentences of the console, in each language: English stands in the code and the templates, marked.

`make catalogues` collects what is marked into the files under `locale/`; they are compiled when the process starts.
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from contracts.parties import Language

FOLDER = Path(__file__).parents[1] / "locale"
DOMAIN = "console"


def mark(text: str) -> str:
    """Say that this text is translated later, where it is shown."""
    return text


def catalogue_file(language: Language) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: Language) -> Catalog:
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


@cache
def translations_of(language: Language) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)
