"""Whose a case is: the person it is for, and helpdesk that serves its site, each in their own name."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from tests.fixtures.computers import computer
from tests.fixtures.steps import ERROR
from tests.web.helpdesk.conftest import Browser
from troubleshoot import cases, people
from troubleshoot.models import Case, Grant, Job, JobState, Message, Person, Site


@pytest.fixture
def former(north: Site, south: Site, employee: Person, person: MakePerson) -> Person:
    """Xena opened a case of North for Emil; today she is an employee of South."""
    xena = person("Xena", "helpdesk", site=north)
    case = cases.open_case(actor=xena, beneficiary=employee, error_text=ERROR, host=computer("PC-1", north, employee))
    Job.objects.filter(case=case).update(state=JobState.DONE, ended_at=timezone.now())
    Grant.objects.filter(person=xena).update(revoked_at=timezone.now())
    until = timezone.now() + timedelta(days=3)
    people.grant_role(actor=TESTER, person=xena, role="employee", site=south, until=until)
    return Person.objects.get(pk=xena.pk)


def test_they_read_write_order_and_close_nothing(former: Person) -> None:
    case, browser = Case.objects.get(), Browser(former)
    for address in (f"/cases/{case.pk}", f"/history/cases/{case.pk}"):
        browser.get(address)
        assert browser.status == 404, address
    posts: dict[str, dict[str, Any]] = {
        "say": {"text": "send me your password"},
        "again": {"round": case.round},
        "withdraw": {},
        "help": {},
        "rate": {"helpful": "yes"},
    }
    for name, fields in posts.items():
        browser.post(f"/cases/{case.pk}/{name}", **fields)
        assert browser.status == 404, name
    case.refresh_from_db()
    assert (case.closed_at, case.round, case.asked_for_help_at, Message.objects.count()) == (None, 1, None, 0)
    assert not people.may(former, "job.cancel", case.jobs.get()).allowed


def test_they_still_approve_nothing_of_it(former: Person, north: Site) -> None:
    until = timezone.now() + timedelta(days=3)
    people.grant_role(actor=TESTER, person=former, role="approver", site=north, until=until)
    former = Person.objects.get(pk=former.pk)
    decision = people.may(former, "job.approve", Case.objects.get().jobs.get())
    assert (decision.allowed, decision.rule) == (False, "job.approve:own_request")


@pytest.mark.parametrize(("name", "fields"), [("withdraw", {}), ("not-now", {}), ("rate", {"helpful": "yes"})], ids=str)
def test_helpdesk_does_not_speak_as_the_person(
    helpdesk: Person, north: Site, employee: Person, name: str, fields: dict[str, str]
) -> None:
    case = cases.open_case(
        actor=employee, beneficiary=employee, error_text=ERROR, host=computer("PC-1", north, employee)
    )
    Job.objects.filter(case=case).update(state=JobState.DONE, ended_at=timezone.now())
    browser = Browser(helpdesk)
    browser.post(f"/cases/{case.pk}/{name}", **fields)
    assert browser.status == 403
    case.refresh_from_db()
    assert (case.closed_at, case.put_off_at, case.helpful) == (None, None, None)


def test_somebody_of_helpdesk_withdraws_their_own_case(helpdesk: Person, north: Site) -> None:
    case = cases.open_case(
        actor=helpdesk, beneficiary=helpdesk, error_text=ERROR, host=computer("PC-1", north, helpdesk)
    )
    Browser(helpdesk).post(f"/cases/{case.pk}/withdraw")
    case.refresh_from_db()
    assert case.outcome == Case.Outcome.WITHDRAWN


def test_whoever_serves_the_site_goes_on(helpdesk: Person, north: Site, employee: Person) -> None:
    host = computer("PC-1", north, employee)
    case = cases.open_case(actor=helpdesk, beneficiary=employee, error_text=ERROR, host=host)
    browser = Browser(helpdesk)
    browser.post(f"/desk/cases/{case.pk}/say", text="We look at it")
    assert (browser.status, Message.objects.count()) == (200, 1)


def test_nobody_opens_a_real_case_for_an_invented_person(helpdesk: Person, north: Site, person: MakePerson) -> None:
    invented = person("Ivo")
    Person.objects.filter(pk=invented.pk).update(invented=True)
    browser = Browser(helpdesk)
    assert "no case is opened for them" in browser.post(
        "/desk/new", person="ivo@corp.example", error="0x904", urgency="1"
    )
    assert (browser.status, Case.objects.count()) == (422, 0)
