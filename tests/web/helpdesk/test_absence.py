"""An approver who is away: requests go to the others, a deputy reads that they stand in, and gets no right by it."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import Browser, Sit
from troubleshoot import cases
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Absence, Entry, Job, Notice, Person, Site
from troubleshoot.wording import notice_words

WHY = "The trust is broken"


@pytest.fixture
def ada(person: MakePerson, north: Site) -> Person:
    """The other approver."""
    return person("Ada", "approver", site=north)


@pytest.fixture
def second(approver: Person, sit: Sit) -> Browser:
    """Abel's browser."""
    return sit(approver)


@pytest.fixture
def ask(lab: MakeLab, helpdesk: Person, employee: Person, work: Work) -> Work:
    """Somebody asks for an approval."""

    def asked() -> None:
        planned(helpdesk, opened(helpdesk, lab("nla-required").row, work, beneficiary=employee), work, why=WHY)

    return asked


def day(days: int) -> str:
    """A day from today, as a browser sends it."""
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def told(person: Person) -> list[str]:
    return list(map(notice_words, Notice.objects.filter(person=person, kind="approval")))


class TestBeingAway:
    def test_sends_requests_to_the_others_and_says_so_to_the_deputy(
        self, approver: Person, ada: Person, second: Browser, ask: Work, sit: Sit
    ) -> None:
        page = second.post("/approvals/away", until=day(3), deputy=str(ada.pk))
        assert "that day included, requests go to the other approvers. Ada stands in for you." in page
        assert "You stand in for Abel" in sit(ada).get("/approvals")
        assert Notice.objects.filter(person=ada, kind="message").count() == 1
        ask()
        assert told(approver) == []
        (words,) = told(ada)
        assert words.startswith("Approval wanted until ")
        assert "on LAB-01, asked by Hanna. You stand in for Abel." in words

    def test_reads_until_when_in_the_time_of_the_pages(self, approver: Person, ask: Work) -> None:
        ask()
        with timezone.override("Asia/Tokyo"):
            until = timezone.localtime(Job.objects.get(kind="apply").expires_at)
            assert told(approver)[0].startswith(f"Approval wanted until {until:%H:%M} (Asia/Tokyo): ")

    def test_takes_no_right_away(self, approver: Person, ada: Person, second: Browser, ask: Work) -> None:
        second.post("/approvals/away", until=day(0), deputy="")
        ask()
        second.get(f"/approvals/{Job.objects.get(kind='apply').pk}")
        assert "Approved." in second.press("Approve")

    def test_of_everybody_still_tells_somebody(self, approver: Person, second: Browser, ask: Work) -> None:
        second.post("/approvals/away", until=day(3), deputy="")
        ask()
        assert len(told(approver)) == 1

    def test_ends_by_itself_and_by_a_word(self, approver: Person, ada: Person, second: Browser, ask: Work) -> None:
        second.post("/approvals/away", until=day(3), deputy="")
        Absence.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
        assert "I am away until" in second.get("/approvals")
        second.post("/approvals/away", until=day(3), deputy="")
        for _ in range(2):
            assert "I am away until" in second.post("/approvals/back")
        assert Entry.objects.filter(tag="people:absence").count() == 3
        ask()
        assert len(told(approver)) == 1

    @pytest.mark.parametrize(
        "until", ["", "x", day(-1), day(400), "0000-00-00", "9999-12-31", "2026-02-30", "x" * 10_000, "\0"]
    )
    def test_needs_a_day_that_can_be(self, until: str, second: Browser) -> None:
        second.post("/approvals/away", until=until, deputy="")
        assert second.status == 422
        assert 'id="away-error"' in second.html
        assert not Absence.objects.exists()

    def test_said_again_changes_nothing_and_tells_nobody(self, ada: Person, second: Browser) -> None:
        for _ in range(5):
            second.post("/approvals/away", until=day(3), deputy=str(ada.pk))
        assert (Notice.objects.filter(person=ada).count(), Entry.objects.filter(tag="people:absence").count()) == (1, 1)
        second.post("/approvals/away", until=day(4), deputy=str(ada.pk))
        assert (Notice.objects.filter(person=ada).count(), Absence.objects.count()) == (2, 1)

    def test_needs_a_deputy_who_decides_for_the_same_site(
        self, approver: Person, helpdesk: Person, south: Site, person: MakePerson, second: Browser
    ) -> None:
        strangers = (person("Sam", "approver", site=south), helpdesk, approver)
        for deputy in (*(str(one.pk) for one in strangers), "x", "01890000-0000-7000-8000-000000000000"):
            second.post("/approvals/away", until=day(1), deputy=deputy)
            assert second.status == 422
        assert not Absence.objects.exists()


class TestAQuestionOfAnApprover:
    def test_that_is_answered_is_told_to_them_once_and_leads_to_the_plan(
        self, approver: Person, helpdesk: Person, second: Browser, ask: Work, desk: Browser
    ) -> None:
        ask()
        job = Job.objects.get(kind="apply")
        second.get(f"/approvals/{job.pk}")
        second.press("Send the question", text="Why not at noon?")
        page = desk.get(f"/desk/cases/{job.case_id}")
        assert "Abel : Why not at noon? Answer by an internal note" in page
        for words in ("He needs it now", "And he is on the phone"):
            page = desk.press("Keep the note", text=words)
        assert "Answer by an internal note" not in page
        found = Notice.objects.filter(
            person=approver, code=NoticeCode.WROTE_ABOUT, params={"who": "Hanna", "host": "LAB-01"}
        )
        assert [one.kind for one in found] == ["approval"]
        assert f"/approvals/{job.pk}" in second.get("/notices") or f"/approvals/{job.pk}" in second.html
        assert "He needs it now" in second.get(f"/approvals/{job.pk}")

    def test_that_nobody_asked_tells_nobody(self, approver: Person, helpdesk: Person, ask: Work) -> None:
        ask()
        job = Job.objects.get(kind="apply")
        before = Notice.objects.filter(person=approver).count()
        assert job.case
        cases.send_message(actor=helpdesk, case=job.case, text="for us", internal=True)
        assert Notice.objects.filter(person=approver).count() == before
