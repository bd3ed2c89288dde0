"""The floor of the wave: workflows with one timer, and one activity that sends bytes that stand ready.

Its worker is a process of its own, as ours is: `python -m tests.bench.sender TEMPORAL SMTP_PORT FILE`.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import uvloop
from aiosmtplib import SMTP
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from deploy.local.launch import tied_to_parent

QUEUE = "bench-wave"
AT_ONCE = 16
CONNECTIONS = 8
SENDER, RECIPIENT = "bench@relance.example", "anne@garage-lefevre.example"


@workflow.defn
class SendAt:
    @workflow.run
    async def run(self, moment: str) -> None:
        await workflow.sleep(datetime.fromisoformat(moment) - workflow.now())
        await workflow.execute_activity("send", start_to_close_timeout=timedelta(seconds=60))


@dataclass
class Sender:
    """`connections` are kept from one message to the next."""

    content: bytes
    connections: asyncio.Queue[SMTP] = field(default_factory=asyncio.Queue)

    @activity.defn
    async def send(self) -> None:
        connection = await self.connections.get()
        try:
            await connection.sendmail(SENDER, [RECIPIENT], self.content)
        finally:
            self.connections.put_nowait(connection)


async def serve(target: str, smtp_port: int, content: bytes) -> None:
    async with AsyncExitStack() as closing:
        sender = Sender(content)
        for _ in range(CONNECTIONS):
            connection = SMTP(hostname="127.0.0.1", port=smtp_port)
            sender.connections.put_nowait(await closing.enter_async_context(connection))
        worker = Worker(
            await Client.connect(target),
            task_queue=QUEUE,
            workflows=[SendAt],
            activities=[sender.send],
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_activities=AT_ONCE,
        )
        await worker.run()


@asynccontextmanager
async def serving(target: str, smtp_port: int, content: Path) -> AsyncIterator[None]:
    """The worker's process, until the end of the block."""
    process = await asyncio.create_subprocess_exec(*command(target, smtp_port, content))
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def command(target: str, smtp_port: int, content: Path) -> list[str]:
    """It dies with whoever starts it."""
    return tied_to_parent([sys.executable, "-m", __name__, target, str(smtp_port), str(content)], signal.SIGKILL)


async def put_to_sleep(client: Client, count: int, *, until: datetime) -> None:
    """64 starts at once."""
    waiting = iter(range(count))

    async def starter() -> None:
        for number in waiting:
            await client.start_workflow(SendAt.run, until.isoformat(), id=f"wave-{number}", task_queue=QUEUE)

    await asyncio.gather(*(starter() for _ in range(64)))


def content_of(kept: bytes) -> bytes:
    """A message as it was sent, without what the mailbox noted in its first line."""
    message = message_from_bytes(kept, policy=policy.SMTP)
    del message["X-Relance-Mailbox"]
    return message.as_bytes()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]).read_bytes()))
