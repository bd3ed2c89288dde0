"""`relance case show`: a case as a timeline."""

from uuid import uuid4

from contracts.dunning import Outcome, Reason
from contracts.receivable import Receivable
from tests.cli.conftest import DunningDesk, Relance
from tests.services.dunning.desk import a_receivable, on, settled


async def a_reminded_case(dunning: DunningDesk) -> Receivable:
    receivable = a_receivable()
    await dunning.desk.take(receivable)
    dunning.desk.time.at = on("2026-02-09", 9)
    await dunning.desk.decide(
        receivable, evidence={"message_id": "<1@demo.example>"}, balance=receivable.balance, currency="EUR"
    )
    return receivable


async def test_the_journal_is_a_timeline_with_what_comes_next(relance: Relance, dunning: DunningDesk) -> None:
    await a_reminded_case(dunning)

    ended = await relance.where(dunning_url=dunning.url)("case", "show", "F-2026-00042")

    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0] == "F-2026-00042  active"
    assert lines[1] == "due 2026-01-31, 1200.00 of 1200.00 EUR open"
    assert any(line.startswith("2026-01-05 11:00  opened") for line in lines)
    assert any(line.startswith("2026-02-09 10:00  carried_out  first-reminder: due") for line in lines)
    assert any("balance 1200.00 EUR, message_id <1@demo.example>" in line for line in lines)
    planned = [line for line in lines if "planned" in line]
    assert "second-reminder (J+14 email)" in planned[0]
    assert len(planned) == 4


async def test_a_case_is_found_by_the_id_of_its_invoice_too(relance: Relance, dunning: DunningDesk) -> None:
    receivable = await a_reminded_case(dunning)

    ended = await relance.where(dunning_url=dunning.url)("case", "show", str(receivable.invoice_id), "--json")

    assert ended.json["number"] == "F-2026-00042"
    assert ended.json["journal"]


async def test_a_closed_case_says_why_and_plans_nothing(relance: Relance, dunning: DunningDesk) -> None:
    receivable = await a_reminded_case(dunning)
    await dunning.desk.take(settled(receivable))

    ended = await relance.where(dunning_url=dunning.url)("case", "show", "F-2026-00042")

    assert ended.out.startswith("F-2026-00042  closed (settled)\n")
    assert "planned" not in ended.out


async def test_a_pause_and_a_deferral_are_shown(relance: Relance, dunning: DunningDesk) -> None:
    receivable = a_receivable()
    await dunning.desk.take(receivable)
    dunning.desk.time.at = on("2026-02-09", 9)
    later = on("2026-02-10", 9)
    await dunning.desk.decide(receivable, outcome=Outcome.DEFERRED, reason=Reason.RECENT_CONTACT, retry_at=later)
    body = {"kind": "promised", "until": "2026-03-01T08:00:00Z", "note": "by phone"}
    await dunning.desk.send("POST", f"/cases/{receivable.invoice_id}/pause", body)

    ended = await relance.where(dunning_url=dunning.url)("case", "show", "F-2026-00042")

    assert "promised until 2026-03-01 09:00, by phone" in ended.out
    assert "deferred     first-reminder: recent_contact" in ended.out
    assert "tried again 2026-02-10 10:00" in ended.out


async def test_what_is_not_there_or_not_ours_is_said(relance: Relance, dunning: DunningDesk) -> None:
    await a_reminded_case(dunning)
    there = relance.where(dunning_url=dunning.url)

    number = await there("case", "show", "F-1")
    identity = await there("case", "show", str(uuid4()))
    foreign = await there("case", "show", "F-2026-00042", "--organisation", "other")

    assert (number.code, identity.code, foreign.code) == (1, 1, 1)
    assert number.err == "relance: INVOICE: there is no case of an invoice 'F-1' in organisation demo\n"
    assert "There is no case" in identity.err
    assert "in organisation other" in foreign.err
