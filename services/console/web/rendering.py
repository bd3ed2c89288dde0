"""Templates, in the reader's language. Everything is escaped; a name that is missing is an error."""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from babel.support import Translations
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from contracts.events.payments import PaymentMethod
from contracts.parties import Language
from services.console.web import links
from services.console.web.assets import Assets
from services.console.web.catalogues import translations_of
from services.console.web.formats import FORMATS
from services.console.web.words import word_of

FOLDER = Path(__file__).parents[1] / "templates"
SENTENCES = 4096
"""More than there are: those that are written down here, and no others, are translated."""


KEPT = (("parts/icons.html", "icon"), ("parts/navigation.html", "navigation"))
"""Macros that draw the same for the same: each is drawn once."""


class Compiled(BytecodeCache):
    """Each template is compiled once in a process, for all languages: it takes longer than to fill it in."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


class Renderer:
    """One environment for each language, made once."""

    def __init__(self, assets: Assets) -> None:
        self.translations = {language: translations_of(language) for language in Language}
        self.environments = {
            language: _environment(language, translations, assets)
            for language, translations in self.translations.items()
        }

    def render(self, template: str, language: Language, **context: object) -> str:
        return self.environments[language].get_template(template).render(context)

    def gettext(self, language: Language, message: str) -> str:
        return str(self.translations[language].gettext(message))


def _environment(language: Language, translations: Translations, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        bytecode_cache=COMPILED,
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["_"] = _sentences(translations)
    formats = FORMATS[language]
    environment.globals |= {"asset": assets.url, "formats": formats, "links": links, "lang": str(language)}
    environment.globals |= {"once": lambda: str(uuid4()), "methods": list(PaymentMethod)}
    environment.filters |= {
        "money": lambda amount, currency: formats.money(amount, currency),
        "amount": formats.amount,
        "number": formats.number,
        "price": formats.price,
        "quantity": formats.quantity,
        "date": formats.day,
        "long_date": formats.long_date,
        "short_date": formats.short_date,
        "moment": formats.moment,
        "time": formats.time,
        "span": formats.span,
        "tel": links.tel,
    }

    @lru_cache(maxsize=SENTENCES, typed=True)  # members of two kinds are equal where their values are
    def word(member: StrEnum) -> str:
        return str(translations.gettext(word_of(member)))

    environment.filters["word"] = word
    for template, name in KEPT:
        macro = getattr(environment.get_template(template).module, name)
        environment.globals[name] = lru_cache(maxsize=SENTENCES)(macro)
    return environment


def _sentences(translations: Translations) -> Callable[..., Markup]:
    """What stands as `_("...")` in templates. Jinja's own looks each sentence up anew: a third of a page's time."""

    @lru_cache(maxsize=SENTENCES)
    def found(message: str) -> Markup:
        return Markup(translations.gettext(message))  # noqa: S704 (our catalogue's; values that it takes in are escaped)

    @lru_cache(maxsize=SENTENCES)
    def without_values(message: str) -> Markup:
        return found(message) % {}

    def sentence(message: str, /, **values: object) -> Markup:
        return found(message) % values if values else without_values(message)

    return sentence
