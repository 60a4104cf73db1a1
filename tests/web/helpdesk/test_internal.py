"""What helpdesk and approvers say among themselves about a change never reaches the person it is for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.conftest import TESTER
from tests.web.helpdesk.conftest import Browser, Sit
from tests.web.helpdesk.waiting import host, job, path, second
from troubleshoot import cases, people, remediation
from troubleshoot.models import Job, Notice, Person, Site
from troubleshoot.wording import notice_words

__all__ = ["host", "job", "path", "second"]

ASKED, NOTED = "Has Emil asked for this twice before?", "Emil is a difficult caller"


@pytest.fixture
def talked(job: Job, approver: Person, helpdesk: Person) -> Job:
    """The approver has asked helpdesk something, and helpdesk has answered by a note."""
    assert job.case
    remediation.ask_requester(actor=approver, job=job, text=ASKED)
    cases.send_message(actor=helpdesk, case=job.case, text=NOTED, internal=True)
    return job


def approver_of(person: Person, site: Site) -> None:
    until = timezone.now() + timedelta(days=1)
    people.grant_role(actor=TESTER, person=person, role="approver", site=site, until=until)


def test_not_on_any_page_of_the_person(talked: Job, employee: Person, sit: Sit) -> None:
    emil = sit(employee)
    for address in (f"/cases/{talked.case_id}", f"/history/cases/{talked.case_id}", "/notices"):
        page = emil.get(address)
        assert emil.status == 200
        assert ASKED not in page + emil.html, address
        assert NOTED not in page + emil.html, address
    assert not [one for one in Notice.objects.filter(person=employee) if ASKED in notice_words(one)]


@pytest.mark.parametrize("here", [True, False], ids=["of this site", "of another site"])
def test_not_when_the_person_is_an_approver_too(
    here: bool, talked: Job, path: str, employee: Person, north: Site, sit: Sit
) -> None:
    other = people.create_site(actor=TESTER, slug="other", name="Other")
    approver_of(employee, north if here else other)
    cases.send_message(actor=employee, case=talked.case, text="What I wrote myself")  # type: ignore[arg-type]
    page = sit(employee).get(path)
    assert "What I wrote myself" in page
    assert ASKED not in page
    assert NOTED not in page


def test_but_for_whoever_decides_and_for_helpdesk(talked: Job, path: str, second: Browser, desk: Browser) -> None:
    for page in (second.get(path), desk.get(f"/desk/cases/{talked.case_id}")):
        assert ASKED in page
        assert NOTED in page
