"""A limit on the bodies of requests."""

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import problem


class BodyLimit:
    """Answers a body of more than `most` bytes with 413, whether it says its length or not.

    FastAPI's own limit answers with bare text, which is no problem document.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self.most:
            return await problem(413, "request_entity_too_large", self._refusal)(scope, receive, send)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:
                raise HTTPException(413, self._refusal)
            return message

        await self.app(scope, counted, send)

    @property
    def _refusal(self) -> str:
        return f"body: too large; expected at most {self.most} bytes"
