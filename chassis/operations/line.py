"""An API's line to the bus: opened when someone looks after operations, never needed by anything else."""

import asyncio
from dataclasses import dataclass, field

from nats.aio.client import Client as Nats
from nats.js import JetStreamContext

from chassis import bus
from chassis.bus_access import Access
from chassis.problems import DomainError

PATIENCE_S = 2.0
NOT_AGAIN_FOR_S = 5.0
"""After a connection that could not be made, so that those who ask together do not wait one after the other."""


class BusUnavailable(DomainError):
    """The bus does not answer; the same request may be made again."""

    status = 503

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"the bus does not answer: {cause!r}")


@dataclass
class Line:
    """One connection, which comes back by itself once it was there. `name`: as the server lists it."""

    access: Access
    name: str
    _connection: Nats | None = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _refusal: BusUnavailable | None = None
    _refused_until: float = 0.0

    async def js(self) -> JetStreamContext:
        """BusUnavailable when there is no connection and none can be made within 2 s."""
        async with self._opening:
            if self._connection is None:
                self._connection = await self._open()
        return self._connection.jetstream(timeout=PATIENCE_S)

    async def _open(self) -> Nats:
        moment = asyncio.get_running_loop().time()
        if self._refusal and moment < self._refused_until:
            raise self._refusal
        try:
            return await bus.connect(self.access, name=self.name, patience=PATIENCE_S)
        except (OSError, TimeoutError) as error:
            self._refusal, self._refused_until = BusUnavailable(error), moment + PATIENCE_S + NOT_AGAIN_FOR_S
            raise self._refusal from error

    @property
    def version(self) -> str | None:
        """Of the server, once there is a connection."""
        if self._connection is None:
            return None
        version = self._connection.connected_server_version
        return f"{version.major}.{version.minor}.{version.patch}"

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
