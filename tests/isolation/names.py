"""What a name in a request stands for. One that stands in neither list makes the tests fail until it is classed."""

ORDINARY = frozenset(
    """
    limit cursor q sort page query path right action day language version step before after seen
    since min_amount max_amount days reason note text subject description html html_text remittance
    name names fr en legal_form capital siren siret rcs_city vat_number email phone iban bic
    lines postal_code city country countries subdivision time_zone
    amount currency currencies balance total total_without_vat minimum_balance minimum_total maximum_total
    quantity unit unit_price discount_percent vat_rate cost_price
    order_reference detail question ready_made
    address user_agent password current claim value
    carried code iss redirect_uri state binding token
    content content_type filename recipient_name tracking_number link
    mention role
    reader customer_name newly overdue days_1_to_30 days_31_to_60 days_61_to_90 days_over_90
    """.split()
)
"""Texts, figures, and what stands below something that is named beside it, such as the version of a scenario.

`token`, `state`, `binding` and `code` are secrets: who has one is let in by it.
"""
SECRETS = frozenset({"secret"})
"""Of links without a token: who has one is the customer, or the person's calendar program."""
