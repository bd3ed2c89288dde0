"""The rendering processes: one that dies is replaced, and none outlives the service."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from services.billing.documents.press import Press
from tests.services.billing.test_documents import a_sheet

ROOT = Path(__file__).parents[3]
SERVICE = """
import asyncio
from services.billing.documents.press import Press
from tests.services.billing.test_documents import a_sheet

async def main():
    press = Press(1)
    await press.pdf(a_sheet())
    print(*press.pool._processes, flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_a_page_is_rendered_although_a_process_was_killed() -> None:
    press = Press(1)
    try:
        first = await press.pdf(a_sheet())
        (process,) = press.pool._processes.values()
        os.kill(process.pid or 0, signal.SIGKILL)
        await asyncio.sleep(0.2)

        assert await press.pdf(a_sheet()) == first
    finally:
        await press.close()


def test_no_process_outlives_a_service_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(SERVICE)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as service:
        assert service.stdout
        child = int(service.stdout.readline())
        service.kill()

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
