"""What notify tells Prometheus: messages by what became of them, and what waits for people."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from prometheus_client import Counter

from chassis.clock import real_now
from chassis.figures import Figure, Labels, Measure
from chassis.worker import Worker
from services.notify.figures import store
from services.notify.messages.models import MessageStatus

NOT_SENT = "not_sent"
LATELY = timedelta(minutes=15)
"""Real time, in which a message that waits is tried many times."""
MESSAGES = Counter(
    "relance_messages",
    "E-mails: sent, failed, uncertain, deferred (each try), too_late, not_sent to an address that gave one back or,"
    " after they were sent, bounced",
    ["outcome"],
)
for _outcome in ("sent", "failed", "uncertain", "deferred", "too_late", NOT_SENT, "bounced"):
    MESSAGES.labels(_outcome)  # from 0 on, so that the first counts as an increase


def measures(worker: Worker) -> Mapping[str, Measure]:
    async def waiting() -> Sequence[Figure]:
        async with worker.sessions() as session:
            counts = await store.messages_by_status(session)
            returned = await store.returned(session)
            held_up = await store.held_up(session, since=worker.now.clock.business(real_now() - LATELY))
            letters, tasks = await store.letters_to_post(session), await store.open_tasks(session)
        messages: dict[Labels, float] = {(status.value,): counts.get(status, 0) for status in store.UNFINISHED}
        messages[MessageStatus.BOUNCED.value,] = returned
        return [
            Figure("relance_messages_waiting", "Messages under way, uncertain, or come back", messages, ("status",)),
            Figure(
                "relance_messages_held_up", "Messages tried in the last 15 minutes that have not left", {(): held_up}
            ),
            Figure("relance_letters_to_post", "Letters that are prepared and not posted", {(): letters}),
            Figure("relance_tasks_open", "Calls and other tasks that nobody completed", {(): tasks}),
        ]

    return {"messages": waiting}
