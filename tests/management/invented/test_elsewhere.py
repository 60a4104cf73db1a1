"""In any database but the demo's nothing is invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError
from pytest_django import Settings

from tests.conftest import MakePerson
from troubleshoot.management import demo_data, demo_mark, invented
from troubleshoot.management.process_context import operator
from troubleshoot.models import Case, Host, Person, Site


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def assert_refused() -> None:
    """That it is refused, and that nothing was made."""
    site = Site.objects.first() or Site.objects.create(slug="north", name="North")
    someone = Person.objects.first() or Person(email="x@demo.example")
    with pytest.raises(CommandError, match="Only the demo's own database"):
        invented.invent_history(actor=operator(), sites=[site], desk=someone, approver=someone, own=[])
    assert not Case.objects.exists()
    assert not Person.objects.filter(invented=True).exists()


def test_without_anybody_it_is_refused(db: None) -> None:
    demo_mark.people_file().write_text("[]")
    assert_refused()


def test_among_other_people_it_is_refused(person: MakePerson) -> None:
    demo_data.make_people()
    person("Real")
    assert_refused()


def test_beside_a_real_computer_it_is_refused(db: None) -> None:
    demo_data.make_people()
    Host.objects.create(name="PC-1", address="pc-1.corp.example", site=Site.objects.get(slug="north"))
    assert_refused()


def test_where_the_demo_has_not_kept_its_accounts_it_is_refused(db: None) -> None:
    demo_data.make_people()
    demo_mark.people_file().unlink()
    assert_refused()
