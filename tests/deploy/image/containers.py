"""The processes of a local stack, each in a container of the image, as a pod would run it."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.catalogue import SERVICES, Servers, whole_stack
from deploy.local.program import Program
from deploy.local.services import Job, Planned, PythonModule, Service
from tests.deploy.image.conftest import READ_ONLY, TAG, run

LABEL = f"relance-test-{os.getpid()}"


@dataclass(frozen=True)
class Image:
    """Mounted once: every container has the same root, which none can write."""

    root: Path
    entrypoint: Sequence[str]
    user: str
    directory: str
    variables: Mapping[str, str]

    @classmethod
    def mounted(cls, container: str) -> "Image":
        config = json.loads(run("buildah", "inspect", "--type", "image", TAG))["OCIv1"]["config"]
        return cls(
            root=Path(run("buildah", "mount", container).strip()),
            entrypoint=config["Entrypoint"],
            user=config["User"],
            directory=config["WorkingDir"],
            variables=dict(each.split("=", 1) for each in config["Env"]),
        )


class Contained(Service):
    """One of our processes in a container: it stays, and says at /readyz whether it reaches what it needs."""

    def __init__(self, inner: PythonModule, image: Image, keys: Path, copy: Path) -> None:
        self.inner, self.image, self.keys, self.copy = inner, image, keys, copy
        self.name, self.is_job = inner.name, inner.is_job
        self.port = inner.port if isinstance(inner, Service) else 0

    def prepare(self) -> None:
        """The keys as a Secret is mounted: for the user of the image to read."""
        shutil.copytree(self.keys, self.copy, dirs_exist_ok=True)
        for path in (self.copy, *self.copy.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)

    def command(self) -> Sequence[str]:
        given = {**self.image.variables, **dict.fromkeys(self.inner.environment(), "")}
        return [
            *("podman", "--cgroup-manager=cgroupfs", "run", "--rm", "--runtime", "runc", "--network=host"),
            *(*READ_ONLY, "--cap-drop=all", "--security-opt=no-new-privileges", "--pull=never"),
            *("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=1000:1000", "--label", f"test={LABEL}"),
            *("--user", self.image.user, "--workdir", self.image.directory),
            *("--volume", f"{self.copy}:{self.keys}:ro"),
            *(word for name, value in given.items() for word in ("--env", f"{name}={value}" if value else name)),
            *("--rootfs", str(self.image.root)),
            *(*self.image.entrypoint, "-m", self.inner.module, *self.inner.arguments),
        ]

    def environment(self) -> Mapping[str, str]:
        """What is named on the command line without a value is taken from here."""
        return {**self.inner.environment(), "STORAGE_DRIVER": "vfs"}

    def is_ready(self) -> bool:
        return not self.is_job and super().is_ready()

    @property
    def ports(self) -> Mapping[str, int]:
        return self.inner.ports

    @property
    def address(self) -> str:
        return self.inner.address


@dataclass(frozen=True)
class FromTheImage:
    """The plan of a stack whose servers are the local ones, and whose other processes come from the image."""

    image: Image
    copies: Path

    def __call__(self, servers: Servers, shared: Mapping[str, str], ports: Mapping[str, int]) -> Sequence[Planned]:
        planned = whole_stack(servers, shared, ports)
        jobs = [self._migration(planned, name) for name in SERVICES]
        migrated = frozenset(each.program.name for each in jobs)
        keys = Path(shared["RELANCE_SIGNING_KEY"]).parent
        found: list[Planned] = []
        for each in planned:
            if each.program.name == "migrate":
                found += [Planned(self._contained(job.program, keys), job.after) for job in jobs]
            else:
                after = each.after - {"migrate"} | (migrated if "migrate" in each.after else frozenset())
                found.append(Planned(self._contained(each.program, keys), after))
        return found

    def _contained(self, program: Program, keys: Path) -> Program:
        if not isinstance(program, PythonModule):
            return program  # a server
        return Contained(program, self.image, keys, self.copies / program.name)

    @staticmethod
    def _migration(planned: Sequence[Planned], name: str) -> Planned:
        """With the settings of its service, as the chart gives them."""
        (worker,) = (each.program for each in planned if each.program.name == f"{name}-worker")
        job = Job(f"migrate-{name}", f"services.{name}.main", "migrate", environment=worker.environment)
        return Planned(job, frozenset({"postgres"}))
