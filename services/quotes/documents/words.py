"""The words of the document, in the two languages of customers."""

from dataclasses import dataclass

from contracts.parties import Language


@dataclass(frozen=True)
class Words:
    title: str
    date: str
    valid_until: str
    reference: str
    description: str
    quantity: str
    unit_price: str
    discount: str
    vat: str
    net: str
    base: str
    total_without_vat: str
    total_vat: str
    total: str
    agreement: str
    agreement_hint: str
    page: str
    vat_number: str
    phone: str


WORDS = {
    Language.FRENCH: Words(
        title="Devis",
        date="Date",
        valid_until="Valable jusqu’au",
        reference="Votre référence",
        description="Désignation",
        quantity="Quantité",
        unit_price="Prix unitaire HT",
        discount="Remise",
        vat="TVA",
        net="Montant HT",
        base="Base HT",
        total_without_vat="Total HT",
        total_vat="Total TVA",
        total="Total TTC",
        agreement="Bon pour accord",
        agreement_hint="Date, nom, qualité et signature",
        page="Page",
        vat_number="TVA",
        phone="Tél.",
    ),
    Language.ENGLISH: Words(
        title="Quote",
        date="Date",
        valid_until="Valid until",
        reference="Your reference",
        description="Description",
        quantity="Quantity",
        unit_price="Unit price excl. VAT",
        discount="Discount",
        vat="VAT",
        net="Amount excl. VAT",
        base="Taxable amount",
        total_without_vat="Total excl. VAT",
        total_vat="Total VAT",
        total="Total incl. VAT",
        agreement="Accepted for agreement",
        agreement_hint="Date, name, position and signature",
        page="Page",
        vat_number="VAT number",
        phone="Phone",
    ),
}
