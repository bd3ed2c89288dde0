"""What the local stack consists of."""

from pathlib import Path

from chassis.settings import ServiceSettings
from contracts.clock import Clock
from deploy.local.catalogue import SERVICES, Servers, shared_environment, whole_stack
from deploy.local.keys import Keys
from deploy.local.ports import free_ports
from services.notify.settings import Settings as NotifySettings


def test_an_api_is_not_killed_while_its_requests_may_still_end(tmp_path: Path) -> None:
    ports, keys = free_ports(), Keys.within(tmp_path)
    servers = Servers.of(tmp_path, ports)
    shared = shared_environment(servers, keys, Clock(), ports)
    patience = {each.program.name: each.program.patience_s for each in whole_stack(servers, shared, ports)}

    for name in SERVICES:
        settings = NotifySettings if name == "notify" else ServiceSettings
        assert patience[name] > settings.model_construct().serving_grace, name
    assert patience["billing"] < patience["notify"]
