"""`relance bounce`, as a mail server's pipe calls it."""

from pathlib import Path

from tests.cli.conftest import Relance
from tests.services.notify.bounces.mails import OURS, a_mail
from tests.support.counter import Counter

NOBODY = "http://127.0.0.1:1"


async def test_a_mail_is_kept_by_the_mail_server_while_notify_does_not_answer(relance: Relance) -> None:
    ended = await relance.where(notify_url=NOBODY)("bounce", stdin=a_mail("postfix", OURS).decode())

    assert ended.code == 75
    assert f"notify does not answer at {NOBODY}" in ended.err


async def test_a_file_that_is_not_there_is_named(relance: Relance, counter: Counter, tmp_path: Path) -> None:
    ended = await relance.where(notify_url=counter.url)("bounce", str(tmp_path / "none.eml"))

    assert ended.code == 2
    assert f"{tmp_path / 'none.eml'}: No such file or directory" in ended.err
