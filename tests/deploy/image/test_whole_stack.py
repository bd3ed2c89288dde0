"""Every process of the product from the image, on the local servers: an invoice is printed, paid, its case closed."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pypdf import PdfReader

from chassis.auth import Role
from deploy.local.credentials import mint_of
from deploy.local.ports import free_ports
from deploy.local.stack import Stack, StackOptions
from tests.deploy.image.conftest import TAG, run
from tests.deploy.image.containers import LABEL, FromTheImage, Image
from tests.deploy.smoke.conftest import smoke

pytestmark = [pytest.mark.image, pytest.mark.timeout(1800), pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def mounted(image: str) -> Iterator[Image]:
    container = run("buildah", "from", TAG).strip()
    try:
        yield Image.mounted(container)
    finally:
        left = run("podman", "ps", "--all", "--quiet", "--filter", f"label=test={LABEL}").split()
        for each in left:
            run("podman", "rm", "--force", "--time", "2", each)
        run("buildah", "umount", container)
        run("buildah", "rm", container)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(mounted: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    directory = tmp_path_factory.mktemp("contained")
    directory.chmod(0o755)
    plan = FromTheImage(mounted, directory / "keys")
    async with Stack(StackOptions(directory / "main", ports=free_ports(), quiet=True, plan=plan)) as stack:
        yield stack


async def test_an_invoice_is_paid_by_an_event_and_its_case_closes(stack: Stack) -> None:
    ended = await asyncio.to_thread(smoke, {"RELANCE_LOCAL_DIR": str(stack.data_dir.parent)}, "local")

    assert ended.returncode == 0, ended.stdout + ended.stderr


async def test_an_invoice_is_printed_with_the_fonts_of_the_image(stack: Stack) -> None:
    token = mint_of(stack.shared).token("image", "smoke", [Role.ADMIN])
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {token}"}, timeout=60) as http:
        issued = (await http.get(f"{stack.urls['billing']}/invoices", params={"status": "issued"})).json()["items"]
        printed = await http.get(f"{stack.urls['billing']}/invoices/{issued[0]['id']}/pdf")

    assert printed.content.startswith(b"%PDF")
    resources: Any = PdfReader(io.BytesIO(printed.content)).pages[0]["/Resources"]
    names = {str(font.get_object()["/BaseFont"]) for font in resources["/Font"].values()}
    assert names
    assert all("DejaVu" in name for name in names), names


async def test_each_of_our_processes_is_the_user_of_the_image(stack: Stack) -> None:
    found = run("podman", "ps", "--quiet", "--filter", f"label=test={LABEL}").split()

    assert len(found) == 12
    for each in found:
        assert set(run("podman", "top", each, "huser").split()[1:]) == {"10001"}
