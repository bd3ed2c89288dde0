"""What the services refuse, in words: their problems have a code, which stands here with its sentence."""

from collections.abc import Callable

from chassis.http import PeerRefused
from services.console.web.catalogues import mark

WORDS = {
    "not_found": mark("This does not exist, or it is not yours."),
    "forbidden": mark("Your profile does not allow this."),
    "right_missing": mark("Your profile does not allow this."),
    "receivable_closed": mark("Nothing is owed on this invoice any more."),
    "more_than_owed": mark("More than what is owed on the invoice."),
    "more_than_unallocated": mark("More than what is left of the payment."),
    "different_currency": mark("The payment is in another currency than the invoice."),
    "payment_rejected": mark("The payment was rejected."),
    "payment_was_reversed": mark("This payment was reversed."),
    "payment_not_recorded": mark("This payment is not recorded."),
    "case_is_closed": mark("This case is closed."),
    "case_not_held": mark("This case is not on hold."),
    "step_is_done": mark("This step is done already, or was left out."),
    "already_follows": mark("The case follows this scenario already."),
    "idempotency_key_in_use": mark("This was sent twice at once; the first is still under way."),
    "already_excluded": mark("This is excluded already."),
    "task_withdrawn": mark("This task was withdrawn, since the invoice was settled meanwhile."),
    "task_already_completed": mark("This task was completed by someone else meanwhile."),
    "letter_withdrawn": mark("This letter was withdrawn, since the invoice was settled meanwhile."),
    "quote_is_not_a_draft": mark("This quote was sent; only a draft can be changed or sent."),
    "quote_already_answered": mark("This quote was answered already."),
    "quote_no_longer_valid": mark("This quote is no longer valid."),
    "quote_is_closed": mark("This quote is closed; its stage follows from that."),
    "stage_follows_the_answer": mark("A quote comes into this stage by its customer's answer alone."),
    "stage_not_editable": mark("Your profile may not work on quotes of this stage."),
    "field_not_editable": mark("Your profile may not change one of these fields."),
    "customer_has_no_email": mark("This customer has no e-mail address; a quote needs one."),
    "nothing_to_sell": mark("The total is nothing; a quote needs more than that."),
    "validity_is_over": mark("The last day of validity is past."),
    "letter_already_posted": mark("This letter was posted already."),
    "view_name_taken": mark("You have a view of this page by this name already."),
    "too_many_views": mark("You have as many views of this page as one can have; delete one first."),
}
OTHERWISE = mark("This was refused.")


def words_of(refused: PeerRefused, say: Callable[..., str]) -> str:
    """The sentence of its code; the service's own words, which are English, where they say more."""
    known = WORDS.get(refused.code)
    if known is not None:
        return say(known)
    return f"{say(OTHERWISE)} {refused.detail}"
