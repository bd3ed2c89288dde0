"""One run: the stack is filled, payments flow, the wave comes, the work ends, and everything is judged."""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from chassis.clock import real_now
from deploy.local.catalogue import Servers, whole_stack
from deploy.local.credentials import mint_of
from deploy.local.player import player_of
from deploy.local.ports import free_ports
from deploy.local.seed import ORGANISATION, seed
from deploy.local.services import Planned
from deploy.local.stack import Stack, StackOptions
from tests.chaos.judge import judge
from tests.chaos.plan import bearing_witness
from tests.chaos.verdict import Setting
from tests.chaos.witnesses import Witnesses
from tests.load import portfolio, times
from tests.load.copies import Copier
from tests.load.filler import Filler
from tests.load.footprint import Meter, Reading, disk
from tests.load.options import Options
from tests.load.progress import Progress
from tests.load.report import Outcome
from workflows.dunning.calendar import moment_of

DAY = timedelta(days=1)
AS_IN_PRODUCTION = {"RELANCE_RECONCILIATION_AT_MOST_EVERY": "PT1H"}
"""On the clock of a run an hour of business is a minute; reconciling each minute would be another load."""
A_MINUTE = timedelta(minutes=1)


async def run(options: Options, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Raises CannotStart when the stack does not come up, and TimeoutError when its work does not end."""
    shutil.rmtree(options.data_dir, ignore_errors=True)
    clock = options.clock
    stack = Stack(StackOptions(options.data_dir, ports=free_ports(), clock=clock, quiet=True, plan=_plan))
    tell("Starting the stack.")
    async with stack:
        mint = mint_of(stack.shared)
        async with player_of(stack.urls, stack.shared, mint, ORGANISATION, stack.clock) as known:
            filler = Filler(**vars(known))
            witnesses = Witnesses(stack, filler.http, filler.js, {ORGANISATION: filler.token}, histories=False)
            progress = Progress(stack, witnesses, options, tell)
            return await _Run(options, stack, filler, witnesses, progress).play()


def _plan(servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> Sequence[Planned]:
    return [bearing_witness(each) for each in whole_stack(servers, {**shared, **AS_IN_PRODUCTION}, ports)]


@dataclass
class _Run:
    """`facts` are numbers by name, `disk` and `readings` what was read when."""

    options: Options
    stack: Stack
    filler: Filler
    witnesses: Witnesses
    progress: Progress
    facts: dict[str, float] = field(default_factory=dict)
    disk: dict[str, dict[str, int]] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)

    async def play(self) -> Outcome:
        await self._prepare()
        await self._note("empty")
        await self._fill()
        wave_at = await self._rouse()
        await self._note("filled")
        begin, end = await self._pay(wave_at)
        await self._note("paid")
        self.progress.tell("Nothing is left to do. Asking everyone what happened, which takes minutes.")
        return await self._outcome(wave_at, begin, end)

    async def _prepare(self) -> None:
        await seed(self.stack.urls, self.filler.token())
        for scenario in (portfolio.WAVE, portfolio.CALM):
            await self._ask("PUT", f"/scenarios/{scenario.key}/draft", scenario.model_dump(mode="json"))
            await self._ask("POST", f"/scenarios/{scenario.key}/publish", {})
        await self._ask("PUT", "/policy", {"calendar": portfolio.CALENDAR.model_dump(mode="json")})

    async def _fill(self) -> None:
        began, calm = real_now(), portfolio.calm(self.options)
        async with self.progress.shown("enrolled"):
            await self.filler.fill(calm, self.copier, due=self._day_after(A_MINUTE))
            await self.progress.all_are_open(calm.count)
        self.facts["enrolled, invoices/s"] = calm.count / (real_now() - began).total_seconds()

    async def _rouse(self) -> datetime:
        """Enrol the invoices of the wave; the real instant of their step."""
        roused_by = timedelta(seconds=self.options.wave / self.facts["enrolled, invoices/s"]) * 1.5 + A_MINUTE
        due = self._day_after(roused_by + self.options.paid_before)
        wave_at = self.stack.clock.real(moment_of(due + DAY, portfolio.CALENDAR))
        self.progress.tell(f"The wave will come at {wave_at:%H:%M:%S}.")
        async with self.progress.shown("enrolled"):
            await self.filler.fill(portfolio.wave(self.options), self.copier, due=due)
            await self.progress.all_are_open(self.options.invoices)
        if real_now() > wave_at - self.options.paid_before:
            raise TimeoutError("the invoices of the wave were not asleep in time: something slowed the machine down")
        return wave_at

    def _day_after(self, real: timedelta) -> date:
        """The business day on which it will be so much later in real time."""
        return self.stack.clock.business(real_now() + real).date()

    @property
    def copier(self) -> Copier:
        return Copier(self.stack.servers.postgres.url("billing", driver="postgresql"))

    async def _pay(self, wave_at: datetime) -> tuple[datetime, datetime]:
        """From the first payment to the last; returns when no work is left."""
        begin, meter = wave_at - self.options.paid_before, Meter(self.stack)
        await asyncio.sleep(max(0.0, (begin - real_now()).total_seconds()))
        self.readings["before payments"] = await meter.read()
        meter.start()
        refs = portfolio.paid(self.options)
        async with self.progress.shown("payments"):
            await self.filler.pay(refs, self.options, begin)
            end = real_now()
            await self.progress.is_calm(wave_at)
        await meter.stop()
        self.readings["after payments"] = await meter.read()
        self.facts |= {f"most memory, {name}, MB": memory for name, memory in meter.peak.items()}
        self.facts["publisher behind, s"] = self.filler.behind
        self.facts["from the last payment to no work left, s"] = (real_now() - end).total_seconds()
        return begin, end

    async def _outcome(self, wave_at: datetime, begin: datetime, end: datetime) -> Outcome:
        evidence = await self.witnesses.gather()
        setting = Setting(
            self.stack.clock,
            issued=dict(self.filler.issued),
            published=self.filler.acknowledged,
            scenarios={scenario.key: scenario for scenario in (portfolio.WAVE, portfolio.CALM)},
        )
        return Outcome(
            options=self.options,
            verdicts=judge(evidence, setting),
            spreads=[*times.payment_times(evidence, wave_at), times.lateness(evidence, wave_at)],
            applied_per_s=times.applied_between(evidence, begin, end),
            facts=self.facts,
            disk=self.disk,
            readings=self.readings,
        )

    async def _note(self, name: str) -> None:
        self.disk[name] = await disk(self.stack, self.filler.js)
        self.readings[name] = await Meter(self.stack).read()

    async def _ask(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        headers = {"authorization": f"Bearer {self.filler.token()}"}
        url = self.stack.urls["dunning"] + path
        (await self.filler.http.request(method, url, json=dict(body), headers=headers, timeout=15)).raise_for_status()
