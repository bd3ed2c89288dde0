"""To whom a test goes, how it says that it is one, and what its key stands for."""

import hashlib
import re
from datetime import datetime

from chassis.problems import DomainError
from contracts.parties import Language
from services.notify.messages.mail import ascii_address
from services.notify.rendering.jobs import Rendering
from services.notify.trials.models import Trial, TrialStatus
from services.notify.trials.schemas import TrialInput

BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
MARK = "[Test] "
NOTICES = {
    Language.FRENCH: "Ceci est un essai : ce message n’est parti qu’à vous, et rien n’est réclamé à personne.",
    Language.ENGLISH: "This is a test: this message went to you alone, and nothing is asked of anybody.",
}
BANNER = '<p style="margin:0;padding:10px 16px;background:#fff3cd;color:#5c4300;font:14px/20px sans-serif">{}</p>'


class NoAddressOfYourOwn(DomainError):
    """A test goes to whoever asks for it, as identity knows them."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no e-mail address; a test goes to the person who asks for it.")


def recipient_of(name: str, email: str | None) -> str:
    """The address of who asks; nobody else's can be named."""
    if email is None or ascii_address(email) is None:
        raise NoAddressOfYourOwn(name)
    return email


def marked(texts: Rendering, language: Language) -> Rendering:
    """The same texts, which say that they are a test in the subject and before everything else."""
    notice = NOTICES[language]
    html = texts.html and _with_banner(texts.html, BANNER.format(notice))
    return Rendering(subject=MARK + texts.subject, text=f"{notice}\n\n{texts.text}", html=html)


def fingerprint(template: str, asked: TrialInput) -> str:
    return hashlib.sha256(f"{template}\n{asked.model_dump_json()}".encode()).hexdigest()


def is_lost(trial: Trial, *, real: datetime) -> bool:
    """Its process died: whether it left is not known."""
    return trial.status is TrialStatus.SENDING and real > trial.lease_until


def _with_banner(html: str, banner: str) -> str:
    found = BODY.search(html)
    return html[: found.end()] + banner + html[found.end() :] if found else banner + html
