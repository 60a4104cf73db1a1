"""A fixed text or file of a template is worked out once, and still follows what it depends on."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from pytest_django import Settings

LOADED = "{% load i18n static %}"


def rendered(source: str, **variables: object) -> str:
    return Template(LOADED + source).render(Context(variables))


def test_a_text_follows_the_language() -> None:
    template = Template(LOADED + '{% translate "Yes" %}')
    found = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            found.append(template.render(Context()))
    assert found == ["Yes", "Ja", "Yes"]


def test_a_file_follows_the_storage(settings: Settings) -> None:
    template = Template(LOADED + '{% static "portal.css" %}')
    before = template.render(Context())
    other = {"BACKEND": "tests.web.test_constants.Elsewhere"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": other}
    assert (before, template.render(Context())) == ("/static/portal.css", "elsewhere/portal.css")


class Elsewhere:
    """A storage of files somewhere else."""

    def url(self, name: str) -> str:
        return f"elsewhere/{name}"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% translate word %}", "Never &lt;em&gt;"),
        ('{% translate word|default:"x" %}', "Never &lt;em&gt;"),
        ('{% translate "100 %" %}', "100 %"),
        ('{% translate "one" as two %}{{ two }}{{ two }}', "oneone"),
        ("{% static word %}", "/static/Never%20%3Cem%3E"),
    ],
)
def test_what_is_not_fixed_is_worked_out_each_time(source: str, words: str) -> None:
    assert rendered(source, word="Never <em>") == words


def test_a_tag_without_its_argument_is_a_mistake_as_ever() -> None:
    for source in ("{% translate %}", "{% static %}"):
        with pytest.raises(TemplateSyntaxError):
            rendered(source)
