"""Both versions of every process: which programs run, from which tree, on which ports."""

from collections.abc import Mapping, Sequence

from deploy.local.catalogue import SERVICES, Servers, whole_stack
from deploy.local.ports import free_ports
from deploy.local.services import Job, Planned, PythonModule, Service
from tests.upgrade.release import Release

OLD, NEW = "old", "new"
"""The build ids of their workers."""
LEAN = {
    "RELANCE_DATABASE_POOL": "6",
    "RELANCE_TEMPLATE_WORKERS": "1",
    "RELANCE_PDF_WORKERS": "1",
    "RELANCE_SMTP_CONNECTIONS": "2",
}
"""Two cores carry two copies of everything."""
LEFT_OUT = frozenset({"console"})
"""It has no data and starts no workflow."""


class Versions:
    """`ports`: of the processes of each version, by version and name. The APIs' own addresses are the fronts'."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.ports = {OLD: free_ports(), NEW: free_ports()}

    def old(self, servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> list[Planned]:
        """The servers and everything of the last release, its jobs included."""
        own = {**self.ports[OLD], **{name: ports[name] for name in ("postgres", "nats", "temporal")}}
        planned = [
            each
            for each in whole_stack(servers, {**shared, **LEAN, "RELANCE_BUILD_ID": OLD}, own)
            if each.program.name not in LEFT_OUT
        ]
        for each in planned:
            if isinstance(each.program, PythonModule):
                each.program.python = self.release.python
        return planned

    def new(self, servers: Servers, shared: Mapping[str, str]) -> list[Planned]:
        """The jobs and processes of the working tree, beside what runs; whoever uses them starts them in turn."""
        settings = {**shared, **LEAN, "RELANCE_BUILD_ID": NEW}
        staying = [
            each.program
            for each in whole_stack(servers, settings, self.ports[NEW])
            if isinstance(each.program, Service) and each.program.name not in LEFT_OUT
        ]
        jobs: list[PythonModule] = [Job("provision", "chassis.provision", environment=lambda: settings)]
        jobs += [
            Job(f"migrate-{each.name}", each.module, "migrate", environment=each.environment)
            for each in staying
            if each.name in SERVICES
        ]
        for program in (*jobs, *staying):
            program.name = f"{program.name}-{NEW}"
        return [Planned(program) for program in (*jobs, *staying)]


def jobs_of(planned: Sequence[Planned]) -> list[str]:
    return [each.program.name for each in planned if each.program.is_job]


def staying_of(planned: Sequence[Planned]) -> list[str]:
    return [each.program.name for each in planned if isinstance(each.program, Service)]
