"""What billing does when something happened elsewhere."""

from collections.abc import Sequence

from chassis.bus import Subscription
from chassis.worker import Worker


async def subscribe(worker: Worker) -> Sequence[Subscription]:
    return []
