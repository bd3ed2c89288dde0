"""The words of the web page, in French and in English."""

from types import MappingProxyType

FRENCH = MappingProxyType(
    {
        "title": "Courrier retenu",
        "note": "Aucun de ces messages n'a été remis à son destinataire.",
        "search": "Destinataire ou objet",
        "find": "Chercher",
        "count": "messages",
        "none": "Aucun message.",
        "nothing_found": "Aucun message ne correspond à cette recherche.",
        "older": "Plus anciens",
        "newest": "Revenir aux plus récents",
        "to": "À",
        "from": "De",
        "subject": "Objet",
        "at": "Reçu",
        "no_subject": "(sans objet)",
        "page": "Page",
        "text": "Texte",
        "headers": "En-têtes",
        "source": "Source",
        "attachments": "Pièces jointes",
        "no_part": "Le message n'a pas cette partie.",
        "empty": "Tout supprimer",
        "confirm": "Supprimer tous les messages ?",
        "back": "Tous les messages",
        "missing": "Ce message n'est pas ou plus dans la boîte.",
    }
)

ENGLISH = MappingProxyType(
    {
        "title": "Caught mail",
        "note": "None of these messages was delivered to its recipient.",
        "search": "Recipient or subject",
        "find": "Search",
        "count": "messages",
        "none": "No message.",
        "nothing_found": "No message matches this search.",
        "older": "Older",
        "newest": "Back to the newest",
        "to": "To",
        "from": "From",
        "subject": "Subject",
        "at": "Received",
        "no_subject": "(no subject)",
        "page": "Page",
        "text": "Text",
        "headers": "Headers",
        "source": "Source",
        "attachments": "Attachments",
        "no_part": "The message has no such part.",
        "empty": "Delete all",
        "confirm": "Delete every message?",
        "back": "All messages",
        "missing": "This message is not, or no longer, in the mailbox.",
    }
)


def preferred(accept_language: str) -> tuple[str, MappingProxyType[str, str]]:
    """The language code and the words for an Accept-Language header: French where it comes first."""
    asked = [part.strip().lower()[:2] for part in accept_language.split(",")]
    known = next((language for language in asked if language in ("fr", "en")), "en")
    return (known, FRENCH) if known == "fr" else (known, ENGLISH)
