"""The approver's pages: what waits, and one plan on one screen with all that a decision needs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import Browser, Sit
from tests.web.helpdesk.waiting import WHY, host, job, path, second
from troubleshoot import jobs, remediation
from troubleshoot.models import Approval, Case, Entry, Host, Job, JobState, Notice, Person, Plan, Site
from troubleshoot.web.approver import approval_page as deciding

__all__ = ["host", "job", "path", "second"]


class TestTheList:
    def test_shows_what_waits_the_first_to_expire_first_and_nothing_to_decide_in_bulk(
        self, lab: MakeLab, job: Job, helpdesk: Person, second: Browser, work: Work
    ) -> None:
        later = planned(helpdesk, opened(helpdesk, lab("nla-required").row, work), work, why="another")
        Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() + timedelta(hours=9))
        second.get("/approvals")
        assert re.findall(r'href="/approvals/([0-9a-f-]+)"', second.html) == [str(later.pk), str(job.pk)]
        assert "<title>(2) " in " ".join(second.html.split())
        assert not re.search(r'action="/approvals/[0-9a-f-]+/', second.html)

    def test_says_when_nothing_waits(self, second: Browser) -> None:
        assert "Nothing waits for you" in second.get("/approvals")

    @pytest.mark.parametrize("theirs", ["owner", "assigned", "case"])
    def test_leaves_out_what_the_visitor_may_not_decide(
        self, job: Job, path: str, approver: Person, second: Browser, theirs: str
    ) -> None:
        second.get("/approvals")
        assert path in second.html
        if theirs == "assigned":
            job.host.assigned.add(approver)
        elif theirs == "owner":
            Host.objects.filter(jobs=job).update(owner=approver)
        else:
            Case.objects.filter(jobs=job).update(opened_by=approver)
        second.get("/approvals")
        assert path not in second.html
        second.get(path)
        assert second.status == 200

    def test_is_paged_without_a_gap_when_many_expire_together(
        self, job: Job, second: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deciding, "PAGE", 2)
        template = Job.objects.get(pk=job.pk)
        for _ in range(4):
            template.pk = None
            template.save(force_insert=True)
        Job.objects.filter(kind="apply").update(expires_at=template.expires_at)
        found = []
        address: str | None = "/approvals"
        while address:
            second.get(address)
            found += re.findall(r'href="/approvals/([0-9a-f-]+)"', second.html)
            more = re.search(r'href="(\?after=[^"]*)"', second.html)
            address = f"/approvals{more.group(1)}" if more else None
        assert sorted(found) == sorted(
            str(key) for key in Job.objects.filter(kind="apply").values_list("pk", flat=True)
        )
        assert len(found) == len(set(found)) == 5

    @pytest.mark.parametrize("after", ["x", "", "01890000-0000-7000-8000-000000000000", "%00"])
    def test_stands_any_address(self, after: str, job: Job, second: Browser) -> None:
        second.get(f"/approvals?after={after}")
        assert second.status == 200

    def test_takes_as_many_queries_for_one_as_for_many(self, job: Job, second: Browser) -> None:
        second.get("/approvals")
        with CaptureQueriesContext(connection) as one:
            second.get("/approvals")
        template = Job.objects.get(pk=job.pk)
        for _ in range(5):
            template.pk = None
            template.save(force_insert=True)
        with CaptureQueriesContext(connection) as many:
            second.get("/approvals")
        assert len(many) == len(one) <= 14


class TestThePage:
    def test_says_all_that_a_decision_needs_in_order(self, job: Job, path: str, second: Browser) -> None:
        page, at = second.get(path), 0
        digest = job.plan.digest  # type: ignore[union-attr]
        for words in (
            "Let people sign in without Network Level Authentication for two hours, on LAB-01?",
            "dangerous expires in 3 h 59 min",
            f"plan fingerprint {digest[:4]} {digest[4:8]}",
            "Asked by Hanna, for Emil",
            WHY,
            "needed today",
            "What gets worse For two hours anybody who reaches this computer",
            "sign-in before the connection (NLA) required not required can be put back to: required",
            "People signed in CORP\\bob since",
            "nobody is disconnected",
            "Undone by the portal 2 h after the change",
            "shown by The computer cannot check accounts with its domain",
            "On this computer before this plan: never",
            "read again at the start; if anything differs, nothing runs",
        ):
            at = page.find(words, at)
            assert at >= 0, f"{words!r} does not stand after the others in {page}"

    def test_tells_the_last_three_runs_and_whether_they_were_undone_on_time(
        self, host: Registered, helpdesk: Person, employee: Person, approver: Person, second: Browser, work: Work
    ) -> None:
        case = opened(helpdesk, host.row, work, beneficiary=employee)
        first = planned(helpdesk, case, work, why=WHY)
        remediation.approve_plan(actor=approver, job=first, digest=first.plan.digest)  # type: ignore[union-attr]
        jobs.start_job(actor=helpdesk, job=first)
        work()
        remediation.request_revert(actor=helpdesk, job=Job.objects.get(pk=first.pk))
        work()
        again = planned(helpdesk, opened(helpdesk, host.row, work, beneficiary=employee), work, why=WHY)
        page = second.get(f"/approvals/{again.pk}")
        assert "undone later · undone on time" in page
        assert "On this computer once" in page

    def test_is_not_there_for_another_site_for_a_reading_or_for_nothing(
        self, job: Job, path: str, south: Site, person: MakePerson, sit: Sit, second: Browser
    ) -> None:
        stranger = sit(person("Eve", "approver", site=south))
        reading = Job.objects.filter(kind=Job.Kind.PLAN).first()
        assert reading
        second.get(f"/approvals/{reading.pk}")
        assert second.status == 404
        for address in (path, f"{path}/approve", f"{path}/decline", f"{path}/ask"):
            if address == path:
                stranger.get(address)
            else:
                stranger.post(address, digest=job.plan.digest, why="x", text="x")  # type: ignore[union-attr]
            assert stranger.status == 404
        assert not Approval.objects.exists()

    def test_changes_nothing_by_looking(self, path: str, second: Browser) -> None:
        before = (Entry.objects.count(), Notice.objects.filter(read_at=None).count())
        second.get(path)
        second.part(path, "live")
        assert (Entry.objects.count(), Notice.objects.filter(read_at=None).count()) == before

    def test_asks_a_bounded_number_of_queries(self, path: str, second: Browser) -> None:
        second.get(path)
        with CaptureQueriesContext(connection) as asked:
            second.get(path)
        assert len(asked) <= 19


def test_a_plan_that_is_not_what_its_digest_says_cannot_be_looked_at_as_if_it_were(
    job: Job, second: Browser, path: str
) -> None:
    assert job.plan
    forged = {**job.plan.document, "title": "Harmless"}
    with pytest.raises(Exception, match="plan"):
        Plan.objects.filter(pk=job.plan.pk).update(document=forged)
    assert "Harmless" not in second.get(path)
    assert job.state == JobState.WAITING_APPROVAL
