"""Board, page of helpdesk and page of the person always name the same one who acts, in every turn of a case."""

import datetime as dt
import re

import pytest
from django.db.models import F

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import ERROR, Work, opened, planned
from tests.web.helpdesk.conftest import Browser, lose_contact, text_of
from tests.web.helpdesk.one_status import Pages
from troubleshoot import cases, diagnosis, jobs, remediation
from troubleshoot.cases import ask_for_help, close_case, hand_back_case, send_message, withdraw_case
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Case, Entry, Job, JobLine, JobState, Notice, Person, Site
from troubleshoot.operations import health
from troubleshoot.templatetags.moments import moment
from troubleshoot.wording import notice_words


class TestAPersonWhoAskedForAPerson:
    def test_at_a_question_has_helpdesk_on_every_page_and_may_still_answer(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        pages = Pages(opened(employee, lab("closed-before-confirm").row, work), helpdesk, employee)
        assert (pages.look().actor, pages.on_the_board) == ("person", ["others"])
        pages.own.press("Get help from a person")
        assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
        pages.look()
        assert "Help the person" in text_of(pages.desk.html)
        assert "Waiting for the person" not in text_of(pages.desk.html)
        assert "Emil asked for helpdesk" in text_of(pages.desk.html)
        assert "Answer for them" in text_of(pages.desk.html)
        assert "You can go on meanwhile" in text_of(pages.own.html)
        assert 'name="value"' in pages.own.html

    def test_has_the_person_again_once_a_change_is_proved(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        case = opened(employee, lab("service-stopped").row, work)
        ask_for_help(actor=employee, case=case)
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work, "nothing listens"))
        work()
        pages = Pages(case, helpdesk, employee).look()
        assert (pages.actor, pages.on_the_board) == ("person", ["others"])


class TestACaseOfWhichNothingWasSeen:
    def test_calls_nothing_told_by_a_pc_and_nothing_ruled_out(
        self, employee: Person, helpdesk: Person, north: Site, person: MakePerson
    ) -> None:
        case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="HOME")
        while (at := diagnosis.replay_case(case).at).kind in {"ask", "try"}:
            value = "office" if "office" in at.to else "no_change" if "no_change" in at.to else next(iter(at.to))
            cases.answer_step(actor=employee, case=case, step=at.name, value=value)
            case = Case.objects.get(pk=case.pk)
            page = Browser(employee).get(f"/cases/{case.pk}")
            assert "It is not your password" not in page
        assert case.answers.filter(source="told").exists()
        for reader, address in (
            (helpdesk, f"/desk/cases/{case.pk}"),
            (helpdesk, f"/desk/cases/{case.pk}/text"),
            (person("Mia", "manager", site=north), f"/history/cases/{case.pk}"),
        ):
            page = Browser(reader).get(address)
            assert "How far the person's own PC comes" not in page
            assert "told by the person's PC" not in page


class TestNotNow:
    @pytest.fixture(params=["certificate-service-stopped", "service-stopped"])
    def pages(
        self, request: pytest.FixtureRequest, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> Pages:
        """A remedy was found: one that the person may take, and one that is for helpdesk."""
        return Pages(opened(employee, lab(request.param, name="ACC-07").row, work), helpdesk, employee)

    def test_is_the_persons_choice_before_helpdesk_is_given_anything(self, pages: Pages, helpdesk: Person) -> None:
        assert (pages.look().actor, pages.on_the_board) == ("person", ["others"])
        assert not Notice.objects.filter(person=helpdesk).exists()

    def test_leaves_the_board_and_waits_for_the_person(self, pages: Pages, helpdesk: Person) -> None:
        pages.look().own.client.post(f"/cases/{pages.case.pk}/not-now")
        assert (pages.look().actor, pages.on_the_board) == ("person", [])
        assert not Notice.objects.filter(person=helpdesk).exists()
        assert Entry.objects.filter(tag="case:put_off").count() == 1
        assert "You put this off." in text_of(pages.look().own.html)
        assert "You put it off" in pages.own.get("/cases")
        assert "The person said “Not now”." in text_of(pages.desk.html)

    def test_a_second_click_is_refused_in_words(self, pages: Pages) -> None:
        for _ in range(2):
            said = pages.own.post(f"/cases/{pages.case.pk}/not-now")
        assert pages.own.status == 422
        assert "Here is how they stand." in said

    def test_leaves_the_way_to_helpdesk(self, pages: Pages) -> None:
        pages.own.post(f"/cases/{pages.case.pk}/not-now")
        pages.own.press("Get help from a person")
        assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
        assert "Make the plan" in pages.look().desk.html

    def test_leaves_the_way_to_close_the_case(self, pages: Pages, employee: Person) -> None:
        pages.own.post(f"/cases/{pages.case.pk}/not-now")
        closed = pages.own.press("Close my case")
        assert "You closed this case" in closed
        case = Case.objects.get(pk=pages.case.pk)
        assert (case.outcome, case.waiting_for, case.need) == ("withdrawn", "nobody", "")
        assert (pages.look().actor, pages.on_the_board) == ("nobody", [])
        assert "closed by the person" in text_of(pages.look().desk.html)
        assert "Closed by you" in pages.own.get("/cases")
        withdraw_case(actor=employee, case=case)
        assert Entry.objects.filter(tag="case:close").count() == 1, "a second click closes nothing more"

    def test_is_not_asked_again_of_a_person_who_may_fix_it_and_takes_the_plan_away(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        case = opened(employee, lab("certificate-service-stopped", name="ACC-09").row, work)
        pages = Pages(case, helpdesk, employee)
        pages.own.get(f"/cases/{case.pk}")
        pages.own.press("Show what would change")
        work()
        assert pages.look().actor == "person"
        pages.own.client.post(f"/cases/{case.pk}/not-now")
        assert Job.objects.get(case=case, kind="apply").state == JobState.CANCELLED
        assert (pages.look().actor, pages.on_the_board) == ("person", [])
        pages.look()
        assert "Fix ACC-09 now" not in pages.own.html, "what it was read from may no longer be true"
        pages.own.press("Show what would change")
        work()
        page = pages.own.get(f"/cases/{case.pk}")
        assert "Fix ACC-09 now" in page
        pages.own.press("Fix ACC-09 now")
        work()
        assert "ACC-09 answers properly again" in pages.own.get(f"/cases/{case.pk}")


class TestHelpdeskThatActs:
    def test_has_taken_the_case_by_planning(
        self, host: Registered, case: Case, employee: Person, helpdesk: Person, person: MakePerson, north: Site
    ) -> None:
        pages = Pages(case, helpdesk, employee).look()
        pages.desk.press("Make the plan")
        case.refresh_from_db()
        assert (case.owner, case.taken_at is not None) == (helpdesk, True)
        other = Pages(case, person("Hugo", "helpdesk", site=north), employee)
        assert "Owner: Hanna" in text_of(other.look().desk.html)

    def test_has_taken_it_by_starting_and_takes_it_from_nobody(
        self, case: Case, helpdesk: Person, work: Work, person: MakePerson, north: Site
    ) -> None:
        job = planned(helpdesk, case, work)
        other = person("Hugo", "helpdesk", site=north)
        case.refresh_from_db()
        hand_back_case(actor=helpdesk, case=case)
        jobs.start_job(actor=other, job=Job.objects.get(pk=job.pk))
        case.refresh_from_db()
        assert case.owner == other
        assert Entry.objects.filter(tag="case:take").count() == 3

    def test_for_itself_takes_nothing(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        case = opened(helpdesk, lab("security-layer-rdp").row, work)
        planned(helpdesk, case, work)
        case.refresh_from_db()
        assert case.owner is None


class TestSameErrorAfterAProof:
    @pytest.fixture
    def pages(self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> Pages:
        case = opened(employee, lab("certificate-service-stopped", name="ACC-07").row, work)
        jobs.start_job(actor=employee, job=planned(employee, case, work))
        work()
        cases.answer_step(actor=employee, case=case, step="confirm", value="no_change")
        return Pages(case, helpdesk, employee).look()

    def test_says_who_acts_and_that_the_causes_were_judged_before_the_fix(self, pages: Pages) -> None:
        assert pages.actor == "portal", "the computer is read anew"
        desk = text_of(pages.desk.html)
        assert re.search(
            r"Emil says, .*: same error\. This was judged before the fix\. Since then only what proves", desk
        )
        assert "the computer is in order" not in desk

    def test_has_one_time_of_judgement_on_the_page(self, pages: Pages) -> None:
        look = diagnosis.latest_observation(pages.case)
        judged = pages.desk.html.partition('id="causes"')[2].partition("<details")[0]
        judged += pages.desk.html.partition('id="readings"')[2].partition("Word for word")[0]
        said = re.sub(r'<p class="note warn">.*?</p>', "", judged, flags=re.DOTALL)
        assert look
        assert look.ended_at
        assert set(re.findall(r'datetime="([^"]+)"', said)) == {f"{look.ended_at:%Y-%m-%dT%H:%M:%SZ}"}

    def test_is_helpdesks_at_once_when_the_person_asks(self, pages: Pages) -> None:
        pages.own.press("Get help from a person")
        assert pages.look().actor == "helpdesk"


class TestAnEndThatIsNotKnown:
    def test_has_helpdesk_look_after_a_computer_that_is_held(
        self, host: Registered, case: Case, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        lose_contact(planned(helpdesk, case, work), helpdesk)
        pages = Pages(case, helpdesk, employee).look()
        assert (pages.actor, pages.on_the_board) == ("helpdesk", ["you"])
        pages.look()
        assert "it is held: nothing else is changed on it" in text_of(pages.own.html)
        assert "nothing else is changed on this computer" in text_of(pages.desk.html)


class TestASiteWithoutAWorker:
    def test_is_named_on_both_pages_while_something_waits_for_one(
        self, case: Case, employee: Person, helpdesk: Person, work: Work, north: Site
    ) -> None:
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
        pages = Pages(case, helpdesk, employee).look()
        assert pages.actor == "portal"
        for page in (pages.desk, pages.board):
            assert "No worker serves this site now" in text_of(page.html)
        assert "The portal cannot reach your site now." in text_of(pages.own.html)
        health.note_heartbeat("worker", "w1", [north.slug])
        for page in (pages.look().desk, pages.own, pages.board):
            assert "No worker serves this site now" not in text_of(page.html)
            assert "cannot reach your site" not in text_of(page.html)

    def test_a_queued_change_waits_for_its_turn_on_every_page_and_runs_only_once_it_has_begun(
        self, case: Case, employee: Person, helpdesk: Person, work: Work, north: Site, person: MakePerson
    ) -> None:
        health.note_heartbeat("worker", "w1", [north.slug])
        job = planned(helpdesk, case, work)
        jobs.start_job(actor=helpdesk, job=job)
        pages, third = Pages(case, helpdesk, employee).look(), Browser(person("Mia", "manager", site=north))
        for page in (pages.desk, pages.board):
            assert "A change waits for its turn" in text_of(page.html)
            assert "A change is running" not in text_of(page.html)
        assert re.search(r'data-actor="portal">\s*Waits for its turn', pages.desk.html)
        assert "The change waits for its turn and begins by itself." in text_of(pages.own.html)
        assert "Fixing" not in pages.own.html
        assert "we stop waiting for it, and helpdesk takes over" not in pages.own.html
        assert "not begun yet" in third.get("/history")
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=job.created_at)
        for page in (pages.look().desk, pages.own, pages.board):
            assert "waits for its turn" not in text_of(page.html)
        assert "A change is running" in text_of(pages.board.html)
        assert "we stop waiting for it, and helpdesk takes over" in pages.own.html


class TestADangerousPlan:
    def test_has_the_approver_on_every_page_and_then_helpdesk(
        self, lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        case = opened(employee, lab("nla-required").row, work)
        ask_for_help(actor=employee, case=case)
        job = planned(helpdesk, case, work, why="The trust is broken")
        pages, second = Pages(case, helpdesk, employee), Pages(case, approver, employee)
        assert (pages.look().actor, pages.on_the_board) == ("approver", ["others"])
        second.desk.get(f"/approvals/{job.pk}")
        assert 'data-actor="approver"' in second.desk.html
        assert job.plan
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
        assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
        second.desk.get(f"/approvals/{job.pk}")
        assert 'data-actor="helpdesk"' in second.desk.html
        assert "Emil: Start the fix" in map(notice_words, Notice.objects.filter(person=helpdesk))


class TestAnApproverWhoAsks:
    @pytest.fixture
    def job(self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> Job:
        """A plan that waits for a second person."""
        case = opened(employee, lab("nla-required").row, work)
        ask_for_help(actor=employee, case=case)
        return planned(helpdesk, case, work, why="The trust is broken")

    def test_has_helpdesk_answer_on_every_page_until_somebody_has(
        self, job: Job, employee: Person, helpdesk: Person, approver: Person
    ) -> None:
        assert job.case
        pages, second = Pages(job.case, helpdesk, employee), Browser(approver)
        second.get(f"/approvals/{job.pk}")
        page = second.press("Send the question", text="Why not at noon?")
        assert 'data-actor="helpdesk"' in second.html
        assert (
            "Helpdesk has a question about the plan to answer. You, or another approver, can decide meanwhile." in page
        )
        assert "Your decision" in page
        assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
        pages.look()
        for seen in (pages.desk, pages.board):
            assert "Answer the approver" in text_of(seen.html)
        assert "has asked helpdesk something about it" in text_of(pages.own.html)
        assert "Why not at noon?" not in text_of(pages.own.html)
        pages.desk.press("Keep the note", text="The lab opens at noon")
        assert (pages.look().actor, pages.on_the_board) == ("approver", ["others"])
        assert "Answer by an internal note" not in text_of(pages.desk.html)

    def test_reads_on_the_page_of_a_plan_that_is_over_nothing_of_the_next_one(
        self, job: Job, employee: Person, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        assert job.case
        remediation.decline_plan(actor=approver, job=job, reason="No")
        pages, second = Pages(job.case, helpdesk, employee), Browser(approver)
        assert "Who acts now in the case" not in second.get(f"/approvals/{job.pk}")
        pages.look().desk.press("Check again from the beginning")
        work()
        planned(helpdesk, Case.objects.get(pk=job.case.pk), work, why="The trust is broken")
        assert pages.look().actor == "approver"
        page = second.get(f"/approvals/{job.pk}")
        assert "Not approved" in page
        assert "decide about the plan" not in page
        assert "data-actor" not in second.html


class TestAMessage:
    def test_has_helpdesk_answer_on_every_page_until_somebody_has(
        self, employee: Person, helpdesk: Person, work: Work, host: Registered
    ) -> None:
        case = opened(employee, host.row, work)
        send_message(actor=employee, case=case, text="Are you there?")
        pages = Pages(case, helpdesk, employee)
        assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
        send_message(actor=helpdesk, case=case, text="Yes")
        assert (pages.look().actor, pages.on_the_board) == ("person", ["others"])


class TestACaseThatHelpdeskBeginsAnew:
    def turns(self, employee: Person) -> list[str]:
        """What the person was told of whose turn it is."""
        rows = Notice.objects.filter(person=employee, code=NoticeCode.CASE_YOUR_TURN)
        return [notice_words(one) for one in rows]

    def test_tells_the_person_once_the_turn_is_theirs(
        self, case: Case, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        pages = Pages(case, helpdesk, employee).look()
        pages.desk.post(f"/desk/cases/{case.pk}/again")
        assert pages.look().actor == "portal"
        assert self.turns(employee) == []
        work()
        assert pages.look().actor == "person"
        send_message(actor=employee, case=case, text="Hello")
        send_message(actor=helpdesk, case=case, text="Yes")
        told = ["Hanna has begun your case anew, and now it waits for you: please go on there."]
        assert self.turns(employee) == told

    def test_that_was_closed_tells_them_too_also_without_a_computer(
        self, case: Case, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        for one in (case, opened(employee, None, work)):
            close_case(actor=helpdesk, case=one, solved=False, sent_to="the network team")
            Pages(one, helpdesk, employee).look().desk.press("Open again and read" if one.host else "Open again")
            work()
            assert Pages(one, helpdesk, employee).look().actor == "person"
        assert len(self.turns(employee)) == 2

    def test_says_nothing_of_it_where_they_did_it_themselves(
        self, case: Case, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        for one in (case, opened(employee, None, work)):
            close_case(actor=helpdesk, case=one, solved=False, sent_to="the network team")
            cases.check_computer_again(actor=employee, case=one)
            work()
            assert Pages(one, helpdesk, employee).look().actor == "person"
        assert self.turns(employee) == []

    def test_keeps_their_request_for_a_person(self, case: Case, employee: Person, helpdesk: Person, work: Work) -> None:
        ask_for_help(actor=employee, case=case)
        pages = Pages(case, helpdesk, employee).look()
        pages.desk.post(f"/desk/cases/{case.pk}/again")
        work()
        assert (pages.look().actor, pages.on_the_board) == ("helpdesk", ["you"])
        assert self.turns(employee) == []
        pages.look().own.post(f"/cases/{case.pk}/again", round=2)
        work()
        assert pages.look().actor == "person", "who begins anew by themselves goes on by themselves"


class TestMoments:
    def test_a_start_has_one_and_agreed_is_said_only_to_whoever_agreed(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        host = lab("certificate-service-stopped").row
        own = Pages(opened(employee, host, work), helpdesk, employee)
        job = planned(employee, own.case, work)
        Job.objects.update(created_at=F("created_at") - dt.timedelta(minutes=3))
        Case.objects.filter(pk=own.case.pk).update(round_began_at=job.created_at - dt.timedelta(minutes=4))
        own.case.refresh_from_db()
        jobs.start_job(actor=employee, job=job)
        line = JobLine.objects.filter(job=job).latest("pk")
        text = text_of(own.look().own.html)
        assert f"Agreed {text_of(moment(line.at))} ." in text
        assert diagnosis.status_of(own.case).since == line.at, "not when it was planned"
        other = opened(employee, lab("certificate-service-stopped", name="ACC-09").row, work)
        Job.objects.filter(pk=job.pk).update(state=JobState.VERIFIED)
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, other, work))
        own = Pages(other, helpdesk, employee)
        assert "Agreed" not in text_of(own.look().own.html)

    def test_of_who_acts_never_run_backwards_after_a_plan_was_declined(
        self, lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, work: Work
    ) -> None:
        case = opened(employee, lab("nla-required").row, work)
        ask_for_help(actor=employee, case=case)
        job = planned(helpdesk, case, work, why="The trust is broken")
        before = diagnosis.status_of(Case.objects.get(pk=case.pk)).since
        remediation.decline_plan(actor=approver, job=job, reason="No")
        after = diagnosis.status_of(Case.objects.get(pk=case.pk))
        assert (after.actor, after.since) == ("helpdesk", Job.objects.get(pk=job.pk).ended_at)
        assert after.since > before

    def test_of_waiting_and_of_opening_are_what_they_are_called(
        self, case: Case, employee: Person, helpdesk: Person
    ) -> None:
        pages = Pages(case, helpdesk, employee).look()
        for page in (pages.board, pages.desk):
            assert "open for" in text_of(page.html)
        ask_for_help(actor=employee, case=case)
        cases.take_case(actor=helpdesk, case=case)
        case.refresh_from_db()
        pages.look()
        for page in (pages.board, pages.desk):
            assert re.search(r"waiting for helpdesk \d+ s", text_of(page.html))
            assert f'datetime="{case.needs_since:%Y-%m-%dT%H:%M:%SZ}"' in page.html
        assert "takes care of it. Opened" not in text_of(pages.own.html)


def test_a_closed_case_leaves_no_plan_before_an_approver(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, lab("nla-required").row, work)
    job = planned(helpdesk, case, work, why="The trust is broken")
    case.refresh_from_db()
    close_case(actor=helpdesk, case=case, solved=True)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert Pages(case, helpdesk, employee).look().actor == "nobody"
