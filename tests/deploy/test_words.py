"""What the stack says about its processes: enough, and no more."""

import io
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local import disk, leftovers, ports
from deploy.local.advice import advise
from deploy.local.keys import Keys, ensure_keys
from deploy.local.logs import LARGEST, Log, log_record
from deploy.local.ports import PortIsMalformed, PortsCollide, configured_ports
from deploy.local.terminal import Terminal

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_line(level: str, message: str = "the relay is slow") -> bytes:
    return json.dumps({"time": "2026-01-31", "level": level, "message": message}).encode() + b"\n"


def test_a_person_sees_warnings_and_worse_alone(tmp_path: Path) -> None:
    shown: list[str] = []
    log = Log(tmp_path / "a.log", shown.append)
    log.take(a_line("INFO") + a_line("WARNING") + a_line("ERROR", 'a "WARNING" was sent'), now=NOON)
    log.take(b"Traceback (most recent call last):\n", now=NOON)

    assert shown == ["warning: the relay is slow", 'error: a "WARNING" was sent']
    assert (tmp_path / "a.log").read_bytes().count(b"\n") == 4
    assert log_record('{not json, "level": "WARNING"') is None


def test_the_last_words_of_a_service_are_readable(tmp_path: Path) -> None:
    log = Log(tmp_path / "a.log", lambda _: None)
    record = {"level": "ERROR", "message": "it broke", "exc_info": "Traceback\n  line 1\nValueError: -1"}
    log.take(json.dumps(record).encode() + b"\nplain words\n", now=NOON)
    assert list(log.last_lines) == ["ERROR it broke", "Traceback", "  line 1", "ValueError: -1", "plain words"]


def test_a_flood_of_warnings_is_cut_short(tmp_path: Path) -> None:
    shown: list[str] = []
    log = Log(tmp_path / "a.log", shown.append)
    for _ in range(100):
        log.take(a_line("WARNING"), now=NOON)
    assert len(shown) == 6
    assert shown[-1] == f"... and more, in {tmp_path / 'a.log'}"


def test_a_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = Log(tmp_path / "a.log", lambda _: None)
    for _ in range(3 * LARGEST // 1_000_000 + 1):
        log.take(b"x" * 999_999 + b"\n", now=NOON)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2 * LARGEST


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("PANIC: could not write to file: No space left on device", "The disk is full"),
        ("OSError: [Errno 98] Address already in use", "Another process holds one of its ports"),
        ("ModuleNotFoundError: No module named 'fastapi'", "A package is missing"),
    ],
)
def test_known_last_words_come_with_what_to_do(words: str, advice: str) -> None:
    assert advice in (advise(["something", words]) or "")


def test_unknown_last_words_come_without_advice() -> None:
    assert advise(["ValueError: -1"]) is None


def test_a_disk_without_room_is_named_with_what_to_do(tmp_path: Path) -> None:
    text = disk.explanation(tmp_path, free=12_000_000, needed=disk.NEEDED_TO_START)
    assert text.startswith(f"The disk of {tmp_path} is full: 12 MB are free, at least 400 MB are needed.")
    assert "make reset" in text
    assert "RELANCE_LOCAL_DIR" in text


def test_a_port_is_set_by_its_variable() -> None:
    assert configured_ports({})["billing"] == 8002
    assert configured_ports({"RELANCE_BILLING_PORT": "9002"})["billing"] == 9002


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1", "8002.5", "٨٠٠٢"])
def test_a_malformed_port_is_refused_by_the_name_of_its_variable(value: str) -> None:
    with pytest.raises(PortIsMalformed, match=r"RELANCE_BILLING_PORT=.*: expected a port number from 1 to 65535"):
        configured_ports({"RELANCE_BILLING_PORT": value})


def test_two_processes_on_one_port_are_both_named() -> None:
    with pytest.raises(PortsCollide, match="Port 8003 is given to both billing and dunning"):
        configured_ports({"RELANCE_BILLING_PORT": "8003"})


def test_ports_promised_to_others_are_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dice:
        def sample(self, _: object, k: int) -> list[int]:
            return list(range(20_000, 20_000 + k))

    monkeypatch.setattr(ports, "is_free", lambda port: port != 20_003)
    monkeypatch.setattr(random, "SystemRandom", Dice)
    first = ports.free_ports()
    assert 20_003 not in first.values()
    assert not set(first.values()) & set(ports.free_ports(but=first.values()).values())


def test_two_runs_with_one_seed_choose_other_ports() -> None:
    random.seed(1)
    first = ports.free_ports()
    random.seed(1)
    assert first != ports.free_ports()


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    keys = Keys.within(tmp_path / "keys")
    ensure_keys(keys)
    first = keys.signing.read_bytes()
    ensure_keys(keys)

    assert keys.signing.read_bytes() == first
    assert keys.signing.stat().st_mode & 0o777 == 0o600
    assert json.loads(keys.jwks.read_text())["keys"][0]["alg"] == "EdDSA"
    assert "d" not in json.loads(keys.jwks.read_text())["keys"][0]


def test_a_terminal_that_is_gone_stops_nothing() -> None:
    stream = io.StringIO()
    terminal = Terminal(["billing"], stream)
    terminal.of("billing", "ready")
    assert stream.getvalue() == "billing │ ready\n"
    stream.close()
    terminal.of("billing", "still there")


def test_nothing_is_left_over_where_nothing_ran(tmp_path: Path) -> None:
    assert leftovers.find(tmp_path) == []
    assert leftovers.end(tmp_path) == 0
