"""What a list shows is exactly what the rules let a person read, for every role at every kind of site."""

import pytest

from tests.conftest import TESTER, MakePerson
from troubleshoot import cases, hosts, people
from troubleshoot.engine import Role
from troubleshoot.models import Case, Host, Job, JobState, Person, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone(north: Site, south: Site, person: MakePerson) -> list[Person]:
    """A person for each role, at one site, at another, and at every site; and one without any."""
    found = [person("Nobody")]
    for role in Role:
        found += [person(f"{role}-{site}", role, site=site) for site in (north, south, None)]
    return found


@pytest.fixture
def world(north: Site, south: Site, everyone: list[Person]) -> None:
    employees = [one for one in everyone if "employee" in one.roles()]
    for number, (site, owner) in enumerate(zip((north, south, north), employees, strict=True)):
        host = hosts.register_host(
            actor=TESTER,
            name=f"ACC-{number}",
            site=site,
            owner=owner,
            lab=True,
            transport="ntlm",
            tls=False,
            rdp_port=3389 + number,
            winrm_port=5985 + number,
        )
        cases.open_case(actor=owner, beneficiary=owner, error_text="0x904", host=host)
        Job.objects.create(kind="connection_test", host=host, requester=owner, beneficiary=owner, state=JobState.DONE)
    cases.open_case(actor=employees[0], beneficiary=employees[0], error_text="0x904", host=None)
    hosts.change_host(actor=TESTER, host=Host.objects.get(name="ACC-1"), assigned=[employees[2], everyone[0]])


@pytest.mark.usefixtures("world")
def test_lists_show_the_same_once_a_computer_has_moved(everyone: list[Person], south: Site) -> None:
    hosts.change_host(actor=TESTER, host=Host.objects.get(name="ACC-0"), site=south)
    test_lists_show_what_may_be_read(everyone)


@pytest.mark.usefixtures("world")
def test_lists_show_what_may_be_read(everyone: list[Person]) -> None:
    for one in everyone:
        assert set(people.permitted_rows(Host.objects.all(), one, "host.read")) == {
            row for row in Host.objects.all() if people.may(one, "host.read", row).allowed
        }, one
        assert set(people.permitted_rows(Case.objects.all(), one, "case.read")) == {
            row for row in Case.objects.all() if people.may(one, "case.read", row).allowed
        }, one
        assert set(people.permitted_rows(Job.objects.all(), one, "job.read")) == {
            row for row in Job.objects.all() if people.may(one, "job.read", row).allowed
        }, one
