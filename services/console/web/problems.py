"""What the services refuse, in words: their problems have a code, which stands here with its sentence."""

from collections.abc import Callable, Mapping

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
    "changed_meanwhile": mark("Somebody else changed this meanwhile."),
    "payment_not_recorded": mark("This payment is not recorded."),
    "case_is_closed": mark("This case is closed."),
    "case_not_held": mark("This case is not on hold."),
    "step_is_done": mark("This step is done already, or was left out."),
    "already_follows": mark("The case follows this scenario already."),
    "idempotency_key_in_use": mark("This was sent twice at once; the first is still under way."),
    "already_excluded": mark("This is excluded already."),
    "task_withdrawn": mark("This task was withdrawn, since the invoice was settled meanwhile."),
    "task_already_completed": mark("This task was completed by someone else meanwhile."),
    "letter_withdrawn": mark("This letter was withdrawn, since what is owed or its due date changed meanwhile."),
    "batch_in_parts": mark("The letters of that day are too many for one file. Please print them part by part."),
    "owner_is_no_person": mark("A calendar feed is of a person who has an e-mail address."),
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
    "malformed": mark("This cannot be read."),
    "invalid_field": mark("This is not accepted."),
    "request_entity_too_large": mark("This is too large."),
    "event_too_large": mark("This is too large."),
    "idempotency_key_reused": mark("This form was sent before with other content. Please reload the page."),
    "invoice_is_not_a_draft": mark("This invoice is issued; it never changes again."),
    "invoice_is_not_issued": mark("This invoice is not issued yet."),
    "invoice_not_issued": mark("This invoice is not issued yet."),
    "invoice_already_credited": mark("This invoice is credited already."),
    "already_credited": mark("This invoice is credited already."),
    "credit_note_cannot_be_credited": mark("A credit note cannot be credited itself."),
    "invoice_was_forgotten": mark("This was issued before, and then a backup was restored: the customer has it."),
    "nothing_to_invoice": mark("There is nothing to invoice."),
    "seller_not_set": mark("The legal identity of your organisation is not set yet; documents print it."),
    "customer_is_erased": mark("This customer was erased; nothing new is kept about them."),
    "customer_cannot_be_erased": mark("This customer cannot be erased yet: something is still open between you."),
    "nothing_to_publish": mark("There is no draft to publish."),
    "scenario_has_no_steps": mark("This scenario has no steps yet; add one first."),
    "scenario_key_taken": mark("There is a scenario of this key already."),
    "too_many_steps": mark("This scenario has as many steps as one can have."),
    "scenario_is_invalid": mark("This scenario cannot be used as it is."),
    "template_refused": mark("This text cannot be used as it is."),
    "unprintable": mark("This letter cannot be printed as it is."),
    "message_not_uncertain": mark("This message is not uncertain any more."),
    "message_not_bounced": mark("This message did not come back."),
    "message_looked_after": mark("Somebody else has looked after this message already."),
    "no_address_of_your_own": mark("You have no e-mail address here to which a test could go."),
    "reader_without_address": mark("You have no e-mail address here to which the list could go."),
    "no_sender_address": mark("Your organisation has no e-mail address to write from."),
    "in_progress": mark("This is under way already."),
    "too_late": mark("It is too late for this."),
    "quote_was_not_sent": mark("This quote was not sent yet."),
    "quote_still_valid": mark("This quote is still valid."),
    "quote_has_no_page": mark("This quote was sent before quotes had a page for their customer."),
    "link_not_valid": mark("This link is not valid."),
    "more_than_own": mark("Nobody can give more rights than they have themselves."),
    "not_a_person": mark("Only a person who signed in can do this."),
    "wrong_password": mark("The present password is another."),
    "admin_is_fixed": mark("The administrator's profile cannot be changed."),
    "profile_in_use": mark("Someone still has this profile."),
    "email_taken": mark("Someone has this e-mail address already."),
    "last_admin": mark("This is the last administrator; make another one first."),
    "link_spent": mark("This link was used already, or its time is over."),
    "sign_in_refused": mark("This e-mail address and this password do not go together."),
    "session_ended": mark("Your session has ended."),
    "unauthorised": mark("Your session has ended."),
    "view_name_taken": mark("You have a view of this page by this name already."),
    "too_many_views": mark("You have as many views of this page as one can have; delete one first."),
    "authorization_spent": mark("This sign-in was begun in another browser, or it took too long. Please try again."),
    "provider_not_offered": mark("There is no identity provider here. Please sign in by password."),
    "provider_refused": mark("The answer of the identity provider was refused. Please try again."),
    "no_profile_for_claims": mark("Your account has no role in Relance. An administrator can give it one."),
    "several_organisations": mark("Your account fits several organisations. An administrator can settle it."),
    "not_invited": mark("Your account is not known here. An administrator can invite you."),
    "email_not_verified": mark("Your e-mail address is not verified at the identity provider."),
    "user_is_locked": mark("This account is locked. An administrator can unlock it."),
    "identity_taken": mark("Another account of the identity provider has this e-mail address here already."),
    "user_locked": mark("This user is locked; unlock them first."),
}
OTHERWISE = mark("This was refused.")
NOT_ACCEPTED = mark("This is not accepted.")

OF_KIND = {
    "missing": mark("Please fill this in."),
    "string_too_short": mark("Please fill this in."),
    "string_too_long": mark("This is too long: at most %(limit)s characters."),
    "too_long": mark("These are too many: at most %(limit)s."),
    "greater_than": mark("Please write a number above %(limit)s."),
    "greater_than_equal": mark("Please write a number from %(limit)s on."),
    "less_than": mark("Please write a number below %(limit)s."),
    "less_than_equal": mark("Please write a number up to %(limit)s."),
    "int_parsing": mark("Please write a whole number."),
    "decimal_parsing": mark("This is not a number."),
    "date_parsing": mark("This is not a date."),
    "date_from_datetime_parsing": mark("This is not a date."),
    "uuid_parsing": mark("Please choose one of these."),
    "enum": mark("Please choose one of these."),
    "literal_error": mark("Please choose one of these."),
}
"""What is wrong with a value by itself, by the kind that the problem names."""
OF_FIELD = {
    "until": mark("Please give a day that is still to come."),
    "date": mark("Please give a day from today on."),
    "promised_on": mark("Please give a day from today on."),
    "posted_on": mark("Please give a day from that of the letter to today."),
    "due_date": mark("Please give the day of issue or a later one."),
    "dated": mark("Please give a day from that of the quote to today."),
    "mention": mark("Please write \u201cBon pour accord\u201d."),
    "valid_until": mark("Please give a day that is still to come."),
    "password": mark("This is too simple, or too much like the e-mail address."),
    "email": mark("This is not an e-mail address."),
    "stage": mark("Please choose one of these."),
    "profile": mark("Please choose one of these."),
    "rights": mark("Please choose one of these."),
    "scenario": mark("Please choose one of these."),
    "assignee": mark("Please write one line without special characters."),
    "tracking_number": mark("Please write one line without special characters."),
}
"""What is expected of a field, where a rule of the service refuses a value that is fine by itself."""


def words_of(refused: PeerRefused, say: Callable[..., str]) -> str:
    """The sentence of its code. The service's own text is English and for logs: no page shows it."""
    return say(WORDS.get(refused.code, OTHERWISE))


def words_at(error: Mapping[str, str], say: Callable[..., str], *, is_named: bool) -> str:
    """What is wrong with one field; `is_named`: it is said at that field, else the words tell which one it is."""
    field = error.get("field", "").rsplit(".", 1)[-1]
    known = OF_KIND.get(error.get("kind", "")) or OF_FIELD.get(field, NOT_ACCEPTED)
    words = say(known, limit=error.get("limit", ""))
    return words if is_named else f"{words} ({error.get('field', '')})"
