"""What mail servers give back is read, and nothing else is taken for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.bounces.report import Action, NoReport, read
from tests.services.notify.bounces.mails import OURS, a_mail


@pytest.mark.parametrize(
    ("name", "action", "code", "is_dead", "diagnostic"),
    [
        ("postfix", Action.FAILED, "5.1.1", True, "User unknown in virtual mailbox table"),
        ("postfix-delayed", Action.DELAYED, "4.4.1", False, "Connection timed out"),
        ("postfix-expired", Action.FAILED, "4.4.1", False, "Connection timed out"),
        ("exchange", Action.FAILED, "5.1.10", True, "RESOLVER.ADR.RecipientNotFound"),
        ("exim", Action.FAILED, "5.2.2", False, "552 5.2.2 Mailbox full"),
        ("exim-in-words", Action.FAILED, "5.0.0", False, "550 No such user here"),
        ("gmail", Action.FAILED, "5.1.1", True, "The email account that you tried to reach does not exist"),
        ("in-utf-8", Action.FAILED, "5.1.1", True, "boîte inconnue"),
        ("encoded-status", Action.FAILED, "5.2.1", True, "5.2.1"),
        ("delivered", Action.OTHER, "2.0.0", False, "250 2.0.0 Ok: queued"),
    ],
)
def test_each_server_says_whose_message_it_is_and_what_became_of_it(
    name: str, action: Action, code: str, is_dead: bool, diagnostic: str
) -> None:
    report = read(a_mail(name))

    assert (report.action, report.code, report.address_is_dead) == (action, code, is_dead)
    assert diagnostic in report.diagnostic
    assert "\n" not in report.diagnostic
    assert list(report.digests) == [OURS]


@pytest.mark.parametrize(
    ("diagnostic", "code"),
    [
        ("550 Blocked by policy, client host 5.1.1.23 is listed", "5.0.0"),
        ("550 Blocked by policy, client host 195.1.1.23 is listed", "5.0.0"),
        ("550 Blocked by policy, client host 10.5.1.1 is listed", "5.0.0"),
        ("550 Blocked by policy of version 5.1.1a", "5.0.0"),
        ("550 No such user, which is 5.1.1.", "5.1.1"),
        ("550-5.1.1 No such user", "5.1.1"),
        ("550 #5.1.1 smtp;550 No such user", "5.1.1"),
    ],
)
def test_the_address_of_a_machine_is_no_status(diagnostic: str, code: str) -> None:
    words = a_mail("postfix").replace(b"Status: 5.1.1", b"Status: 5.0.0")
    start = words.index(b"Diagnostic-Code:")
    end = words.index(b"\r\n\r\n", start)

    report = read(words[:start] + f"Diagnostic-Code: smtp; {diagnostic}".encode() + words[end:])

    assert (report.code, report.address_is_dead) == (code, code == "5.1.1")


@pytest.mark.parametrize("name", ["out-of-office", "read-receipt"])
def test_answers_of_people_and_of_their_programs_are_no_reports(name: str) -> None:
    with pytest.raises(NoReport, match="no delivery status"):
        read(a_mail(name))


def test_a_report_that_was_cut_off_within_what_it_encloses_is_read() -> None:
    whole = a_mail("postfix")
    cut = whole[: whole.index(b"Content-Description: Undelivered Message")]

    report = read(cut)

    assert (report.code, list(report.digests)) == ("5.1.1", [OURS])


def test_line_ends_of_unix_are_read_too() -> None:
    assert read(a_mail("exchange").replace(b"\r\n", b"\n")).code == "5.1.10"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 1000,
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n--x--",
        b"Content-Type: message/delivery-status\r\n\r\nnothing of the kind",
        b'Content-Type: multipart/report; boundary="\xe9"\r\n\r\n',
        b"Content-Type: multipart/report\r\n\r\nAction: failed\r\n",
    ],
    ids=["empty", "noise", "no-recipient", "no-fields", "odd-boundary", "no-boundary"],
)
def test_what_is_malformed_is_no_report(raw: bytes) -> None:
    with pytest.raises(NoReport):
        read(raw)


def test_parts_within_parts_without_end_are_given_up() -> None:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number) for number in range(3000)
    )
    with pytest.raises(NoReport):
        read(opened)


def test_parts_beside_parts_without_end_are_given_up() -> None:
    with pytest.raises(NoReport, match="more than 50 parts"):
        read(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\ntext\r\n" * 5000 + b"--x--\r\n")


@given(st.binary(max_size=400), st.integers(0, 4000), st.sampled_from(["postfix", "exchange", "exim-in-words"]))
def test_nothing_that_is_put_into_a_report_breaks_the_reader(noise: bytes, at: int, name: str) -> None:
    mail = a_mail(name)
    spoiled = mail[:at] + noise + mail[at:]
    try:
        report = read(spoiled)
    except NoReport:
        return
    assert len(report.diagnostic) <= 500
