"""What identity tells Prometheus: which API keys expire soon, or have expired."""

from collections.abc import Mapping, Sequence

from chassis.clock import real_now
from chassis.figures import Figure, Labels, Measure
from chassis.worker import Worker
from services.identity.figures import store


def measures(worker: Worker) -> Mapping[str, Measure]:
    async def api_keys() -> Sequence[Figure]:
        now = real_now()
        async with worker.sessions() as session:
            keys = await store.keys_to_tell(session, now=now)
        left: dict[Labels, float] = {}
        for organisation, name, expires_at in sorted(keys, key=lambda key: key[2], reverse=True):
            left[organisation, name] = (expires_at - now).total_seconds()  # of two with one name the first to expire
        return [
            Figure(
                "relance_api_key_expires_seconds",
                "Until an API key expires; below 0 once it has, until it is revoked or for 30 days",
                left,
                ("organisation", "name"),
            ),
        ]

    return {"API keys": api_keys}
