"""The approver's pages: one plan on one screen, decided once, by a second person, for exactly what was shown."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.chain.conftest import MakeLab, Registered
from tests.chain.steps import Work, opened, planned
from tests.conftest import TESTER, MakePerson
from tests.desk.conftest import Browser, Sit
from troubleshoot import approvals, deciding, jobs, keeper, people, plans
from troubleshoot.models import Approval, Entry, Job, Message, Notice, Person, Plan, Site
from troubleshoot.models.job import State

RDP_TCP = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"
WHY = "The trust is broken until noon <b>today</b>"


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    """A computer that has lost the trust of its domain."""
    return lab("nla-required")


@pytest.fixture
def job(host: Registered, helpdesk: Person, employee: Person, work: Work) -> Job:
    """The dangerous plan that waits for a second person."""
    case = opened(helpdesk, host.row, work, beneficiary=employee)
    return planned(helpdesk, case, work, why=WHY)


@pytest.fixture
def path(job: Job) -> str:
    """The address of its page."""
    return f"/approvals/{job.pk}"


@pytest.fixture
def second(approver: Person, sit: Sit) -> Browser:
    """Abel's browser."""
    return sit(approver)


def nla(host: Registered) -> int:
    """What the simulated computer itself says."""
    found: int = host.document["registry"][RDP_TCP]["UserAuthentication"]["value"]
    return found


class TestTheList:
    def test_shows_what_waits_the_first_to_expire_first_and_nothing_to_decide_in_bulk(
        self, lab: MakeLab, job: Job, helpdesk: Person, second: Browser, work: Work
    ) -> None:
        later = planned(helpdesk, opened(helpdesk, lab("nla-required").row, work), work, why="another")
        Job.objects.filter(pk=job.pk).update(expires_at=timezone.now() + timedelta(hours=9))
        second.get("/approvals")
        assert re.findall(r'href="/approvals/([0-9a-f-]+)"', second.html) == [str(later.pk), str(job.pk)]
        assert "<title>(2) " in " ".join(second.html.split())
        assert 'method="post"' not in second.html.split("<main")[1].split("</main>")[0]

    def test_says_when_nothing_waits(self, second: Browser) -> None:
        assert "Nothing waits for you" in second.get("/approvals")

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
        assert len(many) == len(one) <= 10


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
            "Undone by the portal 2 h 0 min after the change",
            "Will be disconnected: nobody",
            "shown by The computer cannot check accounts with its domain",
            "On this computer: never",
            "read again at the start; if anything differs, nothing runs",
        ):
            at = page.find(words, at)
            assert at >= 0, f"{words!r} does not stand after the others in {page}"

    def test_tells_the_last_three_runs_and_whether_they_were_undone_on_time(
        self, host: Registered, helpdesk: Person, employee: Person, approver: Person, second: Browser, work: Work
    ) -> None:
        case = opened(helpdesk, host.row, work, beneficiary=employee)
        first = planned(helpdesk, case, work, why=WHY)
        approvals.approve(actor=approver, job=first, digest=first.plan.digest)  # type: ignore[union-attr]
        jobs.start(actor=helpdesk, job=first)
        work()
        plans.revert(actor=helpdesk, job=Job.objects.get(pk=first.pk))
        work()
        again = planned(helpdesk, opened(helpdesk, host.row, work, beneficiary=employee), work, why=WHY)
        page = second.get(f"/approvals/{again.pk}")
        assert "reverted · undone on time" in page
        assert "On this computer once" in page

    def test_is_not_there_for_another_site_for_a_reading_or_for_nothing(
        self, job: Job, path: str, south: Site, person: MakePerson, sit: Sit, second: Browser
    ) -> None:
        stranger = sit(person("Eve", "approver", site=south))
        reading = Job.objects.filter(kind="read").first()
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


class TestApproving:
    def test_leads_to_the_start_the_steps_and_the_proof_on_the_same_page(
        self, host: Registered, job: Job, path: str, helpdesk: Person, second: Browser, work: Work
    ) -> None:
        second.get(path)
        page = second.press("Approve")
        assert second.address == path
        assert "Approved. Hanna can start it now." in page
        assert 'hx-trigger="every 1s"' in second.html
        jobs.start(actor=helpdesk, job=Job.objects.get(pk=job.pk))
        assert "Approved. It runs now." in second.part(path, "live")
        work()
        page = second.get(path)
        assert "LAB-01 answers properly again" in page
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
        people.grant(actor=TESTER, person=both, role="approver", site=north, until=until)
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
        keeper.sweep()
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
        assert Notice.objects.filter(person=helpdesk, text__startswith="Abel asks").count() == 1
        assert Job.objects.get(pk=job.pk).expires_at == before

    @pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
    def test_needs_a_question(self, text: str, path: str, second: Browser) -> None:
        second.post(f"{path}/ask", text=text)
        assert second.status == 422
        assert 'id="ask-error"' in second.html
        assert not Message.objects.exists()

    def test_after_the_decision_is_too_late(self, job: Job, path: str, second: Browser) -> None:
        second.get(path)
        second.press("Approve")
        assert "There is nothing to decide: this is approved." in second.post(f"{path}/ask", text="Really?")
        assert second.status == 422
        assert not Message.objects.exists()


def test_a_plan_that_is_not_what_its_digest_says_cannot_be_looked_at_as_if_it_were(
    job: Job, second: Browser, path: str
) -> None:
    assert job.plan
    forged = {**job.plan.document, "title": "Harmless"}
    with pytest.raises(Exception, match="plan"):
        Plan.objects.filter(pk=job.plan.pk).update(document=forged)
    assert "Harmless" not in second.get(path)
    assert job.state == State.WAITING_APPROVAL
