"""The three answers to a plan: given once, by a second person, for exactly what was shown."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.conftest import TESTER, MakePerson
from tests.fixtures.computers import Registered
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import RDP_TCP, Browser, Sit
from tests.web.helpdesk.waiting import WHY, host, job, nla, path, second
from troubleshoot import jobs, operations, people
from troubleshoot.cases import send_message
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Approval, Delivery, Entry, Job, Message, Notice, Person, Site

__all__ = ["host", "job", "path", "second"]


class TestApproving:
    def test_leads_to_the_start_the_steps_and_the_proof_on_the_same_page(
        self, host: Registered, job: Job, path: str, helpdesk: Person, second: Browser, work: Work
    ) -> None:
        second.get(path)
        page = second.press("Approve")
        assert second.address == path
        assert "Approved. Hanna can start it now." in page
        assert 'hx-trigger="every 1s"' in second.html
        jobs.start_job(actor=helpdesk, job=Job.objects.get(pk=job.pk))
        assert "Approved. It waits for its turn and begins by itself." in second.part(path, "live")
        Job.objects.filter(pk=job.pk).update(state="running")
        assert "Approved. It runs now." in second.part(path, "live")
        Job.objects.filter(pk=job.pk).update(state="queued")
        work()
        page = second.get(path)
        assert "LAB-01: changed as planned, until" in page
        assert "Changing: Remote Desktop listener" in page
        assert 'hx-trigger="every 1s"' not in second.html
        assert nla(host) == 0

    def test_twice_is_one_vote(self, job: Job, path: str, second: Browser) -> None:
        second.get(path)
        for _ in range(2):
            page = second.post(f"{path}/approve", digest=job.plan.digest)  # type: ignore[union-attr]
            assert (second.status, "Approved." in page) == (200, True)
        assert Approval.objects.count() == 1

    @pytest.mark.parametrize("digest", ["", "0" * 64, "x", "0" * 65])
    def test_of_a_plan_that_was_not_shown_approves_nothing(
        self, digest: str, job: Job, path: str, second: Browser
    ) -> None:
        page = second.post(f"{path}/approve", digest=digest)
        assert second.status == 422
        assert not Approval.objects.exists()
        if len(digest) < 65:
            assert "The plan changed after you opened it. Nothing was approved." in page

    def test_of_a_plan_that_was_made_anew_shows_both(
        self, host: Registered, job: Job, path: str, helpdesk: Person, second: Browser, work: Work
    ) -> None:
        second.get(path)
        with host.lab.state.changing() as document:
            document["registry"][RDP_TCP]["MinEncryptionLevel"]["value"] = 2
        newer = planned(helpdesk, job.case, work, why="read again")  # type: ignore[arg-type]
        page = second.press("Approve")
        assert second.status == 422
        assert "The plan changed after you opened it. Nothing was approved." in page
        assert "What you were shown" in page
        assert "The plan now" in page
        assert f"/approvals/{newer.pk}" in second.html
        assert not Approval.objects.exists()
        second.get(f"/approvals/{newer.pk}")
        assert "Approved." in second.press("Approve")

    def test_is_not_possible_for_oneself_through_the_pages(
        self, host: Registered, person: MakePerson, north: Site, approver: Person, sit: Sit, work: Work
    ) -> None:
        both = person("Bea", "helpdesk", site=north)
        job = planned(both, opened(both, host.row, work), work, why=WHY)
        until = timezone.now() + timedelta(days=1)
        both.grants.all().update(revoked_at=timezone.now())
        people.grant_role(actor=TESTER, person=both, role="approver", site=north, until=until)
        browser = sit(both)
        page = browser.get(f"/approvals/{job.pk}")
        assert "You asked for this yourself, or it is for you. One person can decide: Abel" in page
        assert "Your decision" not in page
        assert "Yours: somebody else decides" in browser.get("/approvals")
        for step in ("approve", "decline", "ask"):
            browser.post(f"/approvals/{job.pk}/{step}", digest=job.plan.digest, why="x", text="x")  # type: ignore[union-attr]
            assert browser.status == 403
        assert not Approval.objects.exists()
        assert Entry.objects.filter(tag="access:refuse").count() == 3

    def test_is_not_possible_for_helpdesk_or_for_whom_it_is_for(
        self, job: Job, path: str, helpdesk: Person, employee: Person, sit: Sit
    ) -> None:
        for person in (helpdesk, employee):
            browser = sit(person)
            browser.post(f"{path}/approve", digest=job.plan.digest)  # type: ignore[union-attr]
            assert browser.status == 403
        assert not Approval.objects.exists()

    def test_comes_too_late_when_nobody_decided_in_time(self, job: Job, path: str, second: Browser) -> None:
        second.get(path)
        Job.objects.filter(pk=job.pk).update(expires_at="2026-01-01T00:00:00Z")
        operations.sweep()
        page = second.press("Approve")
        assert second.status == 422
        assert "There is nothing to decide: this is expired." in page
        assert "Nobody decided in time" in page

    def test_needs_the_forms_token(self, job: Job, path: str, approver: Person) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(approver)
        assert client.post(f"{path}/approve", {"digest": job.plan.digest}).status_code == 403  # type: ignore[union-attr]


class TestDeclining:
    def test_needs_a_reason_and_keeps_the_page(self, path: str, second: Browser) -> None:
        second.get(path)
        page = second.press("Decline", why="  ")
        assert second.status == 422
        assert "Say why" in page
        assert "What gets worse" in page

    def test_shows_the_reason_to_whoever_asked(
        self, job: Job, path: str, helpdesk: Person, second: Browser, sit: Sit
    ) -> None:
        second.get(path)
        page = second.press("Decline", why="Use a <i>local</i> account")
        assert "Declined by Abel" in page
        assert "Use a <i>local</i> account" in sit(helpdesk).get(f"/desk/cases/{job.case_id}")
        second.post(f"{path}/decline", why="again")
        assert second.status == 200
        assert Approval.objects.count() == 1


class TestAsking:
    def test_reaches_whoever_asked_as_a_note_and_the_time_goes_on(
        self, job: Job, path: str, helpdesk: Person, second: Browser
    ) -> None:
        before = Job.objects.get(pk=job.pk).expires_at
        second.get(path)
        page = second.press("Send the question", text="Why not <b>at noon</b>?")
        assert "Why not <b>at noon</b>?" in page
        note = Message.objects.get()
        assert (note.internal, note.case_id) == (True, job.case_id)
        assert Notice.objects.filter(person=helpdesk, code=NoticeCode.ASKED, params__who="Abel").count() == 1
        assert Job.objects.get(pk=job.pk).expires_at == before

    def test_the_same_twice_is_one_question_until_somebody_has_spoken(
        self, job: Job, path: str, helpdesk: Person, second: Browser
    ) -> None:
        def asked() -> tuple[int, int, int]:
            told = Notice.objects.filter(person=helpdesk, code=NoticeCode.ASKED)
            return (
                Message.objects.filter(job=job).count(),
                told.count(),
                Delivery.objects.filter(notice__in=told).count(),
            )

        for _ in range(5):
            second.post(f"{path}/ask", text="Why not at noon?")
        assert asked() == (1, 1, 1)
        second.post(f"{path}/ask", text="Why today?")
        assert asked() == (2, 2, 2)
        assert job.case
        send_message(actor=helpdesk, case=job.case, text="Noon is too late", internal=True)
        second.post(f"{path}/ask", text="Why today?")
        assert asked() == (3, 3, 3)

    @pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
    def test_needs_a_question(self, text: str, path: str, second: Browser) -> None:
        second.post(f"{path}/ask", text=text)
        assert second.status == 422
        assert 'id="ask-error"' in second.html
        assert not Message.objects.exists()

    def test_after_the_decision_is_too_late(self, job: Job, path: str, second: Browser) -> None:
        second.get(path)
        second.press("Approve")
        assert "There is nothing to decide: this is approved, not started." in second.post(
            f"{path}/ask", text="Really?"
        )
        assert second.status == 422
        assert not Message.objects.exists()
