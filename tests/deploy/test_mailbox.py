"""The mailbox keeps what it accepted, and shows it to programs and to people."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest

from deploy.local.ports import free_port
from deploy.local.servers import Launched, MailboxServer


@pytest.fixture(scope="module")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Launched]:
    with Launched(MailboxServer(tmp_path_factory.mktemp("mailbox"), free_port(), free_port())) as launched:
        yield launched


@pytest.fixture
def mailbox(launched: Launched) -> MailboxServer:
    """A running mailbox without messages."""
    assert isinstance(launched.program, MailboxServer)
    httpx2.delete(f"{launched.program.url}/api/messages").raise_for_status()
    return launched.program


def a_reminder(to: str = "compta@moulin.example", subject: str = "Rappel : facture échue") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Atelier Brun <relance@atelier.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = "<case-1@atelier.example>"
    message.set_content("Bonjour,\n\nVotre facture est échue.\n.\nAtelier Brun\n")
    message.add_alternative("<p>Votre facture est <b>échue</b>.</p>", subtype="html")
    message.add_attachment(
        b"%PDF-1.7 " + bytes(range(256)), maintype="application", subtype="pdf", filename="F-1 é.pdf"
    )
    return message


def send(mailbox: MailboxServer, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port) as smtp:
        for message in messages:
            smtp.send_message(message)


def listed(mailbox: MailboxServer, query: str = "") -> dict[str, Any]:
    page: dict[str, Any] = httpx2.get(f"{mailbox.url}/api/messages{query}").json()
    return page


def test_an_accepted_message_outlives_a_kill(launched: Launched, mailbox: MailboxServer) -> None:
    send(mailbox, a_reminder())
    before = listed(mailbox)
    launched.kill()
    launched.start_again()

    assert listed(mailbox) == before
    (message,) = before["items"]
    assert message["from"] == "relance@atelier.example"
    assert message["to"] == ["compta@moulin.example"]
    assert message["subject"] == "Rappel : facture échue"
    assert message["message_id"] == "<case-1@atelier.example>"
    assert ["X-Unknown", "x"] not in message["headers"]
    assert ["To", "compta@moulin.example"] in message["headers"]


def test_a_message_is_taken_apart(mailbox: MailboxServer) -> None:
    send(mailbox, a_reminder())
    url = f"{mailbox.url}/api/messages/{listed(mailbox)['items'][0]['id']}"

    whole = httpx2.get(url).json()
    assert "Votre facture est échue.\n.\n" in whole["text"].replace("\r\n", "\n")
    assert whole["html"].strip() == "<p>Votre facture est <b>échue</b>.</p>"
    assert whole["attachments"] == [
        {"number": 0, "filename": "F-1 é.pdf", "content_type": "application/pdf", "size": 265}
    ]
    pdf = httpx2.get(f"{url}/attachments/0")
    assert pdf.content == b"%PDF-1.7 " + bytes(range(256))
    assert "sandbox" in httpx2.get(f"{url}/html").headers["content-security-policy"]
    assert httpx2.get(f"{url}/text").text == whole["text"]
    assert httpx2.get(f"{url}/raw").content.startswith(b"From: Atelier Brun")


def test_pages_follow_each_other_in_either_order(mailbox: MailboxServer) -> None:
    send(mailbox, *(a_reminder(subject=f"Rappel {n}") for n in range(5)))

    for order, expected in (("newest", [4, 3, 2, 1, 0]), ("oldest", [0, 1, 2, 3, 4])):
        subjects: list[str] = []
        cursor = ""
        while cursor is not None:
            page = listed(mailbox, f"?limit=2&order={order}{cursor and '&cursor=' + cursor}")
            subjects += [item["subject"] for item in page["items"]]
            cursor = page["next"]
        assert subjects == [f"Rappel {n}" for n in expected]


def test_a_search_finds_a_recipient_or_a_subject(mailbox: MailboxServer) -> None:
    send(mailbox, a_reminder(to="anna@lindner.example"), a_reminder(subject="Mise en demeure"))

    assert [item["to"] for item in listed(mailbox, "?search=LINDNER")["items"]] == [["anna@lindner.example"]]
    assert [item["subject"] for item in listed(mailbox, "?search=demeure moulin")["items"]] == ["Mise en demeure"]
    assert listed(mailbox, "?search=nobody")["items"] == []


def test_an_emptied_mailbox_stays_empty(launched: Launched, mailbox: MailboxServer) -> None:
    send(mailbox, a_reminder())
    assert httpx2.delete(f"{mailbox.url}/api/messages").status_code == 204
    launched.kill()
    launched.start_again()
    assert listed(mailbox)["items"] == []


def test_people_read_the_pages_in_their_language(mailbox: MailboxServer) -> None:
    send(mailbox, a_reminder(subject="<script>alert(1)</script>"))
    french = httpx2.get(mailbox.url, headers={"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.8"}).text
    english = httpx2.get(mailbox.url, headers={"Accept-Language": "en-GB"}).text
    assert "Courrier retenu" in french
    assert "Caught mail" in english
    assert "<script>alert" not in english
    page = httpx2.get(f"{mailbox.url}/messages/{listed(mailbox)['items'][0]['id']}").text
    assert "<iframe sandbox" in page
    assert httpx2.get(f"{mailbox.url}/messages/none").status_code == 404


def test_a_message_of_random_bytes_is_kept_as_it_came(mailbox: MailboxServer) -> None:
    noise = b"Subject: =?nonsense?q?=ff?=\r\nContent-Type: multipart/mixed\r\nTo:\xff\xfe <<>\r\n\r\n\x00\xff\x80\r\n"
    with smtplib.SMTP("127.0.0.1", mailbox.smtp_port) as smtp:
        smtp.sendmail("a@b.example", ["c@d.example"], noise)
    (message,) = listed(mailbox)["items"]
    url = f"{mailbox.url}/api/messages/{message['id']}"
    assert httpx2.get(f"{url}/raw").content == noise
    assert httpx2.get(url).status_code == 200
    assert httpx2.get(f"{mailbox.url}/messages/{message['id']}").status_code == 200


def test_another_host_name_is_refused(mailbox: MailboxServer) -> None:
    answer = httpx2.get(f"{mailbox.url}/api/messages", headers={"Host": "evil.example"})
    assert answer.status_code == 400
