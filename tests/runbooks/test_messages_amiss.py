"""Messages, payments and figures that something is wrong with, and what the runbooks tell ops to do about them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from nats.js.errors import ServiceUnavailableError

from chassis.auth import Role
from contracts.events import PaymentReceived
from contracts.topology import MOST_BYTES
from tests.chaos.mailbox.faults import Fault
from tests.chassis.test_expiries import a_creds_file
from tests.e2e.house import until
from tests.runbooks.conftest import Post
from tests.services.notify.bounces.mails import a_mail

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSED = 12


async def test_dead_letter(post: Post) -> None:
    (invoice,) = await post.owed(1)
    await post.house.bus.jetstream().publish(PaymentReceived.type, b"no JSON at all")
    await post.watch.raised("DeadLetter")

    listed = await post.relance("dead-letters", "list", "--json")
    (letter,) = listed.json["items"]
    shown = await post.relance("dead-letters", "show", str(letter["id"]))
    await post.pays(invoice)  # its publisher, who was told the reason, publishes it again
    await post.closed([invoice])

    assert "no JSON at all" in shown.out, shown
    assert letter["reason"], letter
    deleted = await post.relance("dead-letters", "drop", str(letter["id"]))
    assert deleted.code == 0, deleted
    await post.watch.over("DeadLetter")


async def test_uncertain_message(post: Post) -> None:
    await post.misbehave(Fault.KEEP_AND_DROP, 60)
    (invoice,) = await post.owed(1)
    await post.watch.raised("UncertainMessage", within=150)
    await post.misbehave(Fault.KEEP_AND_DROP, 0)

    (message,) = (await post.house.get("notify", "/messages", status="uncertain"))["items"]
    assert message["invoice_id"] == invoice["id"]
    view = await post.house.get("notify", f"/messages/{message['id']}")
    assert view["message_id"].startswith("<")
    await post.house.post("notify", f"/messages/{message['id']}/settle", {"outcome": "sent", "note": "relay's log"})

    await post.watch.over("UncertainMessage")


async def test_mail_relay_refuses(post: Post) -> None:
    await post.misbehave(Fault.DEFER_RECIPIENT, 300)
    owed = await post.owed(REFUSED)
    await post.watch.raised("MailRelayRefuses", quicker=False, within=200)
    (waiting, *_) = (await post.house.get("notify", "/messages", status="pending"))["items"]
    assert waiting["reason"].startswith("451")
    before = await post.watch.value('sum(relance_messages_total{outcome="sent"})')

    await post.misbehave(Fault.DEFER_RECIPIENT, 0)

    await post.reminded(owed, "first")
    sent, pending = 'sum(relance_messages_total{outcome="sent"})', 'max(relance_messages_waiting{status="pending"})'
    await until("sent grows and pending falls", lambda: _is_better(post, sent, before, pending))


async def _is_better(post: Post, sent: str, before: float, pending: str) -> bool:
    return await post.watch.value(sent) >= before + REFUSED and not await post.watch.value(pending)


async def test_mail_comes_back(post: Post) -> None:
    owed = await post.owed(7)
    await post.reminded(owed, "first")
    messages = (await post.house.get("notify", "/messages", limit=200))["items"]
    sent = [each for each in messages if each["invoice_id"] in {invoice["id"] for invoice in owed}]
    for message in sent:
        view = await post.house.get("notify", f"/messages/{message['id']}")
        await _given_back(post, a_mail("postfix", view["message_id"][1:33]))
    await post.watch.raised("MailComesBack", quicker=False)
    journalled = f"/journal?outcome=bounced&invoice_id={owed[0]['id']}"
    await until("the journal says so", lambda: _items(post, "dunning", journalled))

    for message in (await post.house.get("notify", "/messages", status="bounced", settled="false", limit=200))["items"]:
        await post.house.post("notify", f"/messages/{message['id']}/look-after", {"note": "Corrected with them."})

    query = 'max(relance_messages_waiting{status="bounced"})'
    await until("none waits", lambda: _is(post, query, 0))


async def _given_back(post: Post, mail: bytes) -> None:
    headers = {"authorization": f"Bearer {post.house.token(Role.ADMIN)}", "content-type": "message/rfc822"}
    url = f"{post.stack.urls['notify']}/bounces"
    (await post.house.http.post(url, content=mail, headers=headers)).raise_for_status()


async def _items(post: Post, service: str, path: str) -> bool:
    return bool((await post.house.get(service, path))["items"])


async def _is(post: Post, query: str, value: float) -> bool:
    return await post.watch.value(query) == value


async def test_errors_in_answers(post: Post) -> None:
    postgres = post.stack.servers.postgres
    postgres.execute("ALTER TABLE customers RENAME TO gone", database="billing")
    try:
        for _ in range(5):
            answer = await _customers(post)
            assert answer.status_code == 500
        await post.watch.raised("ErrorsInAnswers", quicker=False)
        log = (post.stack.data_dir / "logs/billing.log").read_text()
        assert answer.headers["trace-id"] in log
    finally:
        postgres.execute("ALTER TABLE gone RENAME TO customers", database="billing")

    assert (await _customers(post)).status_code == 200
    await post.watch.over("ErrorsInAnswers")


async def _customers(post: Post) -> httpx2.Response:
    """By a connection of its own: one that lies idle is closed by the server at any moment."""
    async with httpx2.AsyncClient(timeout=20) as http:
        headers = {"authorization": f"Bearer {post.house.token()}"}
        return await http.get(f"{post.stack.urls['billing']}/customers", headers=headers)


async def test_database_nearly_full(post: Post) -> None:
    post.settings["RELANCE_DATABASE_LIMIT"] = "1000000"
    await post.stack.restart("quotes-worker")
    await post.watch.raised("DatabaseNearlyFull")

    tables = "select relname, pg_total_relation_size(oid) from pg_class where relkind = 'r' order by 2 desc limit 10"
    assert len(post.stack.servers.postgres.execute(tables, database="quotes").splitlines()) == 10
    post.settings["RELANCE_DATABASE_LIMIT"] = "1000000000"
    await post.stack.restart("quotes-worker")

    await post.watch.over("DatabaseNearlyFull")


async def test_stream_nearly_full(post: Post) -> None:
    js = post.house.bus.jetstream()
    paid, late = owed = await post.owed(2)
    await until("both have a case", lambda: post.have_cases(owed))
    await post.sized(10 * MOST_BYTES)
    try:
        with pytest.raises(ServiceUnavailableError, match="maximum bytes exceeded"):
            while True:  # a program that tells the same payment over and over
                await js.publish(PaymentReceived.type, _a_long_one(post, paid))
        await post.watch.raised("StreamNearlyFull")
        with pytest.raises(ServiceUnavailableError):
            await js.publish(PaymentReceived.type, _a_long_one(post, late))
    finally:
        await post.sized(100 * MOST_BYTES)

    await js.publish(PaymentReceived.type, _a_long_one(post, late))

    await post.closed(owed)
    await post.watch.over("StreamNearlyFull")


def _a_long_one(post: Post, invoice: dict[str, Any]) -> bytes:
    """The event of its payment, nearly as long as one may be."""
    return post.payment(invoice).model_dump_json().encode() + b" " * 900_000


async def test_certificate_expires(post: Post, tmp_path: Path) -> None:
    file = tmp_path / "tls.crt"
    file.write_bytes(_certificate(days=10))
    post.settings["RELANCE_CERTIFICATES"] = str(file)
    await post.stack.restart("quotes-worker")
    await post.watch.raised("CertificateExpires", quicker=False)

    file.write_bytes(_certificate(days=90))

    await post.watch.over("CertificateExpires", quicker=False)
    assert await post.watch.value("min(relance_certificate_expires_seconds)") > 14 * 86_400
    del post.settings["RELANCE_CERTIFICATES"]
    await post.stack.restart("quotes-worker")


async def test_file_unreadable(post: Post, tmp_path: Path) -> None:
    gone, other = tmp_path / "tls.crt", tmp_path / "ca.crt"
    for file in (gone, other):
        file.write_bytes(_certificate(days=90))
    post.settings["RELANCE_CERTIFICATES"] = f"{gone},{other}"
    await post.stack.restart("quotes-worker")
    await until("both are told of", lambda: _is(post, "count(relance_certificate_expires_seconds)", 2))

    gone.unlink()
    await post.watch.raised("FileUnreadable", quicker=False)
    assert await post.watch.value("count(relance_certificate_expires_seconds)") == 1
    assert f"when {gone} expires cannot be read" in (post.stack.data_dir / "logs/quotes-worker.log").read_text()

    gone.write_bytes(_certificate(days=90))

    await post.watch.over("FileUnreadable", quicker=False)
    assert await post.watch.value("count(relance_certificate_expires_seconds)") == 2
    del post.settings["RELANCE_CERTIFICATES"]
    await post.stack.restart("quotes-worker")


async def test_credential_expires(post: Post, tmp_path: Path) -> None:
    file = a_creds_file(tmp_path / "nats.creds", 10)
    post.settings["RELANCE_NATS_CREDENTIALS"] = str(file)
    await post.stack.restart("quotes-worker")
    await post.watch.raised("CredentialExpires", quicker=False)

    a_creds_file(file, 90)

    await post.watch.over("CredentialExpires", quicker=False)
    assert await post.watch.value("min(relance_credential_expires_seconds)") > 14 * 86_400
    del post.settings["RELANCE_NATS_CREDENTIALS"]
    await post.stack.restart("quotes-worker")


def _certificate(*, days: int) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relance.test")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=days)
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


async def test_api_key_expires(post: Post) -> None:
    body = {"name": "bank feed", "profile": "service", "days": 1}
    old = await post.house.post("identity", "/api-keys", body)
    await post.watch.raised("ApiKeyExpires", quicker=False)

    await post.house.post("identity", "/api-keys", body | {"days": 90})
    gone = await post.house.call("DELETE", "identity", f"/api-keys/{old['key']['id']}")
    assert gone.is_success, gone.text

    await post.watch.over("ApiKeyExpires", quicker=False)
