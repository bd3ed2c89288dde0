"""Carries out the strikes on a running stack and notes when each one fell."""

import asyncio
import random
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import httpx2
from nats.errors import Error as NatsError

from chassis.clock import real_now
from contracts.scenario import ScenarioContent
from deploy.local.stack import Stack
from deploy.local.state import Condition
from tests.chaos.mailbox.faults import Fault, FaultOrder
from tests.chaos.mailbox.receiver import conversations_of
from tests.chaos.portfolio import another_version
from tests.chaos.publisher import StubbornPlayer
from tests.chaos.strikes import Kind, Strike
from tests.chaos.verdict import Death

REPEATED = ("BILLING", "DUNNING", "PAYMENTS")
REPETITIONS = 25
HEALED_WITHIN_S = 120.0


@dataclass(frozen=True)
class Blow:
    """A strike as it fell, in real time; `hit` are the processes that ran then and were killed."""

    at: datetime
    strike: Strike
    hit: tuple[str, ...] = ()


@dataclass
class Striker:
    stack: Stack
    player: StubbornPlayer
    scenario: ScenarioContent
    chance: random.Random
    blows: list[Blow] = field(default_factory=list)
    tell: Callable[[str], None] = lambda _: None
    is_held: asyncio.Event = field(default_factory=asyncio.Event)
    problems: list[str] = field(default_factory=list)
    """What the striker itself could not do."""
    publishing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def kills(self) -> int:
        return len(self.deaths)

    @property
    def deaths(self) -> list[Death]:
        return [Death(blow.at, name) for blow in self.blows for name in blow.hit]

    async def strike_all(self, strikes: Sequence[Strike], *, began: datetime) -> None:
        async with asyncio.TaskGroup() as group:
            for strike in strikes:
                at = began + timedelta(seconds=strike.at)
                await asyncio.sleep(max(0.0, (at - real_now()).total_seconds()))
                group.create_task(self._strike(strike))

    async def heal(self) -> datetime:
        """Let everything come back; returns when the last process was ready."""
        for child in self.stack.supervisor.children.values():
            child.kill(signal.SIGCONT)
        async with asyncio.timeout(HEALED_WITHIN_S):
            while not all(self._is_well(name) for name in self.stack.supervisor.children):
                await asyncio.sleep(0.2)
        return max(child.since for child in self.stack.supervisor.children.values() if child.since)

    def _is_well(self, name: str) -> bool:
        return self.stack.supervisor.children[name].condition in (Condition.READY, Condition.DONE)

    async def _strike(self, strike: Strike) -> None:
        if strike.kind is Kind.HOLD:
            for name in strike.targets:
                await self._hold(name)
            self.is_held.set()
        if strike.kind is Kind.RELEASE:
            await self.is_held.wait()
            for name in strike.targets:
                self._kill(name, signal.SIGCONT)
        if strike.kind is Kind.AMBUSH:
            await self._ambush(strike)
            return
        self._note(strike, self._killed(strike.targets) if strike.kind is Kind.KILL else ())
        if strike.kind is Kind.FAULT and strike.fault is not None:
            await self._misbehave(strike.fault, strike.seconds)
        if strike.kind is Kind.PUBLISH:
            await self._publish(strike.migrate)
        if strike.kind is Kind.REPEAT:
            await self._repeat()

    def _note(self, strike: Strike, hit: tuple[str, ...] = ()) -> None:
        self.blows.append(Blow(real_now(), strike, hit))
        down = [name for name in strike.targets if name not in hit] if strike.kind is Kind.KILL else []
        self.tell(f"{strike.at:6.1f} s  {strike}" + (f" ({', '.join(down)}: down already)" if down else ""))

    def _killed(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(name for name in names if self._kill(name, signal.SIGKILL))

    async def _ambush(self, strike: Strike) -> None:
        """Kill the senders in the second between the relay's acceptance of a message and its answer."""
        ends = real_now() + timedelta(seconds=strike.seconds)
        before = self._lingering()
        await self._misbehave(Fault.KEEP_AND_LINGER, strike.seconds)
        while self._lingering() == before:
            if real_now() > ends:
                self._note(replace(strike, targets=("no message came",)))
                return
            await asyncio.sleep(0.05)
        self._note(strike, self._killed(strike.targets))

    def _lingering(self) -> int:
        known = conversations_of(self.stack.servers.mailbox.data_dir)
        return sum(each.fault is Fault.KEEP_AND_LINGER for each in known)

    async def _hold(self, name: str) -> None:
        async with asyncio.timeout(HEALED_WITHIN_S):
            while not self._is_well(name):
                await asyncio.sleep(0.1)
        self._kill(name, signal.SIGSTOP)

    def _kill(self, name: str, number: signal.Signals) -> bool:
        """False when it was down anyway."""
        is_up = self.stack.supervisor.children[name].state.pid is not None
        self.stack.kill(name, number)
        return is_up

    async def _misbehave(self, fault: Fault, seconds: float) -> None:
        """A mailbox that was just killed misbehaves enough, until it is back."""
        order = FaultOrder(fault=fault, until=real_now() + timedelta(seconds=seconds))
        url = f"{self.stack.urls['mailbox']}/fault"
        while real_now() < order.until:
            with suppress(httpx2.TransportError):
                await self.player.http.put(url, json=order.model_dump(mode="json"), timeout=2)
                return
            await asyncio.sleep(0.2)

    async def _publish(self, migrate: bool) -> None:
        """Another version of the scenario, while cases run; they keep theirs, or are brought to it.

        One after the other: of two drafts at once the second replaces the first, whose publisher then finds none.
        """
        async with self.publishing:
            self.scenario = another_version(self.scenario, len(self.blows))
            path = f"/scenarios/{self.scenario.key}"
            await self.ask("PUT", f"{path}/draft", self.scenario.model_dump(mode="json"))
            await self.ask("POST", f"{path}/publish", {"migrate": migrate})

    async def ask(self, method: str, path: str, body: object) -> None:
        """A request to dunning, until it is answered; asked again after a lost answer, it is done once."""
        key = str(uuid4())
        last = real_now() + timedelta(seconds=HEALED_WITHIN_S)
        while real_now() < last:
            headers = {"authorization": f"Bearer {self.player.token()}", "idempotency-key": key}
            url = self.stack.urls["dunning"] + path
            with suppress(httpx2.TransportError):
                response = await self.player.http.request(method, url, json=body, headers=headers, timeout=10)
                if response.status_code < 500:
                    if response.is_error:
                        self.problems.append(f"{method} {path}: {response.text}")
                    return
            await asyncio.sleep(0.3)
        self.problems.append(f"{method} {path}: no answer")

    async def _repeat(self) -> None:
        """Old events once more, under a new number of the server's: late, and out of their order."""
        for stream in REPEATED:
            with suppress(NatsError, TimeoutError, OSError):
                state = (await self.player.js.stream_info(stream)).state
                for _ in range(REPETITIONS):
                    number = self.chance.randint(state.first_seq, max(state.last_seq, state.first_seq))
                    old = await self.player.js.get_msg(stream, seq=number)
                    headers = {**(old.headers or {}), "Nats-Msg-Id": f"again-{stream}-{number}-{self.chance.random()}"}
                    await self.player.js.publish(old.subject or "", old.data or b"", headers=headers, timeout=2)
