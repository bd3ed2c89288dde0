"""The words of a document, in French and English."""

from dataclasses import dataclass

from contracts.parties import Language


@dataclass(frozen=True)
class Words:
    locale: str
    invoice: str
    credit_note: str
    number: str
    issued_on: str
    due_on: str
    supplied_on: str
    order_reference: str
    quote: str
    credits: str
    siren: str
    vat_number: str
    customer_vat_number: str
    description: str
    quantity: str
    unit_price: str
    discount: str
    vat_rate: str
    net: str
    base: str
    vat: str
    total_without_vat: str
    total_vat: str
    total: str
    to_pay: str
    credited: str
    pay_before: str
    by_transfer: str
    transfer_reference: str
    scan: str
    capital: str
    page: str


FRENCH = Words(
    locale="fr_FR",
    invoice="Facture",
    credit_note="Avoir",
    number="Numéro",
    issued_on="Date d’émission",
    due_on="Date d’échéance",
    supplied_on="Date de la prestation",
    order_reference="Votre commande",
    quote="Notre devis",
    credits="Sur la facture {number} du {date}",
    siren="Votre SIREN",
    vat_number="N° TVA",
    customer_vat_number="Votre n° TVA",
    description="Désignation",
    quantity="Quantité",
    unit_price="P.U. HT",
    discount="Remise",
    vat_rate="TVA",
    net="Montant HT",
    base="Base HT",
    vat="Montant TVA",
    total_without_vat="Total HT",
    total_vat="Total TVA",
    total="Total TTC",
    to_pay="Net à payer",
    credited="Montant à votre crédit",
    pay_before="À régler au plus tard le {date}",
    by_transfer="Par virement",
    transfer_reference="Référence à rappeler",
    scan="Virement par code QR : à lire avec l’application de votre banque",
    capital="au capital de {capital}",
    page="Page",
)

ENGLISH = Words(
    locale="en_GB",
    invoice="Invoice",
    credit_note="Credit note",
    number="Number",
    issued_on="Issue date",
    due_on="Due date",
    supplied_on="Date of supply",
    order_reference="Your order",
    quote="Our quote",
    credits="For invoice {number} of {date}",
    siren="Your SIREN",
    vat_number="VAT number",
    customer_vat_number="Your VAT number",
    description="Description",
    quantity="Quantity",
    unit_price="Unit price",
    discount="Discount",
    vat_rate="VAT",
    net="Net amount",
    base="Net amount",
    vat="VAT amount",
    total_without_vat="Total excl. VAT",
    total_vat="Total VAT",
    total="Total incl. VAT",
    to_pay="Amount due",
    credited="Amount in your favour",
    pay_before="Please pay by {date}",
    by_transfer="By bank transfer",
    transfer_reference="Reference to quote",
    scan="Transfer by QR code: scan it with your bank’s application",
    capital="with a capital of {capital}",
    page="Page",
)

WORDS = {Language.FRENCH: FRENCH, Language.ENGLISH: ENGLISH}
