"""How many calls to services a page made and how long they took, as `server-timing`: for tests and for the curious."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TellTheCost:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_cost(message: Message) -> None:
            visit = scope.get("state", {}).get("visit")
            if message["type"] == "http.response.start" and visit is not None:
                account = visit.account
                cost = f'services;dur={account.seconds * 1000:.1f};desc="{account.calls} calls"'
                MutableHeaders(scope=message)["server-timing"] = cost
            await send(message)

        await self.app(scope, receive, with_cost)
