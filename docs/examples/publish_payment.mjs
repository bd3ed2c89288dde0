// Tell Relance of a payment or of its reversal, and wait for the answer.
// Needs @nats-io/transport-node and @nats-io/jetstream (`npm install` in this directory).
//
// node publish_payment.mjs received PAYMENT_ID AMOUNT INVOICE_NUMBER
// node publish_payment.mjs reversed PAYMENT_ID REASON

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, headers } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";

const organisation = process.env.ORGANISATION ?? "demo";
// 2026-01-31, as Sweden writes it; you have the day of the bank's statement
const today = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Paris" });

// A partial payment is one of a smaller amount: each has a payment_id of its own.
const received = (payment_id, amount, invoice_number) => ({
  organisation,
  payment_id,
  amount, // a string: "1234.50"
  currency: "EUR",
  received_on: today,
  method: "transfer",
  invoice_number,
});

// The payment is known by its id: its amount and its invoice need not be said again.
const reversed = (payment_id, reason) => ({ organisation, payment_id, reversed_on: today, reason });

// Once this returns the event is stored. The id is made once, so that trying again stores it once.
async function publish(js, type, data) {
  const id = randomUUID();
  const h = headers();
  h.set("ce-specversion", "1.0");
  h.set("ce-id", id);
  h.set("ce-type", type);
  h.set("ce-source", "urn:example:web-shop"); // the name of your program
  h.set("ce-time", new Date().toISOString());
  h.set("content-type", "application/json");
  for (const pause of [500, 1000, 2000, 4000, null]) {
    try {
      return await js.publish(type, JSON.stringify(data), { msgID: id, headers: h, timeout: 5000 });
    } catch (error) {
      if (pause === null) throw error;
      await sleep(pause);
    }
  }
}

async function answerTo(answers, payment_id) {
  for await (const message of answers) {
    const answer = message.json();
    if (answer.organisation === organisation && answer.payment_id === payment_id) {
      return `${message.subject} ${JSON.stringify(answer, null, 2)}`;
    }
  }
  throw new Error("no answer in this time; the event is stored and will be answered");
}

const [kind, ...values] = process.argv.slice(2);
const data = kind === "received" ? received(...values) : reversed(...values);
const connection = await connect({ servers: process.env.NATS_URL ?? "nats://127.0.0.1:4222" });
const answers = connection.subscribe("billing.payment.*.v1");
const deadline = setTimeout(() => answers.unsubscribe(), 15_000);
try {
  await publish(jetstream(connection), `payments.payment.${kind}.v1`, data);
  console.log(await answerTo(answers, data.payment_id));
} finally {
  clearTimeout(deadline);
  await connection.close();
}
