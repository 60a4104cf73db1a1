"""The icons of the pages: each that a template names is in the sprite, and is drawn without a word."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

NAMED = re.compile(r'{% icon "([^"]+)" %}')
TEMPLATES = list(Path(settings.BASE_DIR, "templates").glob("**/*.html"))


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = Path(settings.BASE_DIR, "static", "icons.svg").read_text(encoding="utf-8")
    named = {name for file in TEMPLATES for name in NAMED.findall(file.read_text(encoding="utf-8"))}
    assert named
    assert {name for name in named if f'id="{name}"' not in sprite} == set()


@pytest.mark.parametrize("name", ["lock", "circle-check"])
def test_an_icon_is_silent_and_points_into_the_sprite(name: str) -> None:
    drawn = Template('{% load icons %}{% icon "' + name + '" %}').render(Context())
    assert drawn == f'<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#{name}"></use></svg>'
