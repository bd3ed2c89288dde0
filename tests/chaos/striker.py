"""Carries out the strikes on a running stack and notes when each one fell."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

import httpx2

from chassis.clock import real_now
from contracts.scenario import ScenarioContent
from deploy.local.player import is_answered
from deploy.local.stack import Stack
from deploy.local.state import Condition
from tests.chaos.blows import Blow
from tests.chaos.effects import of_family, with_effect
from tests.chaos.mailbox.faults import FAMILIES, Fault, FaultOrder
from tests.chaos.mailbox.receiver import conversations_of, struck_of
from tests.chaos.portfolio import another_version
from tests.chaos.publisher import StubbornPlayer
from tests.chaos.repetitions import repeat
from tests.chaos.strikes import Kind, Strike
from tests.chaos.verdict import Death

HEALED_WITHIN_S = 120.0
LATE = timedelta(seconds=1)
"""A message that a spell met at its very end is noted a little later."""


@dataclass
class Striker:
    stack: Stack
    player: StubbornPlayer
    scenario: ScenarioContent
    seed: int
    blows: list[Blow] = field(default_factory=list)
    tell: Callable[[str], None] = lambda _: None
    held: set[str] = field(default_factory=set)
    held_since: datetime | None = None
    is_held: asyncio.Event = field(default_factory=asyncio.Event)
    is_released: asyncio.Event = field(default_factory=asyncio.Event)
    problems: list[str] = field(default_factory=list)
    """What the striker itself could not do."""
    versions: int = 0
    publishing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def deaths(self) -> list[Death]:
        return [death for blow in self.blows for death in blow.deaths]

    async def strike_all(self, strikes: Sequence[Strike], *, began: datetime) -> None:
        async with asyncio.TaskGroup() as group:
            for strike in strikes:
                at = began + timedelta(seconds=strike.at)
                await asyncio.sleep(max(0.0, (at - real_now()).total_seconds()))
                group.create_task(self._strike(strike))

    async def heal(self, *, within: float = HEALED_WITHIN_S) -> tuple[datetime, tuple[str, ...]]:
        """Let everything come back; returns when the last process was ready, and those that are not by then."""
        children = self.stack.supervisor.children
        for child in children.values():
            child.kill(signal.SIGCONT)
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not all(map(self._is_well, children)):
                    await asyncio.sleep(0.2)
        down = tuple(name for name in children if not self._is_well(name))
        ready = [child.since for name, child in children.items() if child.since and name not in down]
        return max(ready, default=real_now()), down

    async def make_up(self, at: float, spell: float) -> None:
        """The families of the relay's faults that met nothing have a spell more, of real seconds, once all is up and
        what was late leaves. `at`: what is noted as their time."""
        for family in FAMILIES:
            if not with_effect(of_family(self.blows, family)):
                await self._spoil(Strike(at, Kind.FAULT, fault=family[0], seconds=spell))

    def _is_well(self, name: str) -> bool:
        return self.stack.supervisor.children[name].condition in (Condition.READY, Condition.DONE)

    async def _strike(self, strike: Strike) -> None:
        deal = {
            Kind.KILL: self._strike_down,
            Kind.AMBUSH: self._ambush,
            Kind.FAULT: self._spoil,
            Kind.HOLD: self._hold,
            Kind.RELEASE: self._release,
            Kind.PUBLISH: self._publish,
            Kind.REPEAT: self._repeat,
        }
        await deal[strike.kind](strike)

    def _note(self, strike: Strike, hit: tuple[str, ...] = (), *, effect: str = "", at: datetime | None = None) -> None:
        blow = Blow(at or real_now(), strike, hit, effect)
        self.blows.append(blow)
        down = [name for name in strike.targets if name not in hit] if strike.kind is Kind.KILL else []
        said = f"{', '.join(down)}: down already" if down else effect or ("" if hit else "in vain")
        self.tell(f"{strike.at:6.1f} s  {strike}" + (f" ({said})" if said else ""))

    async def _strike_down(self, strike: Strike) -> None:
        """One that is held back is let alone until it is released: started again it would not be held."""
        held = tuple(name for name in strike.targets if name in self.held)
        free = tuple(name for name in strike.targets if name not in held)
        if free:
            self._note(replace(strike, targets=free), self._killed(free))
        if held:
            await self.is_released.wait()
            self._note(replace(strike, targets=held), self._killed(held))

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

    async def _hold(self, strike: Strike) -> None:
        """One that is just being started again is waited for; one that does not come back is not held."""
        stopped = []
        for name in strike.targets:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEALED_WITHIN_S):
                    while not self._is_well(name):
                        await asyncio.sleep(0.1)
            self.held.add(name)
            stopped += [name] if self._kill(name, signal.SIGSTOP) else []
        self.held_since = real_now()
        self._note(strike, effect=_all_of(stopped, strike, "stopped"), at=self.held_since)
        self.is_held.set()

    async def _release(self, strike: Strike) -> None:
        """As long after they really stood still as was planned."""
        await self.is_held.wait()
        ends = (self.held_since or real_now()) + timedelta(seconds=strike.seconds)
        await asyncio.sleep(max(0.0, (ends - real_now()).total_seconds()))
        at = real_now()
        going = [name for name in strike.targets if self._kill(name, signal.SIGCONT)]
        self._note(strike, effect=_all_of(going, strike, "go on"), at=at)
        self.held.clear()
        self.is_released.set()

    def _kill(self, name: str, number: signal.Signals) -> bool:
        """False when it was down anyway."""
        is_up = self.stack.supervisor.children[name].state.pid is not None
        self.stack.kill(name, number)
        return is_up

    async def _spoil(self, strike: Strike) -> None:
        """Noted once the spell is over, with what it met."""
        at, fault = real_now(), strike.fault
        if fault is None:
            return
        ends = at + timedelta(seconds=strike.seconds)
        await self._misbehave(fault, strike.seconds)
        await asyncio.sleep(max(0.0, (ends - real_now()).total_seconds()))
        known = struck_of(self.stack.servers.mailbox.data_dir)
        met = sum(each.fault is fault and at <= each.at <= ends + LATE for each in known)
        self._note(strike, effect=f"met {met} messages" if met else "", at=at)

    async def _misbehave(self, fault: Fault, seconds: float) -> None:
        """A mailbox that was just killed misbehaves enough, until it is back."""
        order = FaultOrder(fault=fault, until=real_now() + timedelta(seconds=seconds))
        url = f"{self.stack.urls['mailbox']}/fault"
        while real_now() < order.until:
            with suppress(httpx2.TransportError):
                await self.player.http.put(url, json=order.model_dump(mode="json"), timeout=2)
                return
            await asyncio.sleep(0.2)

    async def _publish(self, strike: Strike) -> None:
        """Another version of the scenario, while cases run; they keep theirs, or are brought to it.

        One after the other: of two drafts at once the second replaces the first, whose publisher then finds none.
        """
        async with self.publishing:
            at, self.versions = real_now(), self.versions + 1
            self.scenario = another_version(self.scenario, self.versions)
            path = f"/scenarios/{self.scenario.key}"
            is_drafted = await self.ask("PUT", f"{path}/draft", self.scenario.model_dump(mode="json"))
            is_published = await self.ask("POST", f"{path}/publish", {"migrate": strike.migrate})
            self._note(strike, effect=self.scenario.name if is_drafted and is_published else "", at=at)

    async def ask(self, method: str, path: str, body: object, *, of: StubbornPlayer | None = None) -> bool:
        """A request to dunning, until it is answered; asked again after a lost answer, it is done once. `of`: whose
        organisation is meant, else that of the striker's player.

        False when it was refused or never answered; `problems` says how.
        """
        key = str(uuid4())
        last = real_now() + timedelta(seconds=HEALED_WITHIN_S)
        while real_now() < last:
            headers = {"authorization": f"Bearer {(of or self.player).token()}", "idempotency-key": key}
            url = self.stack.urls["dunning"] + path
            with suppress(httpx2.TransportError):
                response = await self.player.http.request(method, url, json=body, headers=headers, timeout=10)
                if is_answered(response):
                    if response.is_error:
                        self.problems.append(f"{method} {path}: {response.text}")
                    return not response.is_error
            await asyncio.sleep(0.3)
        self.problems.append(f"{method} {path}: no answer")
        return False

    async def _repeat(self, strike: Strike) -> None:
        at = real_now()
        repeated = await repeat(self.player.js, self.seed, strike)
        self._note(strike, effect=f"{repeated} events" if repeated else "", at=at)


def _all_of(names: Sequence[str], strike: Strike, what: str) -> str:
    return f"{', '.join(names)} {what}" if set(names) == set(strike.targets) else ""
