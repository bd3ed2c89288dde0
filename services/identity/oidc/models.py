"""Sign-ins that were begun at the identity provider and are not finished."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel


class Authorization(SQLModel, table=True):
    """Of its state and of what ties it to a browser, digests. It serves once: `spent_at` is when it was tried.

    `carried` is what the console wants back after the sign-in: where it goes on, a form that was about to be sent. It
    is given back after a sign-in in vain too; the one that succeeds deletes the row.
    """

    __tablename__ = "oidc_authorizations"

    digest: str = Field(sa_type=Text, primary_key=True)
    binding: str = Field(sa_type=Text)
    nonce: str = Field(sa_type=Text)
    verifier: str = Field(sa_type=Text)
    redirect_uri: str = Field(sa_type=Text)
    carried: str = Field(sa_type=Text)
    expires_at: datetime = Field(index=True)
    spent_at: datetime | None = None
