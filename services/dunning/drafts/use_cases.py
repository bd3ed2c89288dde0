"""Editing drafts: each change is one act on the draft as it stands, so that two people lose nothing of each other."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import ChangedMeanwhile, DomainError, InvalidField, NotFound
from contracts.scenario import ScenarioDraft, Step
from services.dunning.drafts import domain
from services.dunning.drafts.ready_made import READY_MADE
from services.dunning.drafts.schemas import Beginning, DraftView, StepWish
from services.dunning.policies.use_cases import ensure_policy
from services.dunning.scenarios import store
from services.dunning.scenarios.models import DunningScenario, VersionStatus
from services.dunning.scenarios.use_cases import save_draft, version_of


class ScenarioKeyTaken(DomainError):
    def __init__(self, key: str) -> None:
        super().__init__(f"There is a scenario {key} already.")


async def begin(session: AsyncSession, caller: Caller, beginning: Beginning, *, now: datetime) -> ScenarioDraft:
    """409 when the key is taken."""
    await ensure_policy(session, caller.organisation, now=now)
    steps = await _first_steps(session, caller, beginning, now=now)
    key = await _claimed_key(session, caller, beginning, now=now)
    content = ScenarioDraft(key=key, name=beginning.name.strip(), steps=steps)
    return (await save_draft(session, caller, key, content, now=now)).content


async def view(session: AsyncSession, caller: Caller, key: str, *, now: datetime) -> DraftView:
    version = await version_of(session, caller, key, None, now=now)
    published = await store.latest_published(session, caller.organisation, key)
    return DraftView(
        content=_as_draft(version.content),
        published=published.version if published else None,
        is_draft=version.status is VersionStatus.DRAFT,
        saved_at=version.saved_at,
        saved_by=version.saved_by,
        saved_by_name=version.saved_by_name,
        proposals=domain.proposals(version.content),
    )


async def add_step(session: AsyncSession, caller: Caller, key: str, wish: StepWish, *, now: datetime) -> Step:
    draft = await _locked(session, caller, key, now=now)
    step = domain.proposed(draft, kind=wish.kind, days=wish.days)
    await save_draft(session, caller, key, domain.placed(draft, step), now=now)
    return step


async def put_step(
    session: AsyncSession, caller: Caller, key: str, step: Step, *, seen: str | None = None, now: datetime
) -> Step:
    """`seen`: the fingerprint of the step that the writer began with. 409 when somebody changed or removed it since."""
    draft = await _locked(session, caller, key, now=now)
    stands = next((each for each in draft.steps if each.key == step.key), None)
    if seen and stands != step and (stands is None or stands.fingerprint != seen):
        saved = await version_of(session, caller, key, None, now=now)
        raise ChangedMeanwhile(f"step {step.key}", by=saved.saved_by_name or saved.saved_by, at=saved.saved_at)
    await save_draft(session, caller, key, domain.placed(draft, step), now=now)
    return step


async def remove_step(session: AsyncSession, caller: Caller, key: str, step: str, *, now: datetime) -> None:
    draft = await _locked(session, caller, key, now=now)
    await save_draft(session, caller, key, domain.without(draft, step), now=now)


async def rename(session: AsyncSession, caller: Caller, key: str, name: str, *, now: datetime) -> ScenarioDraft:
    draft = await _locked(session, caller, key, now=now)
    return (await save_draft(session, caller, key, domain.renamed(draft, name.strip()), now=now)).content


async def discard(session: AsyncSession, caller: Caller, key: str) -> None:
    """The published version stays as it is. 404 when there is no draft."""
    await store.lock_scenario(session, caller.organisation, key)
    draft = await store.draft(session, caller.organisation, key)
    if draft is None:
        raise NotFound("draft of scenario", key)
    await store.forget_draft(session, draft)


async def _locked(session: AsyncSession, caller: Caller, key: str, *, now: datetime) -> ScenarioDraft:
    """What the next change begins with."""
    await ensure_policy(session, caller.organisation, now=now)
    await store.lock_scenario(session, caller.organisation, key)
    return _as_draft((await version_of(session, caller, key, None, now=now)).content)


def _as_draft(content: ScenarioDraft) -> ScenarioDraft:
    return ScenarioDraft(key=content.key, name=content.name, steps=content.steps)


async def _first_steps(session: AsyncSession, caller: Caller, beginning: Beginning, *, now: datetime) -> list[Step]:
    if beginning.copy_of is not None:
        return (await version_of(session, caller, beginning.copy_of, None, now=now)).content.steps
    if beginning.ready_made is None:
        return []
    if beginning.ready_made not in READY_MADE:
        raise InvalidField("ready_made", beginning.ready_made, f"one of {', '.join(READY_MADE)}")
    return READY_MADE[beginning.ready_made].steps


async def _claimed_key(session: AsyncSession, caller: Caller, beginning: Beginning, *, now: datetime) -> str:
    def row(key: str) -> DunningScenario:
        return DunningScenario(organisation=caller.organisation, key=key, created_at=now)

    if beginning.key is not None:
        if not await store.claim(session, row(beginning.key)):
            raise ScenarioKeyTaken(beginning.key)
        return beginning.key
    for key in domain.keys_for(beginning.name):
        if await store.claim(session, row(key)):
            return key
    raise AssertionError("there are endless keys")
