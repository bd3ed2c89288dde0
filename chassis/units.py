"""Units of quantities as they are printed and shown: the usual codes of UN/ECE Recommendation 20, in two languages."""

from contracts.parties import Language

PIECE = "C62"

_FRENCH = {
    PIECE: "", "EA": "", "H87": "", "HUR": "h", "MIN": "min", "DAY": "j", "WEE": "sem.", "MON": "mois",
    "ANN": "an", "KGM": "kg", "TNE": "t", "MTR": "m", "MTK": "m²", "MTQ": "m³", "LTR": "l", "KMT": "km",
    "KTM": "km", "KWH": "kWh", "SET": "lot", "LS": "forfait",
}  # fmt: skip
_ENGLISH = {"DAY": "d", "WEE": "wk", "MON": "mo", "ANN": "yr", "SET": "set", "LS": "lump sum"}
UNITS = {Language.FRENCH: _FRENCH, Language.ENGLISH: _FRENCH | _ENGLISH}


def printed(unit: str, language: Language) -> str:
    """What follows the number; nothing for pieces. Another code, or a word of the seller's, stays as it is."""
    return UNITS[language].get(unit, unit)
