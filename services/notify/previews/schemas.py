"""What a preview is asked of."""

from typing import Annotated

from pydantic import Field

from contracts.actions import Context
from contracts.base import Input
from contracts.parties import Language, Seller
from services.notify.rendering.catalogue import About
from services.notify.rendering.jobs import Sources
from services.notify.rendering.samples import Sample


class PreviewInput(Input):
    """Render for a sample customer, or for `context`, which is real.

    `sources` is a text that is not saved yet; `about` is needed with it for a key that has no text at all.
    `seller` stands in the place of the sample's own. Notify asks nobody: what is real comes with the request.
    """

    language: Language
    sample: Sample = Sample.PROFESSIONAL
    context: Annotated[Context | None, Field(default=None)]
    seller: Seller | None = None
    sources: Sources | None = None
    about: About | None = None
