"""What a variable means, in the languages in which people write templates."""

from typing import NamedTuple

from contracts.parties import Language


class Meaning(NamedTuple):
    en: str
    fr: str

    def by_language(self) -> dict[Language, str]:
        return {Language.FRENCH: self.fr, Language.ENGLISH: self.en}
