"""Administrators before their browsers."""

import pytest
from django.test import Client

from tests.conftest import TESTER, MakePerson
from troubleshoot import hosts
from troubleshoot.models import Credential, Person, Site


@pytest.fixture
def boss(north: Site, person: MakePerson) -> Person:
    """Administers North."""
    return person("Dora", "administrator", site=north)


@pytest.fixture
def chief(person: MakePerson) -> Person:
    """Administers every site."""
    return person("Carla", "administrator")


@pytest.fixture
def browser(boss: Person) -> Client:
    """A browser in which the administrator of North is signed in."""
    client = Client()
    client.force_login(boss)
    return client


@pytest.fixture
def account(north: Site) -> Credential:
    """An account of North's computers."""
    return hosts.register_credential(
        actor=TESTER, name="north-admin", site=north, username="CORP\\svc", reference="env:MENDPOINT_SECRET_NORTH"
    )
