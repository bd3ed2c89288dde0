"""Quotes as their callers may see them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from chassis.caller import Caller
from contracts.lines import DocumentLine
from contracts.rights import Access, Field
from services.quotes.following.schemas import FollowUpView
from services.quotes.pipeline.stages import Pipeline
from services.quotes.quotes.margins import margin_of, total_discount
from services.quotes.quotes.models import PricedLine, Quote
from services.quotes.quotes.schemas import CurrencyTotal, LineView, QuoteSummary, QuoteTotals, QuoteView

COMPUTED = {"stage", "total_discount", "margin", "lines", "follow_up"}


def summary_of(quote: Quote, caller: Caller, pipeline: Pipeline) -> QuoteSummary:
    plain = {name: getattr(quote, name) for name in QuoteSummary.model_fields if name not in COMPUTED}
    return QuoteSummary(**plain, **_guarded(quote, caller), stage=pipeline.stage_of(quote).key)


def view_of(quote: Quote, caller: Caller, pipeline: Pipeline, follow_up: FollowUpView | None) -> QuoteView:
    plain = {name: getattr(quote, name) for name in QuoteView.model_fields if name not in COMPUTED}
    return QuoteView(
        **plain,
        **_guarded(quote, caller),
        stage=pipeline.stage_of(quote).key,
        lines=[line_of(line, caller) for line in quote.lines],
        follow_up=follow_up,
    )


def line_of(line: PricedLine, caller: Caller) -> LineView:
    """Without the unit price where a hidden discount could be computed from it."""
    shown = line.model_dump(include=set(DocumentLine.model_fields) | {"id"})
    if not _sees(caller, Field.QUOTE_DISCOUNT):
        del shown["discount_percent"]
        if line.discount_percent:
            del shown["unit_price"]
    if _sees(caller, Field.QUOTE_COST_PRICE):
        shown["cost_price"] = line.cost_price
    return LineView(**shown)


def _guarded(quote: Quote, caller: Caller) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if _sees(caller, Field.QUOTE_DISCOUNT):
        values["total_discount"] = total_discount(quote.lines, quote.currency)
    if _sees(caller, Field.QUOTE_MARGIN):
        values["margin"] = margin_of(quote.lines, quote.currency)
    return values


def _sees(caller: Caller, field: Field) -> bool:
    return caller.access(field) is not Access.HIDDEN


def totals_of(rows: Sequence[tuple[str, str, int, Decimal, Decimal]], pipeline: Pipeline) -> QuoteTotals:
    ordered = sorted(rows, key=lambda row: (pipeline.keys.index(row[0]), row[1]))
    return QuoteTotals(
        stages=[
            CurrencyTotal(stage=stage, currency=currency, count=count, total_without_vat=net, total=total)
            for stage, currency, count, net, total in ordered
        ]
    )
