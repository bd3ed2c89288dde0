"""What is told of a workflow that needs a person."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Self
from uuid import UUID

from contracts.overdue_list import list_and_day
from services.dunning.overdue_lists.models import OverdueList
from workflows.failing import Troubled, TroubledView


class FailingListView(TroubledView):
    """The overdue list of a person that could not be sent, and the day it was due."""

    owner: str
    owner_name: str
    day: date

    @classmethod
    def of(cls, troubled: Troubled, owners: Mapping[UUID, OverdueList]) -> Self | None:
        """None for a list of none of these owners."""
        list_id, day = list_and_day(troubled.workflow_id)
        row = owners.get(list_id)
        return cls(owner=row.owner, owner_name=row.owner_name, day=day, **asdict(troubled)) if row else None
