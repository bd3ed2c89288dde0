"""Uncertain messages: each is explained, shown, journalled, and there is at most one for each kill."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from contracts.dunning import Outcome
from services.dunning.journal.schemas import JournalEntryView
from services.notify.messages.domain import LOST
from services.notify.messages.schemas import MessageSummary
from tests.chaos.doubts import Cause, doubts
from tests.chaos.evidence import Evidence, Mail
from tests.chaos.judge import judge
from tests.chaos.mailbox.faults import Conversation, Fault
from tests.chaos.test_judge import CUSTOMER, GOOD, INVOICE, KEY, NOON, SETTING, seconds
from tests.chaos.verdict import Death, Setting

SECOND_KEY = KEY.replace("first", "second")


def a_message(key: str = KEY, **changes: Any) -> MessageSummary:
    facts = {
        "id": CUSTOMER,
        "key": key,
        "status": "uncertain",
        "template": "first-reminder",
        "language": "fr",
        "customer_id": CUSTOMER,
        "invoice_id": UUID(INVOICE),
        "reference": "F-2026-00001",
        "recipient": "anne@garage.example",
        "subject": "Rappel",
        "reason": LOST,
        "requested_at": NOON,
        "settled_at": NOON,
        "handed_over_at": None,
        "bounce_code": None,
        "address_is_dead": False,
    }
    return MessageSummary.model_validate(facts | changes)


def a_decision(key: str = KEY) -> JournalEntryView:
    _, scenario, step, occurrence = key.split(":")
    facts: dict[str, Any] = dict.fromkeys(JournalEntryView.model_fields)
    return JournalEntryView.model_validate(
        facts
        | {
            "id": 1,
            "invoice_id": INVOICE,
            "customer_id": CUSTOMER,
            "number": "F-2026-00001",
            "scenario": scenario,
            "step": step,
            "occurrence": occurrence,
            "outcome": Outcome.UNCERTAIN,
            "reason": "relay_silent",
            "detail": "",
            "answers": [],
            "evidence": {},
            "author": "workflows",
            "decided_at": NOON,
        }
    )


def uncertain(*keys: str, reason: str = LOST) -> Evidence:
    messages = [a_message(key, reason=reason) for key in keys]
    return replace(GOOD, messages=messages, shown=frozenset(keys), journal=[a_decision(key) for key in keys])


def killed(*deaths: tuple[str, float]) -> Setting:
    return replace(SETTING, deaths=[Death(seconds(at), name) for name, at in deaths])


def offences(evidence: Evidence, setting: Setting) -> Sequence[str]:
    return [offence.what for offence in judge(evidence, setting)["I2"].offences]


@pytest.mark.parametrize(
    ("reason", "name", "cause"),
    [(LOST, "notify-2", Cause.SENDER), ("Connection lost, after the message was handed over", "mailbox", Cause.RELAY)],
)
def test_one_for_each_kill_is_explained(reason: str, name: str, cause: Cause) -> None:
    evidence = uncertain(KEY, reason=reason)
    assert [(each.cause, each.arrived) for each in doubts(evidence, killed((name, 2)))] == [(cause, False)]
    assert offences(evidence, killed((name, 2))) == []


@pytest.mark.parametrize("deaths", [(), (("billing", 2),), (("notify", -20),), (("notify", 90),), (("mailbox", 2),)])
def test_one_that_no_kill_of_its_sender_explains_is_found(deaths: tuple[tuple[str, float], ...]) -> None:
    assert offences(uncertain(KEY), killed(*deaths)) == [f"{KEY} is uncertain, and nothing explains it"]


def test_a_message_that_the_relay_had_deferred_is_explained_by_a_kill_when_it_came_again() -> None:
    again = Conversation(key=KEY, began=seconds(85), received=seconds(86), fault=None, kept="1")
    evidence = replace(uncertain(KEY), conversations=[again])
    assert offences(evidence, killed(("notify", 90))) == []
    assert offences(uncertain(KEY), killed(("notify", 90))) == [f"{KEY} is uncertain, and nothing explains it"]


def test_two_by_one_kill_are_one_too_many() -> None:
    evidence = uncertain(KEY, SECOND_KEY)
    (offence,) = offences(evidence, killed(("notify", 2)))
    assert offence == f"{SECOND_KEY} is uncertain, and the kill at 12:00:02 explains another one already"
    assert offences(evidence, killed(("notify", 2), ("notify-2", 9))) == []
    assert offences(evidence, killed(("notify", 2), ("notify-2", 2))) == []


def test_a_kill_of_the_relay_at_the_same_instant_explains_none_that_its_sender_lost() -> None:
    """In one blow: the sender's conversation is lost, and nothing of the relay's explains a second one like it."""
    blow = killed(("notify", 2), ("mailbox", 2))
    third = KEY.replace("first", "third")
    assert offences(uncertain(KEY), blow) == []
    assert len(offences(uncertain(KEY, SECOND_KEY, third), blow)) == 2
    broken = uncertain(KEY, SECOND_KEY, third, reason="Connection lost, after the message was handed over")
    assert len(offences(broken, blow)) == 1


def test_a_doubt_that_two_kills_may_explain_leaves_one_to_another_that_has_no_choice() -> None:
    early, late = a_message(KEY), a_message(SECOND_KEY, requested_at=seconds(10))
    evidence = replace(uncertain(KEY, SECOND_KEY), messages=[early, late])
    assert offences(evidence, killed(("notify", 35), ("notify", 20))) == []
    early = a_message(KEY, requested_at=seconds(9))
    late = a_message(SECOND_KEY, requested_at=seconds(30))
    assert offences(replace(evidence, messages=[early, late]), killed(("notify", 33), ("notify", 12))) == []
    assert offences(replace(evidence, messages=[early, late]), killed(("notify", 33))) != []


def test_an_answer_that_the_relay_left_open_explains_its_message_and_no_other() -> None:
    left_open = Conversation(key=KEY, began=NOON, received=NOON, fault=Fault.KEEP_AND_DROP, kept="1")
    evidence = replace(uncertain(KEY), conversations=[left_open], mails=[Mail(KEY, NOON, NOON)])
    assert [(each.cause, each.arrived) for each in doubts(evidence, SETTING)] == [(Cause.ANSWER, True)]
    assert "nothing explains it" not in "".join(offences(evidence, SETTING))
    assert "nothing explains it" in "".join(offences(uncertain(KEY), SETTING))


def test_one_that_nobody_is_shown_is_found() -> None:
    evidence = uncertain(KEY)
    setting = killed(("notify", 2))
    assert "is not among notify's uncertain messages" in offences(replace(evidence, shown=frozenset()), setting)[0]
    assert "the journal does not say so" in offences(replace(evidence, journal=[]), setting)[0]


def test_one_that_was_sent_again_is_found() -> None:
    at: list[datetime] = [seconds(1), seconds(50)]
    evidence = replace(uncertain(KEY), mails=[Mail(KEY, each, each) for each in at])
    assert f"{KEY} was accepted 2 times by the relay" in offences(evidence, killed(("notify", 2)))
