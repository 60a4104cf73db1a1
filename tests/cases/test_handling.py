"""Care for a case: who takes it, what is said, how it ends, and whom it is told to."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.core import mail
from django.utils import timezone

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, at, opened, planned
from tests.web.helpdesk.conftest import hear_nothing
from troubleshoot import cases, diagnosis, jobs, notifications, operations, people, reports
from troubleshoot.cases import (
    ask_for_help,
    check_computer_again,
    close_case,
    follow_up,
    hand_back_case,
    open_case_for_caller,
    send_message,
    take_case,
)
from troubleshoot.cases import handling as care
from troubleshoot.engine import Refusal
from troubleshoot.models import Answer, Case, Job, JobState, Message, Notice, Person, Site

LONG_AGO = timezone.now() - timedelta(days=30)


def told(person: Person) -> list[str]:
    return [one.kind for one in Notice.objects.filter(person=person).order_by("pk")]


class TestACaseThatNeedsHelpdesk:
    def test_is_told_to_helpdesk_of_its_site_once(
        self, lab: MakeLab, employee: Person, helpdesk: Person, south: Site, person: MakePerson, work: Work
    ) -> None:
        stranger = person("Eve", "helpdesk", site=south)
        case = opened(employee, lab("key-unreadable", "credentials-refused").row, work)
        assert (case.outcome, case.waiting_for, case.need, case.closed_at) == ("escalate", "helpdesk", "help", None)
        assert told(helpdesk) == ["new_case"]
        assert told(stranger) == []
        ask_for_help(actor=employee, case=case)
        assert told(helpdesk) == ["new_case"]

    def test_is_one_whose_fix_the_person_may_not_start_once_they_ask_or_helpdesk_opened_it_for_them(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        mild, disruptive = lab("expired-certificate"), lab("service-stopped")
        assert opened(employee, mild.row, work).need == ""
        case = opened(employee, disruptive.row, work)
        assert (case.need, case.matter, told(helpdesk)) == ("", "choose", [])
        ask_for_help(actor=employee, case=case)
        assert (case.need, case.matter, told(helpdesk)) == (Case.Need.START, "plan", ["new_case"])
        for_them = opened(helpdesk, disruptive.row, work, beneficiary=employee)
        assert for_them.need == Case.Need.START

    def test_is_one_whose_change_was_lost(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        case = opened(helpdesk, lab("expired-certificate").row, work)
        job = planned(helpdesk, case, work)
        jobs.start_job(actor=helpdesk, job=job)
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, fence=1, lease_until=LONG_AGO)
        operations.sweep()
        case.refresh_from_db()
        assert case.need == "", "the portal asks the computer first"
        hear_nothing(job)
        case.refresh_from_db()
        assert case.need == Case.Need.DECIDE


class TestHelpdesk:
    @pytest.fixture
    def case(self, lab: MakeLab, employee: Person, work: Work) -> Case:
        return opened(employee, lab("key-unreadable", "credentials-refused").row, work)

    def test_take_and_hand_back(self, case: Case, helpdesk: Person, north: Site, person: MakePerson) -> None:
        second = person("Hugo", "helpdesk", site=north)
        take_case(actor=helpdesk, case=case)
        take_case(actor=second, case=case, shown_owner=helpdesk.pk)
        case.refresh_from_db()
        assert case.owner == second
        assert told(helpdesk)[-1] == "message"
        hand_back_case(actor=second, case=case)
        case.refresh_from_db()
        assert case.owner is None

    def test_talk_with_the_person_and_among_themselves(self, case: Case, employee: Person, helpdesk: Person) -> None:
        send_message(actor=helpdesk, case=case, text="We look at the key now.")
        send_message(actor=helpdesk, case=case, text="Same image as last week.", internal=True)
        assert told(employee) == ["message"]
        with pytest.raises(people.PermissionRefused):
            send_message(actor=employee, case=case, text="x", internal=True)
        for text in ("", "   ", "x" * 4001):
            with pytest.raises(Refusal, match="message_length"):
                send_message(actor=employee, case=case, text=text)

    def test_say_the_same_twice_only_when_something_was_said_in_between(
        self, case: Case, employee: Person, helpdesk: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for speaker in (employee, employee, helpdesk, employee):
            send_message(actor=speaker, case=case, text="Yes")
        send_message(actor=helpdesk, case=case, text="Yes", internal=True)
        send_message(actor=helpdesk, case=case, text="Yes", internal=True)
        assert Message.objects.count() == 4
        monkeypatch.setattr(care, "SAID_TWICE", timedelta(0))
        send_message(actor=helpdesk, case=case, text="Yes", internal=True)
        assert Message.objects.count() == 5

    def test_close_as_solved_or_sent_on(self, case: Case, employee: Person, helpdesk: Person) -> None:
        with pytest.raises(Refusal, match="sent_on_to_nobody"):
            close_case(actor=helpdesk, case=case, solved=False)
        close_case(actor=helpdesk, case=case, solved=False, sent_to="the directory team", ticket="INC-7")
        case.refresh_from_db()
        assert (case.outcome, case.sent_to, case.ticket, case.need) == ("escalate", "the directory team", "INC-7", "")
        assert told(employee)[-1] == "result"
        with pytest.raises(Refusal, match="case_closed"):
            close_case(actor=helpdesk, case=case, solved=True)

    def test_is_needed_to_close_for_others(self, case: Case, employee: Person) -> None:
        with pytest.raises(people.PermissionRefused):
            close_case(actor=employee, case=case, solved=True)


class TestTheWaitForHelpdesk:
    @pytest.fixture
    def case(self, lab: MakeLab, employee: Person, work: Work) -> Case:
        return opened(employee, lab("key-unreadable", "credentials-refused").row, work)

    def test_lasts_from_the_need_to_the_first_who_takes_it(
        self, case: Case, helpdesk: Person, north: Site, person: MakePerson
    ) -> None:
        assert case.needs_since
        assert case.taken_at is None
        take_case(actor=helpdesk, case=case)
        taken = Case.objects.get(pk=case.pk).taken_at
        assert taken
        assert taken >= case.needs_since
        take_case(actor=person("Hugo", "helpdesk", site=north), case=case, shown_owner=helpdesk.pk)
        hand_back_case(actor=helpdesk, case=case)
        take_case(actor=helpdesk, case=case)
        assert Case.objects.get(pk=case.pk).taken_at == taken

    def test_begins_anew_with_the_next_need(self, case: Case, employee: Person, helpdesk: Person, work: Work) -> None:
        take_case(actor=helpdesk, case=case)
        first = Case.objects.get(pk=case.pk)
        check_computer_again(actor=employee, case=case)
        work()
        again = Case.objects.get(pk=case.pk)
        assert again.needs_since
        assert first.taken_at
        assert again.needs_since > first.taken_at
        take_case(actor=helpdesk, case=case)
        assert Case.objects.get(pk=case.pk).taken_at != first.taken_at

    def test_is_usually_the_median_of_the_latest_twenty_and_unknown_below_five(self, case: Case, north: Site) -> None:
        now = timezone.now()
        for minutes in (1, 2, 3, 50):
            self._waited(case, now, minutes)
        assert reports.usual_wait(north) is None
        self._waited(case, now, 4)
        assert reports.usual_wait(north) == timedelta(minutes=3)
        assert reports.usual_wait(None) is None
        for _ in range(20):
            self._waited(case, now + timedelta(days=1), 9)
        assert reports.usual_wait(north) == timedelta(minutes=9)

    @staticmethod
    def _waited(case: Case, now: datetime, minutes: int) -> None:
        row = Case.objects.get(pk=case.pk)
        row.pk, row.opened_with = None, None
        row.needs_since, row.taken_at = now - timedelta(minutes=minutes), now
        row.save(force_insert=True)


class TestACaseThatIsOpenedForHelp:
    def test_is_helpdesks_at_once_and_once(self, employee: Person, helpdesk: Person) -> None:
        page = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
        for _ in range(2):
            case = open_case_for_caller(actor=employee, error_text=" ", host=None, opened_with=page)
        assert Case.objects.get() == case
        assert (Case.objects.get().need, case.error_text) == (
            Case.Need.HELP,
            "No error text: a person was asked for at once.",
        )
        assert told(helpdesk) == ["new_case"]


class TestACheckedAgainCase:
    def test_begins_anew_and_keeps_its_first_round(self, lab: MakeLab, employee: Person, work: Work) -> None:
        host = lab("closed-before-confirm")
        case = opened(employee, host.row, work)
        cases.answer_step(actor=employee, case=case, step="path", value="vpn")
        first = list(Answer.objects.filter(case=case).values_list("step", flat=True))
        with host.lab.state.changing() as document:
            document["network"]["rdp"] = "open"
        check_computer_again(actor=employee, case=case)
        check_computer_again(actor=employee, case=Case.objects.get(pk=case.pk))
        work()
        case.refresh_from_db()
        assert case.round == 2, "a second click changes nothing while it is being read"
        assert diagnosis.replay_case(case).path[0] == ("why", "healthy")
        assert list(Answer.objects.filter(case=case, round=1).values_list("step", flat=True)) == first

    def test_can_be_opened_again_for_seven_days(self, lab: MakeLab, employee: Person, work: Work) -> None:
        case = opened(employee, lab("closed-before-confirm").row, work)
        cases.answer_step(actor=employee, case=case, step="path", value="vpn")
        cases.answer_step(actor=employee, case=case, step="vpn", value="worked")
        check_computer_again(actor=employee, case=case)
        work()
        case.refresh_from_db()
        assert (case.closed_at, case.outcome, case.round) == (None, "", 2)
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=8))
        with pytest.raises(Refusal, match="closed_long_ago"):
            check_computer_again(actor=employee, case=case)

    def test_waits_for_a_running_fix(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        case = opened(helpdesk, lab("expired-certificate").row, work)
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
        with pytest.raises(Refusal, match="fix_under_way"):
            check_computer_again(actor=helpdesk, case=case)


class TestAVerifiedFix:
    @pytest.fixture
    def case(self, lab: MakeLab, employee: Person, work: Work) -> Case:
        case = opened(employee, lab("expired-certificate").row, work)
        jobs.start_job(actor=employee, job=planned(employee, case, work))
        work()
        return Case.objects.get(pk=case.pk)

    def test_is_told_and_mailed_to_the_person(self, case: Case, employee: Person) -> None:
        assert told(employee) == ["result"]
        assert notifications.send_due_deliveries() == 1
        assert notifications.send_due_deliveries() == 0
        assert employee.email in mail.outbox[0].to
        assert f"/cases/{case.pk}" in str(mail.outbox[0].body)

    def test_keeps_the_persons_word_beside_the_proof(self, case: Case, employee: Person) -> None:
        assert at(case)
        cases.answer_step(actor=employee, case=case, step="confirm", value="no_change")
        case.refresh_from_db()
        assert (case.word, case.closed_at) == (Case.Word.SAME_ERROR, None)

    def test_is_asked_about_once_and_closed_when_nobody_answers(self, case: Case, employee: Person) -> None:
        operations.sweep()
        assert told(employee) == ["result"]
        for days, expected in ((0.2, ["result", "reminder"]), (0.3, ["result", "reminder"])):
            self._ago(days)
            operations.sweep()
            assert told(employee) == expected
        self._ago(2)
        operations.sweep()
        case.refresh_from_db()
        assert (case.outcome, case.word, case.waiting_for) == ("solved", "", "nobody")
        assert told(employee) == ["result", "reminder", "result"]

    @staticmethod
    def _ago(days: float) -> None:
        follow_up.REMIND_AFTER, follow_up.CLOSE_AFTER = timedelta(hours=4), timedelta(hours=24)
        follow_up.REMIND_AFTER -= timedelta(days=days)
        follow_up.CLOSE_AFTER -= timedelta(days=days)

    @pytest.fixture(autouse=True)
    def _times(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(follow_up, "REMIND_AFTER", timedelta(hours=4))
        monkeypatch.setattr(follow_up, "CLOSE_AFTER", timedelta(hours=24))
