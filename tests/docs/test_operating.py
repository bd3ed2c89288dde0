"""The tables of the guide for ops say what the code says."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_json
from pydantic_settings import BaseSettings

from chassis.provision import ProvisionSettings
from chassis.settings import (
    PREFIX,
    AuthSettings,
    BusSettings,
    DatabaseSettings,
    ServiceSettings,
    Settings,
    TemporalSettings,
)
from cli import settings as cli
from contracts.topology import CONSUMERS, DUNNING_CASE, DUNNING_INVOICE, STREAMS
from deploy.local.ports import NAMED_PORTS
from services.billing.settings import Settings as BillingSettings
from services.console.settings import Settings as ConsoleSettings
from services.dunning.settings import Settings as DunningSettings
from services.identity.settings import Settings as IdentitySettings
from services.notify.settings import Settings as NotifySettings
from services.quotes.settings import QuotesSettings
from tests.chaos.judge import judge
from tests.chaos.test_judge import GOOD, SETTING
from tests.docs.pages import page
from workflows.settings import WorkerSettings

OPERATING = page("docs/operating.md")
TABLES: dict[str, Sequence[type[BaseSettings]]] = {
    "Every process": [Settings],
    "Services and workflows: tokens": [AuthSettings],
    "Services: database and bus": [DatabaseSettings, BusSettings, ServiceSettings],
    "quotes": [TemporalSettings, QuotesSettings],
    "billing": [BillingSettings],
    "dunning": [TemporalSettings, DunningSettings],
    "notify": [NotifySettings],
    "identity": [IdentitySettings],
    "console": [BusSettings, ConsoleSettings],
    "workflows": [TemporalSettings, WorkerSettings],
    "provision": [BusSettings, ProvisionSettings],
    "relance, and the local stack": [cli.Where, BusSettings, cli.Settings],
}


@pytest.mark.parametrize("heading", TABLES)
def test_every_setting_stands_with_its_default(heading: str) -> None:
    written = {row[0]: row[1] for row in OPERATING.table(heading)}
    assert written == {name: value for each in TABLES[heading] for name, value in _settings_of(each).items()}


def _settings_of(settings: type[BaseSettings]) -> dict[str, str]:
    """Those that the class itself declares."""
    fields = {name: settings.model_fields[name] for name in settings.__annotations__ if name in settings.model_fields}
    return {_variable(name, field): _default(field) for name, field in fields.items()}


def _variable(name: str, field: FieldInfo) -> str:
    if isinstance(field.validation_alias, AliasChoices):
        return next(str(choice) for choice in field.validation_alias.choices if str(choice).startswith(PREFIX))
    if isinstance(field.validation_alias, str):
        return field.validation_alias
    return PREFIX + name.upper()


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if value is None or value == "":
        return "empty" if value == "" else "none"
    if isinstance(value, Path):
        return str(value.relative_to(cli.CLONE))
    if isinstance(value, bool | datetime | timedelta | Enum):
        return to_json(value).decode().strip('"')
    return str(value)


def test_every_port_stands_with_its_default_and_its_variable() -> None:
    written = [(row[0].split(" ")[0], row[1], row[2]) for row in OPERATING.table("Ports")]
    assert written == [(named.name, str(named.default), named.variable) for named in NAMED_PORTS]


def test_every_stream_and_consumer_stands_in_the_tables() -> None:
    streams, consumers = OPERATING.text.split("| Consumer |")
    for stream in STREAMS:
        assert f"| `{stream.name}` |" in streams
    for consumer in CONSUMERS:
        assert f"| `{consumer.durable}` | `{consumer.stream}` |" in consumers


def test_every_consumer_that_nothing_else_mends_is_named_after_a_loss() -> None:
    """The reconciliation mends what cases hear of invoices, and workflows of cases."""
    section = OPERATING.text.split("### After a loss\n")[1]
    named = set(re.findall(r"[a-z]+(?:-[a-z]+)+", section))
    assert {each.durable for each in CONSUMERS} - {DUNNING_INVOICE.durable, DUNNING_CASE.durable} - named == set()


def test_every_invariant_that_chaos_judges_is_defined() -> None:
    assert [row[0] for row in OPERATING.table("Invariants")] == list(judge(GOOD, SETTING))
