"""The QR code that a bank's application reads to prepare the transfer (EPC069-12, version 002)."""

from decimal import Decimal

from segno import helpers

from services.billing.documents.sheet import Sheet

LARGEST = Decimal("999999999.99")
NAME = 70
UTF_8 = 1


def transfer_code(sheet: Sheet) -> str | None:
    """An SVG element, 1 unit for each module; None where no transfer of euros to an IBAN can be asked for."""
    payable = sheet.is_payable and sheet.currency == "EUR" and sheet.total <= LARGEST
    if not payable or not sheet.seller.iban:
        return None
    code = helpers.make_epc_qr(
        name=sheet.seller.name[:NAME],
        iban=sheet.seller.iban,
        amount=sheet.total,
        text=sheet.number,
        bic=sheet.seller.bic or None,
        encoding=UTF_8,
    )
    return str(code.svg_inline(border=0, omitsize=True, dark="#1c2733"))
