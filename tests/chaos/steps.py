"""What the journal says of steps, checked against who saw them: the relay, notify's lists, the commits of payments."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from contracts import events as e
from contracts.dunning import CaseFact, ClosingReason, Outcome, Reason
from contracts.scenario import StepKind
from services.dunning.journal.schemas import JournalEntryView
from services.notify.messages.models import MessageStatus
from tests.chaos.evidence import Evidence, field_of, invoice_of, key_of
from tests.chaos.mailbox.faults import REFUSING
from tests.chaos.paid import Span, paid_spans, settled_spans
from tests.chaos.papers import READING
from tests.chaos.verdict import Setting, Verdict

LEEWAY = timedelta(seconds=1)
CLOSED = "the case was closed: "
WITHDRAWN = "withdrawn"
ACTED = (Outcome.CARRIED_OUT, Outcome.UNCERTAIN, Outcome.FAILED)


def judge_steps(verdict: Verdict, evidence: Evidence, setting: Setting) -> None:
    steps = _Steps(evidence, setting)
    steps.that_were_carried_out(verdict)
    steps.that_failed(verdict)
    steps.that_were_left_out(verdict)
    steps.of_cases_at_their_end(verdict)


class _Steps:
    def __init__(self, evidence: Evidence, setting: Setting) -> None:
        self.evidence, self.setting = evidence, setting
        self.entries = [entry for entry in evidence.journal if entry.step and entry.outcome != Outcome.DEFERRED]
        self.messages = {message.key: message for message in evidence.messages}
        self.spans: Mapping[str, Sequence[Span]] = paid_spans(evidence)
        self.settled: Mapping[str, Sequence[Span]] = settled_spans(evidence)
        self.credited = {each.invoice_id: each.committed for each in evidence.credited}
        self.turns: dict[object, list[JournalEntryView]] = defaultdict(list)
        for entry in self.entries:
            self.turns[entry.turn_id].append(entry)

    def that_were_carried_out(self, verdict: Verdict) -> None:
        """Whoever says so, the journal, the stream or notify: the relay has the message, notify the letter or call."""
        count = verdict.count("steps said to be carried out of which there is no trace")
        carried = {key_of(entry) for entry in self.entries if entry.outcome is Outcome.CARRIED_OUT}
        for each in self.evidence.told(e.StepCarriedOut.type):
            if each.at < self.evidence.gathered_at:
                carried.add(":".join(field_of(each, name) for name in ("invoice_id", "scenario", "step", "occurrence")))
        carried |= {key for key, each in self.messages.items() if each.invoice_id and each.status is MessageStatus.SENT}
        mails = {mail.key for mail in self.evidence.mails}
        papers = {paper.key for paper in self.evidence.papers}
        for key in sorted(carried):
            kind = self._kind(key)
            found = kind is StepKind.EVENT or key in (mails if kind is StepKind.EMAIL else papers)
            count.check(found, invoice_of(key), f"{key} was carried out, but there is no {kind}")
        for entry in self.entries:
            if entry.outcome is Outcome.UNCERTAIN:
                key = key_of(entry)
                count.check(key in self.messages, str(entry.invoice_id), f"{key} is uncertain, but notify knows none")

    def that_failed(self, verdict: Verdict) -> None:
        count = verdict.count("e-mails given up for a reason that nobody else saw", is_needed=False)
        for entry in self.entries:
            if entry.outcome is Outcome.FAILED:
                what = f"{key_of(entry)} failed, {entry.reason}: {entry.detail}"
                count.check(self._had_to_fail(entry), str(entry.invoice_id), what)

    def _had_to_fail(self, entry: JournalEntryView) -> bool:
        """The customer has no address, or the relay noted that it refused this message or its recipient then."""
        if entry.reason == Reason.NO_RECIPIENT:
            return str(entry.customer_id) in self.setting.unreachable
        message = self.messages.get(key_of(entry))
        if entry.reason != Reason.REFUSED or message is None or message.status is not MessageStatus.FAILED:
            return False
        began, ended = map(self.setting.clock.real, (message.settled_at, entry.decided_at))
        return any(
            each.fault in REFUSING
            and each.recipient == message.recipient
            and began - LEEWAY <= each.at <= ended + LEEWAY
            for each in self.evidence.struck
        )

    def that_were_left_out(self, verdict: Verdict) -> None:
        count = verdict.count("steps left out for a reason that was not true then", is_needed=False)
        for entry in self.entries:
            if entry.outcome in (Outcome.SKIPPED, Outcome.SUPERSEDED):
                what = f"{key_of(entry)} {entry.outcome}, {entry.reason} {entry.detail}: it was not so"
                count.check(self._had_reason(entry), str(entry.invoice_id), what)

    def _had_reason(self, entry: JournalEntryView) -> bool:
        """Nobody excludes or holds in a run, and no threshold is set: other reasons cannot be."""
        if entry.outcome is Outcome.SUPERSEDED:
            return self._was_superseded(entry)
        if entry.reason == Reason.SETTLED:
            return self._was_paid(entry)
        if entry.reason == Reason.CREDITED:
            return self._was_credited(entry)
        if entry.reason == Reason.EXCLUDED and entry.detail.startswith(CLOSED):
            return self._was_closed(entry, entry.detail.removeprefix(CLOSED))
        return entry.reason == Reason.ALREADY_DONE and any(
            each.id < entry.id and key_of(each) == key_of(entry) and is_final(each) for each in self.entries
        )

    def _was_superseded(self, entry: JournalEntryView) -> bool:
        """By a step of the same turn whose moment had come too, and is no earlier (a weekend brings two together)."""
        real = self.setting.clock.real
        return any(
            each.outcome is not Outcome.SUPERSEDED
            and each.planned_for is not None
            and entry.planned_for is not None
            and entry.planned_for <= each.planned_for
            and real(each.planned_for) <= real(each.decided_at) + LEEWAY
            for each in self.turns[entry.turn_id]
        )

    def _was_paid(self, entry: JournalEntryView) -> bool:
        """When the balance was read; for what was withdrawn meanwhile, at some time since the step's moment, be it for
        a payment or a credit note."""
        decided, spans = self.setting.clock.real(entry.decided_at), self.spans
        since_when = decided - READING
        if entry.evidence.get("status") == WITHDRAWN and entry.planned_for is not None:
            since_when, spans = self.setting.clock.real(entry.planned_for) - LEEWAY, self.settled
        return any(
            since <= decided + LEEWAY and (until is None or until >= since_when)
            for since, until in spans.get(str(entry.invoice_id), ())
        )

    def _was_credited(self, entry: JournalEntryView) -> bool:
        since = self.credited.get(str(entry.invoice_id))
        return since is not None and since <= self.setting.clock.real(entry.decided_at) + LEEWAY

    def _was_closed(self, entry: JournalEntryView, reason: str) -> bool:
        """What closed it was so at some time before."""
        if reason == ClosingReason.SETTLED:
            decided = self.setting.clock.real(entry.decided_at)
            return any(since <= decided for since, _ in self.spans.get(str(entry.invoice_id), ()))
        if reason == ClosingReason.CREDITED:
            return self._was_credited(entry)
        return any(
            each.invoice_id == entry.invoice_id and (each.outcome, each.reason) == (CaseFact.CLOSED, reason)
            for each in self.evidence.journal
            if each.id < entry.id
        )

    def of_cases_at_their_end(self, verdict: Verdict) -> None:
        """A scenario at its end has decided on each step, and has reached whoever has an address and never paid."""
        forgotten = verdict.count("cases at their end with a step that nobody decided on", is_needed=False)
        unreached = verdict.count("cases at their end of which nobody was written to", is_needed=False)
        final: dict[str, list[JournalEntryView]] = defaultdict(list)
        for entry in filter(is_final, self.entries):
            final[str(entry.invoice_id)].append(entry)
        for case in self.evidence.cases:
            scenario = self.setting.scenarios.get(case.scenario)
            if case.closing_reason is not ClosingReason.EXHAUSTED or scenario is None:
                continue
            invoice = str(case.invoice_id)
            left = {step.key for step in scenario.steps} - {entry.step for entry in final[invoice]}
            forgotten.check(not left, invoice, f"exhausted, but nobody decided on {sorted(left)}")
            has_address = str(case.customer_id) not in self.setting.unreachable
            if has_address and not self.spans.get(invoice) and any(s.kind is StepKind.EMAIL for s in scenario.steps):
                fine = any(self._wrote(entry) for entry in final[invoice])
                unreached.check(fine, invoice, "exhausted and never paid, but no e-mail was tried")

    def _wrote(self, entry: JournalEntryView) -> bool:
        return entry.outcome in ACTED and self._kind(key_of(entry)) is StepKind.EMAIL

    def _kind(self, key: str) -> StepKind | None:
        _, scenario, name, _ = key.split(":") if key.count(":") == 3 else ("", "", "", "")
        step = self.setting.step_of(scenario, name)
        return step.kind if step else None


def is_final(entry: JournalEntryView) -> bool:
    """Whether the step needs no more work: one left out since nothing was owed comes again when it is owed again."""
    is_withdrawn = entry.outcome is Outcome.SKIPPED and entry.evidence.get("status") == WITHDRAWN
    return is_withdrawn or entry.outcome in (*ACTED, Outcome.SUPERSEDED)
