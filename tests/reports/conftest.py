"""A manager before the history and the summary, and rows to read."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.bench_pages import bulk
from tests.conftest import MakePerson
from troubleshoot.models import Person, Site


@pytest.fixture
def manager(person: MakePerson, north: Site) -> Person:
    return person("Mona", "manager", site=north)


@pytest.fixture
def emil(person: MakePerson, north: Site) -> Person:
    return person("Emil", "employee", site=north)


@pytest.fixture
def world(person: MakePerson, emil: Person, north: Site, south: Site) -> bulk.World:
    people = [emil, person("Hanna", "helpdesk", site=north), person("Abel", "approver", site=north)]
    return bulk.world(people, [north, south], hosts=8)


@pytest.fixture
def go(client: Client, manager: Person) -> Callable[[str], str]:
    """The page at an address, as the manager of North sees it."""
    client.force_login(manager)

    def get(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, address
        return response.content.decode()

    return get
