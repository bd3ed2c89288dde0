"""`/healthz`: the process is alive. `/readyz`: what it needs can be reached."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

Check = Callable[[], Awaitable[object]]

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    """200 when every check passes within 2 s; 503 names those that do not."""
    results = await run_checks(request.app.state.checks)
    is_ready = all(result == "ok" for result in results.values())
    status = "ready" if is_ready else "not ready"
    return JSONResponse({"status": status, "checks": results}, 200 if is_ready else 503)


async def not_connected() -> None:
    """The check of a server until there is a connection to ask."""
    raise ConnectionError("not connected yet")


async def run_checks(checks: Mapping[str, Check]) -> dict[str, str]:
    results = await asyncio.gather(*(_outcome(check) for check in checks.values()))
    return dict(zip(checks, results, strict=True))


async def _outcome(check: Check) -> str:
    try:
        async with asyncio.timeout(2):
            await check()
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return "ok"
