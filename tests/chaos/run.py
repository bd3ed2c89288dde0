"""One run: the stack, a portfolio, the strikes, a while to recover, and the judgement."""

import asyncio
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from chassis.clock import real_now
from chassis.publish import NoStream
from contracts.dunning import CaseState
from contracts.scenario import ScenarioContent
from deploy.local.credentials import mint_of
from deploy.local.player import Player, player_of
from deploy.local.ports import free_ports
from deploy.local.program import CannotStart
from deploy.local.seed import ORGANISATION, seed
from deploy.local.stack import Stack, StackOptions
from tests.chaos.blows import Blow
from tests.chaos.effects import without_effect
from tests.chaos.judge import judge
from tests.chaos.options import ORIGIN, Options
from tests.chaos.plan import ChaoticPlan
from tests.chaos.portfolio import BRISK, HOURS, ORGANISATIONS, PATIENT, SELLERS, Deed, buyers, deeds, shares
from tests.chaos.publisher import StubbornPlayer
from tests.chaos.report import Outcome
from tests.chaos.silence import UNANSWERED
from tests.chaos.striker import Striker
from tests.chaos.strikes import Kind, strikes
from tests.chaos.verdict import Death, Held, Setting
from tests.chaos.witnesses import Witnesses
from tests.support.causes import cause_of

LONGEST_LOOK_S = 60.0
LONGEST_RECOVERY = timedelta(minutes=10)


async def run(options: Options, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Raises CannotStart when the stack does not come up. What does not come back is judged."""
    shutil.rmtree(options.data_dir, ignore_errors=True)
    clock = options.clock
    plan = ChaoticPlan(options.copied, options.by_events_alone)
    stack_options = StackOptions(options.data_dir, ports=free_ports(), clock=clock, quiet=True, plan=plan)
    stack = Stack(stack_options)
    options.data_dir.mkdir(parents=True, exist_ok=True)
    with (options.data_dir / "crashes.log").open("w") as stack.terminal.stream:
        return await _within(stack, options, tell)


async def _within(stack: Stack, options: Options, tell: Callable[[str], None]) -> Outcome:
    tell("Starting the stack.")
    async with stack:
        tell(f"It runs. {options.invoices} invoices will be issued, paid, or dunned.")
        mint = mint_of(stack.shared)
        async with player_of(stack.urls, stack.shared, mint, ORGANISATION, stack.clock) as known:
            players = {organisation: _player(known, organisation, options.seed) for organisation in ORGANISATIONS}
            return await _Run(options, stack, players, tell).play()


def _player(known: Player, organisation: str, seed: int) -> StubbornPlayer:
    """Speaks by the same connections as the one who is known."""
    return StubbornPlayer(known.http, known.js, known.billing, known.mint, organisation, known.clock, seed=seed)


@dataclass
class _Run:
    options: Options
    stack: Stack
    players: Mapping[str, StubbornPlayer]
    tell: Callable[[str], None]
    problems: list[str] = field(default_factory=list)

    @property
    def player(self) -> StubbornPlayer:
        return self.players[ORGANISATION]

    async def play(self) -> Outcome:
        options, clock = self.options, self.stack.clock
        striker = Striker(self.stack, self.player, BRISK, options.seed, tell=self.tell)
        for player in self.players.values():
            await self._prepare(striker, player)
        began = max(real_now(), clock.started)
        kinds = _kinds(self.stack, options.copied)
        plan = strikes(options.seed, seconds=options.seconds, processes=kinds, held=options.held, pace=options.pace)
        if options.by_events_alone:
            self.tell("The reconciliation is held back: events alone must do.")
        self.tell(f"{len(plan)} strikes in {options.seconds:.0f} s, against {sum(map(len, kinds.values()))} processes.")
        async with asyncio.TaskGroup() as group:
            for name, count in shares(options.invoices).items():
                drawn = deeds(options.seed, name, invoices=count, begin=ORIGIN, end=options.ends)
                group.create_task(self._play(self.players[name], drawn))
            group.create_task(striker.strike_all(plan, began=began))
        restarted, down = await striker.heal()
        if options.is_long:
            await striker.make_up(options.seconds, spell=options.day)
        self.tell(_healed(down, options.recovery))
        tokens = {name: player.token for name, player in self.players.items()}
        witnesses = Witnesses(self.stack, self.player.http, self.player.js, tokens)
        calm = await self._calm(witnesses, restarted)
        setting = self._setting(striker, down, recovered=restarted + options.recovery)
        evidence = await witnesses.gather(in_whole={each["id"] for each in setting.answers})
        in_vain = [*_spared(kinds, striker.deaths), *_in_vain(options, striker.blows)]
        return Outcome(
            seed=options.seed,
            blows=striker.blows,
            evidence=evidence,
            verdicts=judge(evidence, setting),
            setting=setting,
            difficulties=[*self.problems, *striker.problems, *in_vain],
            calm_after_s=calm,
            is_long=options.is_long,
            pace=options.pace,
        )

    async def _prepare(self, striker: Striker, player: StubbornPlayer) -> None:
        """A seller, two scenarios, a short staleness, and customers."""
        await seed(self.stack.urls, player.token(), SELLERS[player.organisation])
        for scenario in (BRISK, PATIENT):
            await _publish(striker, scenario, player)
        hours = HOURS.model_dump(mode="json")
        staleness = f"PT{self.options.staleness:g}S"
        policy = {"staleness": staleness, "default_scenario": BRISK.key, "calendar": hours}
        await striker.ask("PUT", "/policy", policy, of=player)
        await player.register(buyers(player.organisation))

    async def _play(self, player: StubbornPlayer, drawn: Sequence[Deed]) -> None:
        """A portfolio that could not be played to its end proves less, and what happened until then is judged."""
        try:
            await player.do(drawn)
        except* (CannotStart, NoStream, httpx2.HTTPError) as errors:
            said = f"the portfolio of {player.organisation} was not played to its end: {cause_of(errors)}"
            self.problems.append(said)

    def _setting(self, striker: Striker, down: Sequence[str], *, recovered: datetime) -> Setting:
        players = self.players.values()
        return Setting(
            self.stack.clock,
            issued={f"{player.organisation} {ref}": each for player in players for ref, each in player.issued.items()},
            held=_held(striker.blows, self.options.staleness),
            deaths=striker.deaths,
            processes=list(self.stack.supervisor.children),
            down=down,
            recovered=recovered,
            published=[each for player in players for each in player.acknowledged],
            answers=[each for player in players for each in player.answers],
            scenarios={scenario.key: scenario for scenario in (BRISK, PATIENT)},
            unreachable=frozenset(each for player in players for each in _unreachable(player)),
        )

    async def _calm(self, witnesses: Witnesses, restarted: datetime) -> float:
        """Wait until nothing is at work, or until nothing has come to its end for as long as recovery may take."""
        moved, least = real_now(), math.inf
        while (now := real_now()) - moved < self.options.recovery and now - restarted < LONGEST_RECOVERY:
            with suppress(*UNANSWERED):
                async with asyncio.timeout(LONGEST_LOOK_S):
                    at_work = await self._at_work(witnesses)
                if not at_work:
                    break
                if at_work < least:
                    moved, least = real_now(), at_work
            await asyncio.sleep(1)
        return (real_now() - restarted).total_seconds()

    async def _at_work(self, witnesses: Witnesses) -> int:
        """How many cases have not come to their end, messages wait, and workflows have no open case or the reverse."""
        cases = [case for case in await witnesses.cases() if case.state is not CaseState.CLOSED]
        unlike = {str(case.invoice_id) for case in cases} ^ await witnesses.running()
        waiting = sum((await witnesses.waiting()).values()) + await witnesses.unfinished_messages()
        now = self.player.business_now()
        late = [case for case in cases if case.scenario == BRISK.key or (case.next_moment and case.next_moment < now)]
        return len(late) + len(unlike) + waiting


def _healed(down: Sequence[str], recovery: timedelta) -> str:
    back = f"Not everything came back: {', '.join(down)} did not." if down else "Everything is up again."
    return f"{back} Waiting until no work is left, or nothing has moved for {recovery.total_seconds():.0f} s."


def _unreachable(player: StubbornPlayer) -> list[str]:
    return [player.customers[each.ref] for each in buyers(player.organisation) if not each.details["email"]]


async def _publish(striker: Striker, scenario: ScenarioContent, player: StubbornPlayer) -> None:
    path = f"/scenarios/{scenario.key}"
    await striker.ask("PUT", f"{path}/draft", scenario.model_dump(mode="json"), of=player)
    await striker.ask("POST", f"{path}/publish", {}, of=player)


def _kinds(stack: Stack, copied: Sequence[str]) -> dict[str, list[str]]:
    """The names of the copies of each kind of process; jobs have ended and cannot be killed."""
    names = [name for name, child in stack.supervisor.children.items() if not child.program.is_job]
    return {name: [each for each in names if each in (name, f"{name}-2")] for name in names if not name.endswith("-2")}


def _spared(kinds: Mapping[str, Sequence[str]], deaths: Sequence[Death]) -> list[str]:
    dead = {death.name for death in deaths}
    return [f"{kind} was never killed" for kind, copies in kinds.items() if not dead & set(copies)]


def _in_vain(options: Options, blows: Sequence[Blow]) -> list[str]:
    """A short run may miss with a family of faults; one that is long enough proves nothing without it."""
    return without_effect(blows) if options.is_long else []


def _held(blows: Sequence[Blow], staleness: float) -> list[Held]:
    starts = [blow.at for blow in blows if blow.strike.kind is Kind.HOLD]
    ends = [blow.at for blow in blows if blow.strike.kind is Kind.RELEASE]
    return [Held(start + timedelta(seconds=staleness), end) for start, end in zip(starts, ends, strict=False)]
