"""The process that renders templates: `python -m services.notify.rendering.worker`."""

from chassis.child import serve
from contracts.parties import Language
from services.notify.rendering.check import problems_of
from services.notify.rendering.jobs import Answer, Job, RenderJob, Sources
from services.notify.rendering.samples import Sample, sample_context
from services.notify.rendering.sandbox import Refused, render
from services.notify.rendering.variables import variables_of

CPU_SECONDS = 2.0
MEMORY = 768

FIRST = Sources(subject="{{ invoice.number }}", text="{{ invoice.balance }}, {{ invoice.due_date }}", html="<p>")


def answer(request: bytes) -> bytes:
    return _done(Job.model_validate_json(request)).model_dump_json().encode()


def _done(job: Job) -> Answer:
    work = job.job
    if not isinstance(work, RenderJob):
        return Answer(problems=problems_of(work.sources, work.about, work.language))
    try:
        return Answer(rendering=render(work.sources, variables_of(work.context, work.language)))
    except Refused as refused:
        return Answer(problems=[refused.problem])


def warm_up() -> None:
    """Load how both languages write amounts and dates."""
    for language in Language:
        context = sample_context("receivable", Sample.PROFESSIONAL, language)
        render(FIRST, variables_of(context, language))


if __name__ == "__main__":
    serve(answer, prepare=warm_up, cpu_seconds=CPU_SECONDS, memory=MEMORY)
