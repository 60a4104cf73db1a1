"""What one change was, as everybody who may read it sees it: on its page, beside its case, and in the file."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.bench_pages import bulk
from tests.conftest import MakePerson
from tests.fixtures.chain import _quick, north
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, agreed, opened, planned
from tests.reports.pages import queries, read
from tests.web.helpdesk.conftest import text_of
from troubleshoot import cases, remediation, reports
from troubleshoot.audit import Machine
from troubleshoot.engine import Code
from troubleshoot.models import Case, Host, Job, Person, Plan, Site
from troubleshoot.people import permitted_rows

__all__ = ["_quick", "north"]
pytestmark = pytest.mark.django_db

WHY = "The trust is broken <b>until noon</b>"


@pytest.fixture
def job(lab: MakeLab, helpdesk: Person, employee: Person, approver: Person, work: Work) -> Job:
    """A dangerous change of a simulated computer: asked for, approved, made, checked, and judged by its person."""
    case = opened(helpdesk, lab("certificate-service-stopped", name="ACC-12").row, work, beneficiary=employee)
    Host.objects.update(critical=True)  # so that a second person decides
    job = planned(helpdesk, case, work, why=WHY)
    agreed(approver, job)
    work()
    case = Case.objects.get(pk=case.pk)
    cases.answer_step(actor=employee, case=case, step=case.at_step, value="worked")
    return Job.objects.get(pk=job.pk)


@pytest.fixture(params=["manager", "auditor"])
def reader(request: pytest.FixtureRequest, client: Client, person: MakePerson, north: Site) -> Client:
    """The browser of somebody who only reads."""
    client.force_login(person("Rita", request.param, site=north))
    return client


@pytest.fixture
def mona(client: Client, manager: Person) -> Client:
    """The manager's browser."""
    client.force_login(manager)
    return client


def little(job: Job, **fields: Any) -> Job:
    """Another change like this one, of which nothing else was noted."""
    given = {"plan": job.plan, "case": job.case, "host": job.host, "action": job.action, "requester": job.requester}
    return Job.objects.create(kind=Job.Kind.APPLY, **given | fields)


def page(client: Client, job: Job) -> str:
    """The text of the page of a change."""
    return text_of(client.get(f"/history/changes/{job.pk}").content.decode())


def row(client: Client, job: Job) -> dict[str, str]:
    """The row of a change in the file."""
    return next(one for one in read(client, "/history.csv") if one["job"] == str(job.pk))


class TestAChange:
    def test_is_read_on_its_page(self, job: Job, reader: Client) -> None:
        said = page(reader, job)
        assert "Windows service SessionEnv: state stopped running running" in said
        assert f"Why {WHY} Asked for by Hanna" in said
        assert re.search(r"Approved by Abel, \d\d:\d\d:\d\d Started by Hanna, \d\d:\d\d:\d\d", said)
        assert "Certificate shown to the network: none was shown → in order" in said
        assert "The person says works (Emil, " in said
        assert job.plan
        assert f"Digest of the plan {job.plan.digest[:4]} {job.plan.digest[4:8]}" in said
        assert job.plan.digest not in said

    def test_is_read_in_the_file(self, job: Job, reader: Client) -> None:
        found = row(reader, job)
        rows = zip(*(found[name].split("\r\n") for name in ("setting", "before", "planned", "afterwards")), strict=True)
        assert ("Windows service SessionEnv: state", "stopped", "running", "running") in list(rows)
        assert job.plan
        assert (found["reason"], found["plan digest"]) == (WHY, job.plan.digest)
        assert (found["approved by"], found["started by"], found["declined by"]) == ("Abel", "Hanna", "")
        assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", found[f"{act} (UTC)"]) for act in ("approved at", "began at"))
        assert "Certificate shown to the network: none was shown → in order" in found["checked"].split("\r\n")
        assert (found["person said"], found["person said by"], found["undone by"]) == ("works", "Emil", "")

    def test_stands_beside_its_case_and_leads_there_from_the_list(self, job: Job, reader: Client) -> None:
        assert f'href="/history/changes/{job.pk}"' in reader.get("/history").content.decode()
        said = text_of(reader.get(f"/history/cases/{job.case_id}").content.decode())
        assert "Windows service SessionEnv: state stopped running running" in said
        assert "Approved by Abel" in said

    def test_stands_in_the_history_of_its_computer(self, job: Job, client: Client, helpdesk: Person) -> None:
        case = cases.open_case(actor=helpdesk, beneficiary=helpdesk, error_text="0x904", host=job.host)
        client.force_login(helpdesk)
        address, target = f"/history/changes/{job.pk}", f"change-{job.pk}"
        seen = client.get(f"/desk/cases/{case.pk}").content.decode()
        assert f'hx-get="{address}" hx-trigger="toggle once" hx-target="#{target}"' in seen
        assert f'id="{target}"' in seen
        assert f'<a href="{address}">' in seen  # without scripts
        unfolded = client.get(address, headers={"HX-Request": "true", "HX-Target": target}).content.decode()
        assert "<h1" not in unfolded
        assert "Windows service SessionEnv: state stopped running running" in text_of(unfolded)
        assert "Approved by Abel" in text_of(unfolded)

    def test_says_when_by_whom_and_why_it_was_undone(
        self, job: Job, mona: Client, helpdesk: Person, work: Work
    ) -> None:
        undo = remediation.request_revert(actor=helpdesk, job=job, reason="It was not the cause")
        work()
        assert re.search(
            r"Undone \d\d:\d\d:\d\d · asked for by Hanna, [\d:]+ · why: It was not the cause", page(mona, job)
        )
        assert "answers properly" not in page(mona, job), "that was before it was undone"
        found = row(mona, job)
        assert (found["undone by"], found["undone because"]) == ("Hanna", "It was not the cause")
        assert re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", found["undone at (UTC)"])
        assert "Undo: Renew the Remote Desktop certificate" in page(mona, undo)
        assert "Windows service SessionEnv: state running stopped stopped" in page(mona, undo)

    def test_says_why_the_portal_undid_it(self, job: Job, mona: Client, work: Work) -> None:
        remediation.queue_revert(job, actor=Machine("keeper", "one"), because=Code.UNDOING_WORSE)
        work()
        assert re.search(
            r"asked for by the portal itself, [\d:]+ · "
            r"why: Undoing the change of .* UTC, because the check was worse than before",
            page(mona, job),
        )

    def test_has_the_word_that_was_said_of_it_and_not_of_a_later_round(
        self, job: Job, mona: Client, employee: Person, work: Work
    ) -> None:
        assert job.case
        cases.check_computer_again(actor=employee, case=Case.objects.get(pk=job.case.pk))
        work()
        assert row(mona, job)["person said"] == "works"

    def test_is_read_by_the_person_whose_computer_it_is(self, job: Job, client: Client, employee: Person) -> None:
        client.force_login(employee)
        assert "Approved by Abel" in page(client, job)

    def test_of_another_site_or_none_is_not_there(self, job: Job, client: Client, person: MakePerson) -> None:
        south = Site.objects.create(slug="south", name="South")
        client.force_login(person("Sara", "manager", site=south))
        for key in (job.pk, job.case_id, "01890000-0000-7000-8000-000000000000"):
            assert client.get(f"/history/changes/{key}").status_code == 404
        assert read(client, "/history.csv") == []


class TestWhatIsNotKnown:
    """Rows that tell little, as those of before do."""

    def test_is_said_to_be_not_recorded(self, job: Job, mona: Client) -> None:
        bare = little(job, state="failed", started_at=job.started_at)
        said = page(mona, bare)
        assert "Windows service SessionEnv: state stopped running not read afterwards" in said
        assert "Why not recorded" in said
        assert "Started by not recorded, " in said
        assert "How it was checked not recorded" in said
        found = row(mona, bare)
        assert (found["started by"], found["checked"], found["reason"]) == ("not recorded", "", "")

    def test_is_not_called_changed_where_nothing_was_begun(self, job: Job, mona: Client) -> None:
        said = page(mona, little(job, state="expired", needs_approval=True))
        assert "Windows service SessionEnv: state stopped running not changed" in said
        assert "Approved by nobody has decided Started by not started" in said

    def test_is_not_told_from_a_plan_that_is_not_what_its_digest_says(self, job: Job, mona: Client) -> None:
        assert job.plan
        document = job.plan.document | {"risk": "forged"}
        forged = Plan.objects.create(host=job.host, action=job.action, document=document, digest=job.plan.digest)
        bare = little(job, plan=forged, state="failed")
        said = page(mona, bare)
        assert "The stored plan is not what its digest says" in said
        assert "SessionEnv" not in said
        assert row(mona, bare)["setting"] == ""


class TestManyChanges:
    def test_ask_as_many_questions_as_few(self, world: bulk.World, client: Client, manager: Person) -> None:
        client.force_login(manager)
        host = world.hosts[0]
        readable = permitted_rows(Case.objects.all(), manager, "case.read")
        asked = []
        for count in (60, 300):
            bulk.cases(world, count)
            with CaptureQueriesContext(connection) as file:
                assert read(client, "/history.csv")
            with CaptureQueriesContext(connection) as past:
                assert reports.earlier_changes(Case.objects.filter(host=host).latest("pk"), manager)
            case = readable.filter(jobs__kind=Job.Kind.APPLY).latest("pk")
            asked.append((len(file), len(past), queries(client, f"/history/cases/{case.pk}")))
        assert asked[0] == asked[1]
        assert max(asked[0]) <= 30
