"""What a test is asked of, and what became of it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from contracts.base import Key
from contracts.parties import Language
from services.notify.previews.schemas import PreviewInput
from services.notify.trials.models import TrialStatus


class TrialInput(PreviewInput):
    """As for a preview. `as_letter`: the PDF of the letter comes with it. The recipient is the caller, always."""

    as_letter: bool = False


class TrialView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    template: Key
    language: Language
    recipient: str
    message_id: str
    status: TrialStatus
    reason: str | None
    requested_at: datetime
