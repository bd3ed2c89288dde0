"""The administrator with whom a new local stack is signed in to."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.clock import real_now
from deploy.local.seed import ORGANISATION, SELLER

EMAIL, PASSWORD = "RELANCE_ADMIN_EMAIL", "RELANCE_ADMIN_PASSWORD"
DEFAULT_EMAIL = "admin@atelier-brun.example"


@dataclass(frozen=True)
class Made:
    """`password` is to be changed at the first sign-in when it `is_temporary`."""

    email: str
    password: str
    is_temporary: bool


async def ensure_admin(dsn: str, environment: Mapping[str, str]) -> Made | None:
    """Make the administrator of the demo organisation in identity's database; None when it is there."""
    from services.identity.bootstrap import FirstAdmin  # a service takes a second to import
    from services.identity.passwords import Passwords
    from services.identity.secrets import new_password
    from services.identity.seeding import has_user, make_admin

    email = environment.get(EMAIL) or DEFAULT_EMAIL
    if await has_user(dsn, email):
        return None
    chosen = environment.get(PASSWORD)
    made = Made(email, chosen or new_password(), is_temporary=not chosen)
    wanted = FirstAdmin(ORGANISATION, SELLER.name, email, "Admin")
    await make_admin(
        dsn, wanted, made.password, is_temporary=made.is_temporary, passwords=Passwords.standard(), now=real_now()
    )
    return made
