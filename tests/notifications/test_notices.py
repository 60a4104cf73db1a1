"""A notice leads to a page that exists, whatever it is about; the URL map alone says what the addresses look like."""

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.conftest import MakePerson
from tests.notifications.smtp import MailServer
from troubleshoot import cases, notifications
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Case, Host, Job, Notice, Person, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(person: MakePerson, north: Site) -> Person:
    """Somebody who has a case."""
    return person("Ann", "employee", site=north)


@pytest.fixture
def case(ann: Person) -> Case:
    """What a notice may be about."""
    return cases.open_case(actor=ann, beneficiary=ann, error_text="0x904 0x7", host=None)


@pytest.fixture
def job(ann: Person, case: Case, north: Site) -> Job:
    """What a notice may be about."""
    host = Host.objects.create(name="ACC-01", address="acc-01", site=north)
    return Job.objects.create(kind=Job.Kind.DIAGNOSE, host=host, case=case, requester=ann, state="done")


@pytest.mark.parametrize("about", ["nothing", "case", "job", "both"])
@pytest.mark.parametrize("code", NoticeCode)
def test_every_one_leads_to_a_page_that_exists(
    code: NoticeCode, about: str, ann: Person, case: Case, job: Job, client: Client, server: MailServer
) -> None:
    of_case, of_job = case if about in {"case", "both"} else None, job if about in {"job", "both"} else None
    notifications.notify([ann], code, case=of_case, job=of_job)
    notice = Notice.objects.get()
    kind, path = notice.kind, notice.get_absolute_url()
    try:
        found = resolve(path.partition("?")[0])
    except Resolver404:
        pytest.fail(f"a notice that says {code} leads to {path}, where nothing is")
    expected = "summary" if kind == Notice.Kind.SUMMARY else "case" if of_case else "home"
    assert found.url_name == ("approval" if kind == Notice.Kind.APPROVAL and of_job else expected)
    client.force_login(ann)
    assert f'href="{path}"' in client.get("/notices").content.decode()
    notifications.send_due_deliveries()
    assert f"https://help.corp.example{path}" in str(server.taken[0].get_payload())
