"""Write the e-mails of the links that were asked for."""

import logging
from datetime import datetime

from aiosmtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from chassis.database import Sessions
from services.identity.resets import mail, store
from services.identity.resets.waiting import Waiting
from services.identity.secrets import Kind, digest, new_secret
from services.identity.settings import Settings
from services.identity.users import store as users

log = logging.getLogger(__name__)

CLOSING = 421
"""The relay closes the connection, at whatever point of the conversation."""


async def send_next(sessions: Sessions, settings: Settings, waiting: Waiting, *, now: datetime) -> bool:
    """Send one; False when none is left or the relay is away: a later round tries again, with a new secret.

    One whose recipient or content the relay refuses for now is `waiting`, and the others go out.
    The digest is committed with the hand-over: a crash between the two leaves a link that opens nothing, and
    the next round sends one that does.
    """
    async with sessions() as session, session.begin():
        reset = await store.next_to_send(session, but=waiting.at(now), now=now)
        if reset is None or reset.user_id is None:
            return False
        user = await users.get(session, reset.user_id)
        if user is None:
            return False
        secret = new_secret(Kind.RESET)
        letter = mail.letter(settings, user, mail.link_of(settings, secret), is_invitation=reset.is_invitation)
        try:
            await mail.deliver(settings, letter)
        except (SMTPException, OSError) as error:
            if is_final(error):
                log.warning("the relay refused the link for good: %s", type(error).__name__)
                reset.sent_at = now  # without a digest: nobody holds this link
                return True
            log.warning("the relay did not take the link: %s", type(error).__name__)
            if is_its_own(error):
                waiting.refused(reset.id, now=now)
                return True
            return False
        reset.digest, reset.sent_at = digest(secret), now
    return True


def is_final(error: Exception) -> bool:
    """Whether trying again would be answered alike."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(each.code >= 500 for each in error.recipients)
    return isinstance(error, SMTPResponseException) and error.code >= 500


def is_its_own(error: Exception) -> bool:
    """Whether it is about this message, so that another one may be taken."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(each.code != CLOSING for each in error.recipients)
    return isinstance(error, SMTPDataError) and error.code != CLOSING
