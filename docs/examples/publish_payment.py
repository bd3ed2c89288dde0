"""Tell Relance of a payment or of its reversal, and wait for the answer. Needs nats-py.

python publish_payment.py received PAYMENT_ID AMOUNT INVOICE_NUMBER
python publish_payment.py reversed PAYMENT_ID REASON
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import nats
from nats.aio.msg import Msg
from nats.js import JetStreamContext

NATS_URL = os.environ.get("NATS_URL", "nats://127.0.0.1:4222")
ORGANISATION = os.environ.get("ORGANISATION", "demo")
SOURCE = "urn:example:bank-feed"  # the name of your program
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()  # you have the day of the bank's statement


def received(payment_id: str, amount: str, invoice_number: str) -> dict[str, str]:
    """A partial payment is one of a smaller amount: each has a payment_id of its own."""
    return {
        "organisation": ORGANISATION,
        "payment_id": payment_id,
        "amount": amount,  # a string: "1234.50"
        "currency": "EUR",
        "received_on": TODAY,
        "method": "transfer",
        "invoice_number": invoice_number,
    }


def reversed_(payment_id: str, reason: str) -> dict[str, str]:
    """The payment is known by its id: its amount and its invoice need not be said again."""
    return {
        "organisation": ORGANISATION,
        "payment_id": payment_id,
        "reversed_on": TODAY,
        "reason": reason,
    }


async def publish(js: JetStreamContext, kind: str, data: dict[str, str]) -> None:
    """Once this returns the event is stored. The id is made once, so that trying again stores it once."""
    event_id = str(uuid4())
    headers = {
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": kind,
        "ce-source": SOURCE,
        "ce-time": datetime.now(UTC).isoformat(),
        "content-type": "application/json",
        "Nats-Msg-Id": event_id,
    }
    for pause in (0.5, 1, 2, 4, None):
        try:
            await js.publish(kind, json.dumps(data).encode(), timeout=5, headers=headers)
        except (nats.errors.Error, OSError):
            if pause is None:
                raise
            await asyncio.sleep(pause)
        else:
            return


async def main(kind: str, *values: str) -> None:
    data = received(*values) if kind == "received" else reversed_(*values)
    answers: asyncio.Queue[Msg] = asyncio.Queue()
    connection = await nats.connect(NATS_URL)
    await connection.subscribe("billing.payment.*.v1", cb=answers.put)
    await publish(connection.jetstream(), f"payments.payment.{kind}.v1", data)
    async with asyncio.timeout(10):
        while True:
            message = await answers.get()
            answer = json.loads(message.data)
            if (answer["organisation"], answer["payment_id"]) == (ORGANISATION, data["payment_id"]):
                break
    print(message.subject, json.dumps(answer, indent=2))
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
