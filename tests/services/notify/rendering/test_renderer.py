"""Templates rendered in real processes: typed, formatted for their reader, and unable to harm."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from contracts.actions import Context
from contracts.parties import Language
from services.notify.rendering.jobs import LONGEST_OUTPUT, Mistake, Sources
from services.notify.rendering.renderer import Renderer, TemplateRefused
from services.notify.rendering.samples import Sample, sample_context
from services.notify.rendering.values import AmountText
from services.notify.templates.defaults import default_templates
from tests.support.lent import Pool

FR, EN = Language.FRENCH, Language.ENGLISH
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.fixture
async def renderer(pool: Pool) -> Renderer:
    renderer = Renderer(size=1)
    pool.lend(renderer)
    return renderer


@pytest.fixture
async def alone() -> AsyncIterator[Renderer]:
    """With a process of its own."""
    renderer = Renderer(size=1)
    yield renderer
    await renderer.close()


def an_invoice(sample: Sample = Sample.PROFESSIONAL, language: Language = FR) -> Context:
    return sample_context("receivable", sample, language)


def a_text(text: str) -> Sources:
    return Sources(subject="Facture", text=text)


async def written(renderer: Renderer, text: str, context: Context | None = None, language: Language = FR) -> str:
    rendering = await renderer.render(a_text(text), context or an_invoice(language=language), language)
    return rendering.text.removesuffix("\n")


async def problem(renderer: Renderer, sources: Sources) -> str:
    problems = await renderer.problems(sources, "receivable", FR)
    assert len(problems) == 1
    return str(problems[0])


async def test_amounts_and_dates_are_written_as_the_reader_writes_them(renderer: Renderer) -> None:
    text = "{{ invoice.balance }}, {{ invoice.due_date }}, {{ today.plus(20) }}, {{ today.plus(20).short }}"

    assert await written(renderer, text) == "1\u202f234,50\xa0€, 31 janvier 2026, 1er mars 2026, 1er mars 2026"
    assert await written(renderer, text, language=EN) == "€1,234.50, 31 January 2026, 1 March 2026, 1 Mar 2026"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("870.00", "XPF", "870\xa0FCFP"), ("0.47", "XPF", "0,47\xa0FCFP"), ("10.50", "TND", "10,50\xa0TND")],
)
def test_an_amount_has_no_more_decimals_than_its_currency_and_hides_none(amount: str, currency: str, text: str) -> None:
    assert str(AmountText(Decimal(amount), currency, FR)) == text


async def test_amounts_compare_and_count_as_true(renderer: Renderer) -> None:
    text = "{{ invoice.balance < invoice.total }} {{ invoice.balance >= 800 }} {{ 'paid' if invoice.paid else 'none' }}"

    assert await written(renderer, text) == "False True none"
    assert await written(renderer, text, an_invoice(Sample.BARE)) == "True True paid"


async def test_a_foreign_address_ends_with_its_country(renderer: Renderer) -> None:
    text = "{{ customer.address }} / {{ seller.address.lines | join('|') }}"

    assert await written(renderer, text, an_invoice(Sample.BARE)) == (
        "Lindenstraße 4, Köln, ALLEMAGNE / 8, quai du Port|44000 Nantes"
    )


async def test_html_is_escaped_and_text_is_not(renderer: Renderer) -> None:
    sources = Sources(subject="{{ customer.name }}", text="{{ customer.name }}", html="<p>{{ customer.name }}</p>")

    rendering = await renderer.render(sources, an_invoice(), FR)

    assert rendering.subject == "Garage Lefèvre & Fils"
    assert rendering.html == "<p>Garage Lefèvre &amp; Fils</p>"


async def test_an_unknown_name_is_refused_with_its_line_and_the_one_that_was_meant(renderer: Renderer) -> None:
    sources = a_text("Bonjour,\n\n{{ invoice.balanse }}")

    assert await problem(renderer, sources) == (
        "text, line 3, column 4: 'invoice.balanse' is not a variable of this template; did you mean 'invoice.balance'?"
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a\n{{ amount }}", "text, line 2, column 4: 'amount' is not a variable"),
        ("{% if quote.total %}{% endif %}", "text, line 1, column 7: 'quote' is not a variable"),
        ("{{ invoice.due_date.long }}", "text, line 1, column 4: 'invoice.due_date.long' is not a variable"),
        ("{{ invoice.balance.real }}", "text, line 1, column 4: 'invoice.balance.real' is not a variable"),
        ("a\nb\n{% if %}", "text, line 3, column 1: Expected an expression"),
        ("{{ step }} {{ 1 + }} {{ today }}", "text, line 1, column 12: unexpected 'end of print"),
        ("{{ step }}\n{{ today }", "text, line 2, column 1: unexpected '}'"),
        ("a\n {% if step %}{% if today %}{% endif %}\n\nb", "text, line 2, column 2: Unexpected end of template"),
        ("{{ step }}{{ step | uper }}", "text, line 1, column 21: No filter named 'uper'"),
        ("{# {{ never }} #}{{ never }}", "text, line 1, column 21: 'never' is not a variable"),
        ("{{ customer['nom'] }}", "text, line 1, column 1: "),
        ("a\n{{ ''.__class__.__mro__ }}", "text, line 2, column 1: "),
        ("{{ customer.name.__class__ }}", "text, line 1, column 1: access to attribute '__class__'"),
        ("{% include '/etc/passwd' %}", "text, line 1, column 1: /etc/passwd"),
        ("{{ today + 1 }}", "text, line 1, column 1: TypeError"),
        ("{{ 'a' * 2000000 }}", f"text: the output is longer than {LONGEST_OUTPUT}"),
        ("{{ 'a' * 3000000000 }}", "text, line 1, column 1: needs too much memory"),
        ("{{ range(1000000) | list }}", "text, line 1, column 1: "),
        (f"a\n{ENDLESS}", "text, line 2: takes more than 2 s of computing"),
    ],
)
async def test_a_template_that_cannot_work_is_refused_with_its_line(renderer: Renderer, text: str, where: str) -> None:
    assert where in await problem(renderer, a_text(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ invoice.totl }}", Mistake.UNKNOWN),
        ("{{ customer['nom'] }}", Mistake.UNKNOWN),
        ("{{ step | uper }}", Mistake.UNKNOWN),
        ("{% if customer.is_consumer %}{{ step | uper }}{% endif %}", Mistake.UNKNOWN),
        ("{{ 1 + }}", Mistake.SYNTAX),
        ("{{ ''.__class__ }}", Mistake.FORBIDDEN),
        ("{% include '/etc/passwd' %}", Mistake.FORBIDDEN),
        ("{{ today + 1 }}", Mistake.FAILS),
        (ENDLESS, Mistake.TOO_SLOW),
        ("{{ 'a' * 2000000 }}", Mistake.TOO_LARGE),
        ("{{ 9 ** (9 ** 9) }}", Mistake.TOO_SLOW),
    ],
)
async def test_each_kind_of_mistake_has_a_code(renderer: Renderer, text: str, code: Mistake) -> None:
    (found,) = await renderer.problems(a_text(text), "receivable", FR)
    assert found.code is code


async def test_an_unknown_name_is_marked_at_each_of_its_places(renderer: Renderer) -> None:
    text = "{{ invoice.totl }} and {{ invoice.totl }}\n{% if invoice.totl %}{{ 'invoice' }}{% endif %}"
    found = await renderer.problems(a_text(text), "receivable", FR)

    assert [(each.line, each.column, each.length) for each in found] == [(1, 4, 12), (1, 27, 12), (2, 7, 12)]
    assert {(each.name, each.suggestion) for each in found} == {("invoice.totl", "invoice.total")}


async def test_one_mistake_does_not_hide_the_others(renderer: Renderer) -> None:
    text = "{% if invoice.totl %}\r\n{{ 1 + }} {{ step | uper }} {{ custmer }}\r\n{{ step }"
    found = await renderer.problems(a_text(text), "receivable", FR)

    assert [(each.line, each.column, each.code, each.name) for each in found] == [
        (1, 1, Mistake.SYNTAX, None),
        (1, 7, Mistake.UNKNOWN, "invoice.totl"),
        (2, 1, Mistake.SYNTAX, None),
        (2, 21, Mistake.UNKNOWN, "uper"),
        (2, 32, Mistake.UNKNOWN, "custmer"),
        (3, 1, Mistake.SYNTAX, None),
    ]


async def test_a_computation_that_cannot_be_interrupted_is_killed_and_the_next_one_works(alone: Renderer) -> None:
    assert "too much memory" in await problem(alone, a_text("{{ 9 ** (9 ** 9) }}"))

    assert await written(alone, "{{ days_late }}") == "9"


async def test_an_empty_or_endless_subject_is_refused(renderer: Renderer) -> None:
    for subject in (" ", "{{ 'a' * 300 }}"):
        assert "1 to 250 characters" in await problem(renderer, Sources(subject=subject, text="a"))


async def test_a_subject_that_a_long_name_makes_too_long_is_cut(renderer: Renderer) -> None:
    context = an_invoice().model_dump(mode="json")
    context["receivable"]["number"] = "F" * 35
    context["receivable"]["contact"]["name"] = "N" * 200
    sources = default_templates()["call"].sources[FR]

    rendering = await renderer.render(sources, type(an_invoice()).model_validate(context), FR)

    assert len(rendering.subject) == 250
    assert rendering.subject.startswith("Appeler NNN")
    assert rendering.subject.endswith("…")


async def test_a_subject_is_one_line_whatever_the_names_in_it(renderer: Renderer) -> None:
    context = an_invoice().model_dump(mode="json")
    context["receivable"]["number"] = "F-1\r\nBcc: everyone@example.org"
    sources = Sources(subject="Facture\n{{ invoice.number }}", text="a")

    rendering = await renderer.render(sources, type(an_invoice()).model_validate(context), FR)

    assert rendering.subject == "Facture F-1 Bcc: everyone@example.org"


async def test_more_requests_than_processes_are_all_answered(alone: Renderer) -> None:
    texts = await asyncio.gather(*(written(alone, f"{{{{ days_late }}}} {n}") for n in range(20)))

    assert texts == [f"9 {n}" for n in range(20)]


async def test_a_process_that_died_is_replaced(alone: Renderer) -> None:
    await alone.processes.warm()
    (process,) = alone.processes.living
    process.kill()
    await process.wait()

    assert await written(alone, "{{ days_late }}") == "9"


async def test_a_process_knows_no_secret_of_the_service(alone: Renderer) -> None:
    await alone.processes.warm()
    (process,) = alone.processes.living
    with open(f"/proc/{process.pid}/environ") as environment:  # noqa: ASYNC230 (a file of the kernel)
        names = {entry.split("=")[0] for entry in environment.read().split("\0") if entry}

    assert names == {"PYTHONPATH", "LANG"}


async def test_a_rendering_that_fails_says_where(renderer: Renderer) -> None:
    with pytest.raises(TemplateRefused, match=r"text, line 2, column 1: .*nothing"):
        await renderer.render(a_text("a\n{{ invoice.nothing }}"), an_invoice(), FR)
