"""The e-mail with the link. Identity sends it itself: no other service may keep what opens an account."""

from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from aiosmtplib import send

from contracts.parties import Language
from services.identity.resets.words import INVITATION_WORDS, RESET_WORDS
from services.identity.settings import Settings, SmtpTls
from services.identity.users.models import User


def link_of(settings: Settings, secret: str) -> str:
    return f"{settings.console_url.rstrip('/')}/password-resets/{secret}"


def letter(settings: Settings, user: User, link: str, *, is_invitation: bool) -> EmailMessage:
    """In the user's language."""
    words = (INVITATION_WORDS if is_invitation else RESET_WORDS)[Language(user.language)]
    mail = EmailMessage()
    mail["From"] = settings.sender_address
    mail["To"] = user.email
    mail["Subject"] = words.subject
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=settings.sender_address.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words.text.format(name=user.name, link=link))
    return mail


async def deliver(settings: Settings, mail: EmailMessage) -> None:
    """Hand it to the relay; raises what aiosmtplib does, or OSError."""
    password = settings.smtp_password
    await send(
        mail,
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=password.get_secret_value() if password else None,
        use_tls=settings.smtp_tls is SmtpTls.TLS,
        start_tls=settings.smtp_tls is SmtpTls.STARTTLS,
        timeout=settings.smtp_timeout,
    )
