"""The list of templates, and the way to a new one."""

import re
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.parties import Language
from contracts.rights import Right
from services.console.pages.templates.names import NAMES, name_of
from services.console.peers.templates import About, Templates
from services.console.web.catalogues import mark
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/templates")

Reader = Annotated[Visit, reading(Right.TEMPLATES_READ)]
Writer = Annotated[Visit, reading(Right.TEMPLATES_WRITE)]

ALTERNATIVES = re.compile(r"{%-?\s*(?:if|elif)\b.*?%}.*?(?={%-?\s*(?:else|endif))", re.S)
"""What stands under a condition, up to what stands otherwise."""
STATEMENT = re.compile(r"{%.*?%}", re.S)
SHORTCODE = re.compile(r"{{-?\s*([\w.]+).*?}}", re.S)
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
NOT_A_KEY = mark("Small letters without accents, digits, - and _, for example %(example)s.")
TAKEN = mark("There is a template of this name already.")


@router.get("")
async def templates(visit: Reader) -> Response:
    found = await Templates(visit.client("notify")).all()
    names = {each.key: name_of(each.key, visit) for each in found}
    return visit.page(
        "templates/list.html", plain=plain, templates=found, names=names, known=NAMES, languages=list(Language),
        may_write=visit.may(Right.TEMPLATES_WRITE),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def plain(subject: str) -> str:
    """To be read in a list: of what depends on a condition what stands otherwise, and shortcodes as their names."""
    read = SHORTCODE.sub(r"[\1]", STATEMENT.sub("", ALTERNATIVES.sub("", subject)))
    return " ".join((read.strip() or SHORTCODE.sub(r"[\1]", STATEMENT.sub("", subject))).split())


@router.get("/new")
async def new(visit: Writer) -> Response:
    return _form(visit, visit.no_form())


@router.post("/new")
async def begin(visit: Writer) -> Response:
    """Nothing is kept yet: the text is written on the next page, and saved there."""
    form = await visit.form()
    key, about = form.text("key", most=63), form.choice("about", About)
    if form.is_valid and not KEY.fullmatch(key):
        form.wrong("key", NOT_A_KEY, example="last-call")
    if form.is_valid and (key == "new" or await Templates(visit.client("notify")).template(key)):
        form.wrong("key", TAKEN)
    if form.is_valid:
        return visit.go(link(f"/templates/{key}/{visit.language}", about=about))
    return _form(visit, form, 422)


def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    return visit.page("templates/new.html", status, form=form, abouts=list(About))
