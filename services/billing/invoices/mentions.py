"""The mentions that the law asks for below the totals; frozen on the invoice when it is issued."""

from contracts.parties import CustomerKind, Language
from services.billing.invoices.models import Buyer

# Between professionals alone: C. com. L441-9 (mentions), L441-10 II (penalties), D441-5 (40 EUR).
# A consumer or a non-professional owes neither; asking a consumer for recovery costs is an offence (CPCE L111-8).
BETWEEN_PROFESSIONALS = {
    Language.FRENCH: [
        "Pas d’escompte pour paiement anticipé.",
        "En cas de retard de paiement, des pénalités sont exigibles dès le lendemain de l’échéance, sans rappel, au "
        "taux appliqué par la Banque centrale européenne à son opération de refinancement la plus récente, majoré de "
        "10 points de pourcentage (C. com., art. L441-10).",
        "Tout retard donne lieu de plein droit à une indemnité forfaitaire pour frais de recouvrement de 40 € "
        "(C. com., art. L441-10 et D441-5).",
    ],
    Language.ENGLISH: [
        "No discount for early payment.",
        "Late payment bears penalties from the day after the due date, without reminder, at the rate of the European "
        "Central Bank’s most recent refinancing operation plus 10 percentage points (French Commercial Code, "
        "art. L441-10).",
        "Late payment also entails, as of right, a fixed indemnity for recovery costs of €40 (French Commercial "
        "Code, art. L441-10 and D441-5).",
    ],
}


def legal_mentions(buyer: Buyer) -> list[str]:
    """In the customer's language."""
    return list(BETWEEN_PROFESSIONALS[buyer.language]) if buyer.kind is CustomerKind.PROFESSIONAL else []
