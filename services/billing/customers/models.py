"""Customers: who is invoiced."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from chassis.database import text_enum
from contracts.parties import Address, CustomerKind, Language


class Customer(SQLModel, table=True):
    """Times are business time. Erased, it is a pseudonym. What issued invoices print is their own snapshot."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_created", "organisation", "created_at", "id"),
        Index("ix_customers_name", "organisation", "name", "id"),
        Index(
            "ix_customers_name_part",
            text("lower(name)"),
            postgresql_using="gin",
            postgresql_ops={"lower(name)": "gin_trgm_ops"},
        ),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: CustomerKind = Field(sa_type=text_enum(CustomerKind))
    language: Language = Field(sa_type=text_enum(Language))
    address: Address = Field(sa_type=JsonOf(Address))
    email: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    siren: str | None = Field(default=None, sa_type=Text)
    vat_number: str | None = Field(default=None, sa_type=Text)
    payment_terms_days: int
    scenario: str | None = Field(default=None, sa_type=Text)
    created_at: datetime
    changed_at: datetime
    erased_at: datetime | None = None
