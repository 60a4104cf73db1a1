"""The case page of helpdesk: what it shows, and that each button does its one thing, once, for whoever may."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.chain.conftest import MakeLab, Registered
from tests.chain.steps import Work, opened, planned
from tests.conftest import MakePerson
from tests.desk.conftest import Browser, Sit, lose_contact
from troubleshoot import approvals, care, cases, jobs, keeper
from troubleshoot.models import Case, Entry, Job, Message, Notice, Person, Site
from troubleshoot.models.job import State

RDP_TCP = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server\\WinStations\\RDP-Tcp"
LONG_AGO = "2026-01-01T00:00:00Z"
#: Every button of the page, by the name of its address.
STEPS = ("take", "back", "plan", "start", "stop", "revert", "read", "again", "answer", "say", "note", "close")


@pytest.fixture
def desk(helpdesk: Person, sit: Sit) -> Browser:
    """Hanna's browser."""
    return sit(helpdesk)


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    """A computer with the old protection only: a mild fix that helpdesk starts."""
    return lab("security-layer-rdp")


@pytest.fixture
def case(host: Registered, employee: Person, work: Work) -> Case:
    """Its owner's case, read."""
    return opened(employee, host.row, work)


@pytest.fixture
def path(case: Case) -> str:
    """The address of its page."""
    return f"/desk/cases/{case.pk}"


def layer(host: Registered) -> int:
    """What the simulated computer itself says of its protection."""
    found: int = host.document["registry"][RDP_TCP]["SecurityLayer"]["value"]
    return found


class TestAFix:
    def test_goes_from_the_board_to_the_proof(
        self, host: Registered, case: Case, path: str, desk: Browser, work: Work
    ) -> None:
        assert "The two sides want different protection" in desk.get("/board")
        desk.get(path)
        assert "Reading LAB-01" in desk.press("Make the plan", why="nobody can connect")
        work()
        page = desk.get(path)
        assert "security layer RDP security only, no TLS TLS required can be put back to: RDP security only" in page
        assert "CORP\\bob" in page
        assert "SetSecurityLayer" in page, "exactly what runs"
        assert "About to start on LAB-01" in desk.press("Start on LAB-01")
        work()
        page = desk.get(path)
        assert "LAB-01 answers properly again" in page
        assert "Checked from outside, twice" in page
        assert layer(host) == 2

    def test_is_planned_and_started_once_by_two_clicks(
        self, host: Registered, case: Case, path: str, desk: Browser, work: Work
    ) -> None:
        for _ in range(2):
            desk.post(f"{path}/plan", step="layer", why="")
        work()
        job = Job.objects.get(case=case, kind="apply")
        for _ in range(2):
            assert "About to start" in desk.post(f"{path}/start", job=job.pk)
        assert desk.status == 200
        work()
        assert "answers properly again" in desk.post(f"{path}/start", job=job.pk)
        assert len(host.document["runs"]) == 1

    def test_of_a_page_of_before_is_not_planned(self, case: Case, path: str, desk: Browser) -> None:
        page = desk.post(f"{path}/plan", step="renew", why="typed before")
        assert desk.status == 422
        assert "This page was out of date. Here is how things stand." in page
        assert 'value="typed before"' in desk.html
        assert not Job.objects.filter(case=case).exclude(action="").exists()

    def test_that_disturbs_people_needs_a_reason(
        self, lab: MakeLab, employee: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("service-stopped").row, work)
        desk.get(f"/desk/cases/{case.pk}")
        assert "required, recorded and shown to whoever decides" in desk.press("Make the plan", why=" ")
        assert desk.status == 422
        assert "Say why" in desk.html
        assert "Reading" in desk.press("Make the plan", why="nothing listens")
        assert Job.objects.get(case=case, action="restart-remote-desktop").reason == "nothing listens"

    def test_needs_a_ticket_where_the_site_wants_one_and_keeps_it(
        self, case: Case, path: str, desk: Browser, north: Site
    ) -> None:
        Site.objects.filter(pk=north.pk).update(ticket_required=True)
        desk.get(path)
        page = desk.press("Make the plan", why="because", ticket="")
        assert "Give the number of the ticket" in page
        assert 'value="because"' in desk.html
        assert "Ticket INC-1" in desk.press("Make the plan", ticket="INC-1")
        case.refresh_from_db()
        assert case.ticket == "INC-1"
        assert Entry.objects.filter(tag="case:change").count() == 1

    def test_that_was_read_again_replaces_the_older_plan(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        older = planned(helpdesk, case, work)
        desk.get(path)
        desk.press("Read again")
        work()
        page = desk.post(f"{path}/start", job=older.pk)
        assert "Start on LAB-01" in page
        older.refresh_from_db()
        assert (older.state, layer(host)) == (State.CANCELLED, 0)
        assert Job.objects.filter(case=case, state=State.PLANNED).count() == 1

    def test_can_be_stopped_until_it_begins(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        jobs.start(actor=helpdesk, job=planned(helpdesk, case, work))
        desk.get(path)
        desk.press("Stop")
        assert Job.objects.get(case=case, kind="apply").state == State.CANCELLED
        assert "Start on" not in desk.get(path)

    def test_cannot_be_stopped_any_more_once_it_has_begun(
        self, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        job = planned(helpdesk, case, work)
        jobs.start(actor=helpdesk, job=job)
        Job.objects.filter(pk=job.pk).update(state=State.RUNNING)
        assert "It has begun and cannot be taken back" in desk.post(f"{path}/stop", job=job.pk)
        assert desk.status == 422


class TestABadEnd:
    """Each has its own words, says whether something was changed, and who acts next."""

    def end(self, desk: Browser, case: Case) -> str:
        return desk.get(f"/desk/cases/{case.pk}")

    def test_drifted(self, host: Registered, case: Case, helpdesk: Person, desk: Browser, work: Work) -> None:
        job = planned(helpdesk, case, work)
        with host.lab.state.changing() as document:
            document["registry"][RDP_TCP]["UserAuthentication"]["value"] = 0
        jobs.start(actor=helpdesk, job=job)
        work()
        page = self.end(desk, case)
        assert "Someone else changed LAB-01 meanwhile" in page
        assert "Nothing was changed by us" in page
        assert "rdp-listener: nla was planned with True , and is now False" in page
        assert layer(host) == 0

    def test_unreachable_while_planning(
        self, host: Registered, case: Case, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = "refused"
        desk.get(f"/desk/cases/{case.pk}")
        desk.press("Make the plan")
        work()
        page = self.end(desk, case)
        assert "LAB-01 stopped answering before we began" in page
        assert "was rdp" in page, "the readings that differ from the look before are marked"

    def test_credentials_refused(self, lab: MakeLab, employee: Person, desk: Browser, work: Work) -> None:
        case = opened(employee, lab("security-layer-rdp", "credentials-refused").row, work)
        assert "Help the person" in self.end(desk, case)
        assert "windows.reached denied" in self.end(desk, case)

    def test_lost_contact(self, host: Registered, case: Case, helpdesk: Person, desk: Browser, work: Work) -> None:
        lose_contact(planned(helpdesk, case, work), helpdesk)
        page = self.end(desk, case)
        assert "We lost contact while changing LAB-01" in page
        assert "Decide after lost contact" in page
        assert "Who acts next: helpdesk" in page
        for _ in range(2):
            desk.post(f"/desk/cases/{case.pk}/read")
        assert Job.objects.filter(case=case, kind="read", action="", state=State.QUEUED).count() == 1
        work()
        assert "Decide after lost contact" in self.end(desk, case)
        assert host.document["runs"] == {}
        assert "not known yet" in desk.post(f"/desk/cases/{case.pk}/again")

    def test_declined(
        self, lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("nla-required").row, work)
        job = planned(helpdesk, case, work, why="The trust is broken")
        page = self.end(desk, case)
        assert "Waiting for a second person" in page
        assert "Approve it: This needs a role that you do not hold. Who can help: Abel." in page
        approvals.decline(actor=approver, job=job, reason="Use a local account")
        page = self.end(desk, case)
        assert "Not approved Use a local account Who acts next: requester" in page

    def test_expired(self, lab: MakeLab, employee: Person, helpdesk: Person, desk: Browser, work: Work) -> None:
        case = opened(employee, lab("nla-required").row, work)
        planned(helpdesk, case, work, why="The trust is broken")
        Job.objects.filter(case=case, kind="apply").update(expires_at=LONG_AGO)
        keeper.sweep()
        assert "Nobody decided in time" in self.end(desk, case)

    def test_not_verified(
        self,
        host: Registered,
        case: Case,
        helpdesk: Person,
        desk: Browser,
        work: Work,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        jobs.start(actor=helpdesk, job=planned(helpdesk, case, work))
        monkeypatch.setattr("troubleshoot.engine.proof.verdict", lambda *_: "not_verified")
        work()
        assert "Done, but LAB-01 still does not answer properly" in self.end(desk, case)


class TestWhatThisPersonMayNotDo:
    def test_is_said_of_a_computer_that_is_diagnose_only(
        self, lab: MakeLab, employee: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("security-layer-rdp", changes=False).row, work)
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "LAB-01 is registered as diagnose only. An administrator can allow changes." in page
        assert "Make the plan" not in page

    def test_is_said_of_a_computer_that_is_not_registered(self, employee: Person, desk: Browser) -> None:
        case = cases.open_case(
            actor=employee, beneficiary=employee, error_text="0x904", host=None, named_host="HOME<1>"
        )
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "It is not registered, so nothing is read or changed." in page
        assert "HOME<1>" in page
        desk.post(f"/desk/cases/{case.pk}/read")
        assert desk.status == 422


class TestUndoing:
    def test_says_what_it_would_write_back_and_does_it_once(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        job = planned(helpdesk, case, work)
        jobs.start(actor=helpdesk, job=job)
        work()
        page = desk.get(path)
        assert "It would write back: Remote Desktop listener: security layer: TLS required → RDP security only" in page
        desk.press("Undo on LAB-01", why="it was wanted so")
        page = desk.post(f"{path}/revert", job=job.pk)
        assert "It is being undone already." in page
        assert "Undoing on LAB-01" in page
        work()
        assert "Undone: LAB-01 is as it was before" in desk.get(path)
        assert "Undo on LAB-01" not in desk.get(path)
        assert layer(host) == 0

    def test_of_a_temporary_change_is_announced_with_its_time(
        self, lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("nla-required").row, work)
        job = planned(helpdesk, case, work, why="The trust is broken")
        approvals.approve(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        jobs.start(actor=helpdesk, job=job)
        work()
        assert "temporary, undone at" in desk.get(f"/desk/cases/{case.pk}")
        Job.objects.filter(pk=job.pk).update(undo_at=LONG_AGO)
        assert "undoing is overdue since 1 Jan 2026" in desk.get(f"/desk/cases/{case.pk}")

    def test_of_another_computers_change_is_not_possible_here(
        self, lab: MakeLab, case: Case, path: str, employee: Person, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        other = planned(helpdesk, opened(employee, lab("security-layer-rdp").row, work), work)
        desk.post(f"{path}/revert", job=other.pk)
        assert desk.status == 404


class TestTakingACase:
    def test_and_handing_it_back(self, case: Case, path: str, desk: Browser) -> None:
        desk.get(path)
        assert "Owner: you" in desk.press("Take")
        assert "Owner: nobody" in desk.press("Hand back")

    def test_that_somebody_has_just_taken_overrides_nobody(
        self, case: Case, path: str, desk: Browser, person: MakePerson, north: Site, sit: Sit
    ) -> None:
        second = person("Henry", "helpdesk", site=north)
        other = sit(second)
        other.get(path)
        desk.get(path)
        desk.press("Take")
        assert "Hanna has just taken this case. Here is how things stand." in other.press("Take")
        assert other.status == 422
        assert "Owner: you" in other.press("Take over")


class TestTalking:
    def test_reaches_the_person_and_a_note_does_not(
        self, case: Case, path: str, desk: Browser, employee: Person
    ) -> None:
        desk.get(path)
        desk.press("Send", text="Please wait <b>two</b> minutes")
        page = desk.press("Keep the note", text="Same image as ACC-03")
        assert "Please wait <b>two</b> minutes" in page
        assert "Note, internal · Hanna" in page
        assert list(Message.objects.values_list("internal", flat=True)) == [False, True]
        assert Notice.objects.filter(person=employee, kind="message").count() == 1

    @pytest.mark.parametrize("text", ["", "  ", "x" * 4001, "a\0b"])
    def test_needs_something_to_say_and_keeps_what_was_typed(
        self, text: str, case: Case, path: str, desk: Browser
    ) -> None:
        for place in ("say", "note"):
            desk.post(f"{path}/{place}", text=text)
            assert desk.status == 422
            assert f'aria-describedby="{place}-error"' in desk.html
        assert not Message.objects.exists()

    def test_of_others_appears_by_itself(self, case: Case, path: str, employee: Person, desk: Browser) -> None:
        desk.get(path)
        care.say(actor=employee, case=case, text="Are you there?")
        page = desk.part(f"{path}?seen=x", "fresh")
        assert "Are you there?" in page
        assert "<textarea" not in desk.html, "nobody loses what they type"


class TestAnsweringForThePerson:
    @pytest.fixture
    def case(self, lab: MakeLab, employee: Person, work: Work) -> Case:
        return opened(employee, lab("closed-before-confirm").row, work)

    def test_keeps_who_answered_and_what_was_changed_later(self, path: str, desk: Browser) -> None:
        desk.get(path)
        desk.press("Answer for them", value="forward")
        desk.post(f"{path}/answer", step="path", value="vpn")
        page = desk.get(path)
        assert "Hanna changed later" in page
        assert "<s>" in desk.html
        assert "A VPN" in page

    @pytest.mark.parametrize(("step", "value"), [("path", ""), ("path", "x"), ("nowhere", "x"), ("stage", "ok")])
    def test_takes_only_what_is_asked(self, step: str, value: str, path: str, desk: Browser) -> None:
        desk.post(f"{path}/answer", step=step, value=value)
        assert desk.status == 422

    def test_is_told_to_a_page_that_was_opened_before(
        self, case: Case, path: str, employee: Person, desk: Browser
    ) -> None:
        desk.get(path)
        mark = desk.html.split("?seen=")[1].split('"')[0]
        assert "moved on" not in desk.part(f"{path}?seen={mark}", "fresh")
        cases.answer(actor=employee, case=case, step="path", value="vpn")
        assert "This case has moved on" in desk.part(f"{path}?seen={mark}", "fresh")


class TestClosing:
    def test_as_solved_happens_once(self, case: Case, path: str, desk: Browser) -> None:
        for _ in range(2):
            assert "Nothing: this case is solved" in desk.post(f"{path}/close", solved="yes", ticket="INC-2")
        case.refresh_from_db()
        assert (case.outcome, case.ticket) == ("solved", "INC-2")
        assert Entry.objects.filter(tag="case:close").count() == 1
        assert "Reading LAB-01" in desk.press("Open again and read")

    def test_unsolved_says_to_whom_it_is_sent(self, case: Case, path: str, desk: Browser) -> None:
        page = desk.post(f"{path}/close", solved="no", sent_to=" ", ticket="INC-3")
        assert desk.status == 422
        assert "Say to whom it is sent on" in page
        assert 'value="INC-3"' in desk.html
        assert "sent to Network team" in desk.post(f"{path}/close", solved="no", sent_to="Network team")
        desk.post(f"{path}/close", solved="")
        assert desk.status == 422

    def test_can_take_everything_along_as_plain_text(self, case: Case, path: str, helpdesk: Person, work: Work) -> None:
        jobs.start(actor=helpdesk, job=planned(helpdesk, case, work))
        work()
        client = Client()
        client.force_login(helpdesk)
        response = client.get(f"{path}/text")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        text = response.content.decode()
        for words in (
            "Error: 0x904 / 0x7",
            "(simulated)",
            "shown by: ",
            "rdp.stage = ",
            "Put Remote Desktop back",
            " UTC",
        ):
            assert words in text


class TestThePage:
    def test_follows_by_itself_only_what_is_open(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        polls = 'hx-target="#live"'
        desk.get(path)
        assert polls not in desk.html
        jobs.start(actor=helpdesk, job=planned(helpdesk, case, work))
        desk.part(f"{path}?line=0", "live")
        assert polls in desk.html
        assert 'id="said" hx-swap-oob' in desk.html
        assert "<html" not in desk.html
        work()
        desk.part(f"{path}?line=0", "live")
        assert polls not in desk.html
        assert 'id="head" hx-swap-oob' in desk.html

    def test_changes_nothing_by_looking(self, case: Case, path: str, desk: Browser) -> None:
        def counted() -> tuple[Any, ...]:
            return (Job.objects.count(), Entry.objects.count(), Notice.objects.filter(read_at=None).count())

        before = counted()
        desk.get(path)
        desk.get(f"{path}/text")
        desk.part(path, "live")
        assert counted() == before

    def test_marks_notices_as_read_when_something_is_done(
        self, lab: MakeLab, employee: Person, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("service-stopped").row, work)
        assert Notice.objects.unread(helpdesk).exists()
        desk.post(f"/desk/cases/{case.pk}/take")
        assert not Notice.objects.unread(helpdesk).exists()

    def test_takes_no_more_queries_after_many_answers_jobs_and_messages(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        planned(helpdesk, case, work)
        desk.get(path)
        with CaptureQueriesContext(connection) as few:
            desk.get(path)
        for number in range(8):
            care.say(actor=helpdesk, case=case, text=f"{number}")
            cases.open_case(actor=helpdesk, beneficiary=helpdesk, error_text="0x904", host=host.row)
        with CaptureQueriesContext(connection) as many:
            desk.get(path)
        assert len(many) == len(few) <= 32

    def test_and_every_button_of_it_is_hidden_from_another_site(
        self, case: Case, path: str, helpdesk: Person, work: Work, south: Site, person: MakePerson, sit: Sit
    ) -> None:
        job = planned(helpdesk, case, work)
        stranger = sit(person("Eve", "helpdesk", site=south))
        before = Entry.objects.exclude(tag="access:refuse").count()
        for address in (path, f"{path}/text"):
            stranger.get(address)
            assert stranger.status == 404
        for step in STEPS:
            stranger.post(f"{path}/{step}", job=job.pk, text="x", step="layer", value="x", solved="yes")
            assert stranger.status == 404
        assert Entry.objects.exclude(tag="access:refuse").count() == before

    def test_needs_the_forms_token(self, case: Case, path: str, helpdesk: Person) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(helpdesk)
        for step in STEPS:
            assert client.post(f"{path}/{step}", {"solved": "yes"}).status_code == 403

    @pytest.mark.parametrize("key", ["", "x", "01890000-0000-7000-8000-000000000000"])
    def test_starts_nothing_that_is_not_of_this_case(self, key: str, case: Case, path: str, desk: Browser) -> None:
        for step in ("start", "stop", "revert"):
            desk.post(f"{path}/{step}", job=key)
            assert desk.status in {404, 422}
