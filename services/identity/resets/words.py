"""What the two e-mails of identity say."""

from dataclasses import dataclass

from contracts.parties import Language


@dataclass(frozen=True)
class Words:
    """`text` has the places {name} and {link}."""

    subject: str
    text: str


RESET_WORDS = {
    Language.FRENCH: Words(
        "Choisir un nouveau mot de passe",
        "Bonjour {name},\n\nPour choisir un nouveau mot de passe, ouvrez ce lien dans les 30 minutes. Il ne sert "
        "qu'une fois.\n\n{link}\n\nSi vous n'avez rien demandé, ignorez ce message : rien ne change.\n",
    ),
    Language.ENGLISH: Words(
        "Choose a new password",
        "Hello {name},\n\nTo choose a new password, open this link within 30 minutes. It works once.\n\n{link}\n\n"
        "If you did not ask for it, ignore this message: nothing changes.\n",
    ),
}
INVITATION_WORDS = {
    Language.FRENCH: Words(
        "Votre accès à Relance",
        "Bonjour {name},\n\nUn accès à Relance vous a été ouvert. Pour choisir votre mot de passe, ouvrez ce lien dans "
        "les 7 jours. Il ne sert qu'une fois.\n\n{link}\n",
    ),
    Language.ENGLISH: Words(
        "Your access to Relance",
        "Hello {name},\n\nYou have been given access to Relance. To choose your password, open this link within "
        "7 days. It works once.\n\n{link}\n",
    ),
}
