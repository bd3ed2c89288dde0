"""Templates and variables as the API shows them."""

from operator import attrgetter

from contracts.parties import Language
from services.notify.rendering.catalogue import About, variables_about
from services.notify.rendering.samples import Sample, sample_context
from services.notify.rendering.variables import variables_of
from services.notify.templates.domain import EffectiveTemplate, Text
from services.notify.templates.schemas import TemplateView, TextView, VariablesView, VariableView

YES_NO = {Language.FRENCH: {True: "oui", False: "non"}, Language.ENGLISH: {True: "yes", False: "no"}}


def template_view(template: EffectiveTemplate) -> TemplateView:
    texts = {language: _text(text) for language, text in template.texts.items()}
    return TemplateView(key=template.key, about=template.about, texts=texts)


def _text(text: Text) -> TextView:
    return TextView(
        **text.sources.model_dump(),
        is_default=text.is_default,
        updated_at=text.updated_at,
        updated_by=text.updated_by,
        updated_by_name=text.updated_by_name,
    )


def variables_view(about: About) -> VariablesView:
    """Every variable with what it prints for a sample customer."""
    samples = {each: variables_of(sample_context(about, Sample.PROFESSIONAL, each), each) for each in Language}
    variables = [
        VariableView(
            **variable.model_dump(),
            examples={each: _example(attrgetter(variable.name)(sample), each) for each, sample in samples.items()},
        )
        for variable in variables_about(about)
    ]
    return VariablesView(about=about, variables=variables)


def _example(value: object, language: Language) -> str:
    return YES_NO[language][value] if isinstance(value, bool) else str(value)
