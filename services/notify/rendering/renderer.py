"""Render templates: the one entry of this folder."""

from chassis.processes import ProcessDied, Processes
from contracts.actions import Context
from contracts.parties import Language
from services.notify.rendering.catalogue import About
from services.notify.rendering.jobs import Answer, CheckJob, Job, Mistake, Problem, Rendering, RenderJob, Sources

MODULE = "services.notify.rendering.worker"


class TemplateRefused(Exception):
    """A template cannot be rendered; `problems` say where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class Renderer:
    """Renders in processes of their own; a template can neither block nor harm the service."""

    def __init__(self, *, size: int = 2) -> None:
        self.processes = Processes(MODULE, size=size)

    async def render(self, sources: Sources, context: Context, language: Language) -> Rendering:
        """The texts for a reader of `language`. Raises TemplateRefused."""
        answer = await self._ask(Job(job=RenderJob(sources=sources, context=context, language=language)))
        if answer.rendering is None:
            raise TemplateRefused(answer.problems)
        return answer.rendering

    async def problems(self, sources: Sources, about: About, language: Language) -> list[Problem]:
        """What forbids saving a template: unknown names, syntax, loops without end, too large an output."""
        return (await self._ask(Job(job=CheckJob(sources=sources, about=about, language=language)))).problems

    async def close(self) -> None:
        await self.processes.close()

    async def _ask(self, job: Job) -> Answer:
        try:
            return Answer.model_validate_json(await self.processes.run(job.model_dump_json().encode()))
        except ProcessDied:
            message = "takes more than 2 s of computing or too much memory: a loop without end?"
            return Answer(problems=[Problem(part=None, line=None, message=message, code=Mistake.TOO_SLOW)])
