"""HTML made into PDF by real processes: warm before they are needed, replaced when they die, never left behind."""

import asyncio
import base64
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from pypdf import PdfReader

from chassis import health
from chassis.printing import NotPrinted, Printer
from chassis.processes import NotWarm, ProcessDied
from tests.support.lent import Pool

ROOT = Path(__file__).parents[2]
PIXEL = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>').decode()
SERVICE = """
import asyncio
from chassis.printing import Printer

async def main():
    printer = Printer()
    await printer.pdf("<p>a</p>")
    print(*(process.pid for process in printer.processes.living), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.fixture
async def printer() -> AsyncIterator[Printer]:
    printer = Printer(size=1)
    yield printer
    await printer.close()


@pytest.fixture
def another(pool: Pool) -> Printer:
    """With a process that is at the ready, for what is not about the processes."""
    printer = Printer()
    pool.lend(printer)
    return printer


async def test_a_page_becomes_the_same_bytes_each_time(printer: Printer) -> None:
    first = await printer.pdf("<title>Été</title><p>1 234,50 €</p>", identifier="F-1")

    assert "1 234,50 €" in PdfReader(io.BytesIO(first)).pages[0].extract_text()
    assert await printer.pdf("<title>Été</title><p>1 234,50 €</p>", identifier="F-1") == first


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/a.png", "page.css", "//host/a.png"])
async def test_nothing_outside_the_page_is_read(another: Printer, address: str) -> None:
    page = f'<base href="file:///etc/"><p><img src="{address}"></p>'

    with pytest.raises(NotPrinted, match="is not fetched; expected a data: address"):
        await another.pdf(page)


async def test_a_page_brings_its_own_pictures(another: Printer) -> None:
    assert (await another.pdf(f'<img src="data:image/svg+xml;base64,{PIXEL}">')).startswith(b"%PDF-")


async def test_it_is_ready_only_once_its_processes_are_and_being_asked_makes_them_start() -> None:
    printer = Printer(size=2)
    try:
        with pytest.raises(NotWarm, match="is starting"):
            await printer.ready()

        async with asyncio.timeout(60):
            while await is_cold(printer):
                await asyncio.sleep(0.02)
        warm = set(printer.processes.living)
        await asyncio.gather(printer.pdf("<p>a"), printer.pdf("<p>b"))

        assert len(warm) == 2
        assert printer.processes.living == warm
    finally:
        await printer.close()


async def is_cold(printer: Printer) -> bool:
    try:
        await printer.ready()
    except NotWarm:
        return True
    return False


async def test_a_request_that_comes_before_that_is_answered() -> None:
    printer = Printer(size=1)
    try:
        with pytest.raises(NotWarm):
            await printer.ready()

        assert (await printer.pdf("<p>a")).startswith(b"%PDF-")
        assert len(printer.processes.living) == 1
    finally:
        await printer.close()


async def test_readyz_names_what_is_still_starting(printer: Printer) -> None:
    app = FastAPI()
    app.include_router(health.router)
    app.state.checks = {"printing": printer.ready}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://any") as client:
        early = await client.get("/readyz")
        await printer.processes.warm()
        await asyncio.sleep(0)
        late = await client.get("/readyz")

    assert (early.status_code, late.status_code) == (503, 200)
    assert early.json()["checks"] == {"printing": "NotWarm: chassis.printing_child is starting"}


async def test_processes_that_cannot_start_say_so_and_are_tried_again() -> None:
    printer = Printer("chassis.no_such_module")

    with pytest.raises(ProcessDied, match="no_such_module"):
        async with asyncio.timeout(20):
            while await is_cold(printer):
                await asyncio.sleep(0.02)

    assert await is_cold(printer)
    await printer.close()


async def test_a_page_is_printed_although_its_idle_process_was_killed(printer: Printer) -> None:
    first = await printer.pdf("<p>a")
    await killed(printer)

    assert await printer.pdf("<p>a") == first


async def test_a_process_killed_at_work_is_told_and_replaced(printer: Printer) -> None:
    await printer.processes.warm()
    printing = asyncio.create_task(printer.pdf("<p>a" * 20_000))
    await asyncio.sleep(0.2)
    await killed(printer)

    with pytest.raises(ProcessDied):
        await printing
    assert (await printer.pdf("<p>a")).startswith(b"%PDF-")


async def killed(printer: Printer) -> None:
    (process,) = printer.processes.living
    process.kill()
    await process.wait()


async def test_a_page_that_takes_too_long_is_given_up_and_the_next_one_printed() -> None:
    printer = Printer(size=1, wall_seconds=0.3)
    try:
        await printer.processes.warm()
        with pytest.raises(ProcessDied, match="TimeoutError"):
            await printer.pdf("<p>a" * 20_000)

        assert (await printer.pdf("<p>a")).startswith(b"%PDF-")
    finally:
        await printer.close()


async def test_closing_while_it_starts_leaves_no_process() -> None:
    printer = Printer(size=2)
    with pytest.raises(NotWarm):
        await printer.ready()
    async with asyncio.timeout(20):
        while len(printer.processes.living) < 2:
            await asyncio.sleep(0.01)
    pids = [process.pid for process in printer.processes.living]

    await printer.close()

    assert not any(is_running(pid) for pid in pids)


def test_no_process_outlives_a_service_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(SERVICE)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as service:
        assert service.stdout
        child = int(service.stdout.readline())
        service.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 10
    while is_running(child):
        assert time.monotonic() < deadline, f"process {child} is still there"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether it still works: one that ended and that nobody has collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("service", ["billing", "quotes", "notify"])
def test_a_service_does_not_load_the_font_libraries(service: str) -> None:
    load = f"import sys, services.{service}.main; sys.exit('weasyprint' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", load], cwd=ROOT, check=False).returncode == 0
