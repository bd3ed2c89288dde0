"""Why a sign-in was refused, or how it was made, in the reader's language: identity keeps it as a few fixed words."""

from collections.abc import Callable, Mapping

from services.console.peers.identity import AuditEntry
from services.console.web.catalogues import mark

SIGN_IN = "identity.sign_in"

WORDS: Mapping[str, str] = {
    "password": mark("Password"),
    "identity provider": mark("Identity provider"),
    "wrong password": mark("Wrong password"),
    "no such user": mark("No user has this address"),
    "locked": mark("Too many attempts; further ones are not told until this lock ends"),
    "no_profile_for_claims": mark("No rule gives this account a profile"),
    "several_organisations": mark("This account fits several organisations"),
    "not_invited": mark("This account was not invited"),
    "email_not_verified": mark("The provider does not say that the e-mail address is verified"),
    "user_is_locked": mark("The user is locked"),
    "identity_taken": mark("The address is that of a user with another account at the provider"),
    "last_admin": mark("The rules would take the profile from the last administrator"),
}


def why(entry: AuditEntry, say: Callable[[str], str]) -> str | None:
    """What nobody has words for is shown as it is kept."""
    words = WORDS.get(entry.reason or "") if entry.action == SIGN_IN else None
    return say(words) if words else entry.reason
