#!/usr/bin/env bash
# The same with Relance's own command line, which checks each field and waits for billing's answer.
#
#   publish_with_relance.sh INVOICE_NUMBER
set -euo pipefail
invoice=$1

# a payment of a part of it
relance payment publish --payment-id BNP-2026-02-03-000117 --amount 500.00 --invoice-number "$invoice"

# the rest
relance payment publish --payment-id BNP-2026-02-10-000004 --amount 700.00 --invoice-number "$invoice" \
  --method cheque --payer-name "Garage Lefèvre"

# the cheque bounced: 700.00 are owed again
relance payment publish --reverse --payment-id BNP-2026-02-10-000004 --reason "unpaid cheque"
