"""Where a case stands: always what its answers say, whoever gave them, in whatever order."""

from typing import Any

import pytest
from django.core.management import call_command

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import ERROR, Work, asking, at, opened, planned
from troubleshoot import cases, diagnosis, jobs, people
from troubleshoot.diagnosis import reindex_cases, status_of
from troubleshoot.engine import Refusal
from troubleshoot.models import Answer, Case, Person, Site


def test_every_case_stands_where_its_answers_lead_when_they_are_replayed(
    lab: MakeLab, helpdesk: Person, work: Work
) -> None:
    for faults in ((), ("closed-before-confirm",), ("key-unreadable",), ("security-layer-rdp",)):
        opened(helpdesk, lab(*faults).row, work)
    case = Case.objects.order_by("pk").last()
    assert case
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    work()
    assert reindex_cases(Case.objects.all()) == 0
    for one in Case.objects.all():
        walk = diagnosis.replay_case(one)
        status = status_of(one)
        assert (one.at_step, one.waiting_for, one.matter) == (walk.at.name, status.actor, status.matter)
        assert bool(one.need) == (status.owed is not None)
        assert (one.closed_at is not None) == (walk.at.kind == "end" and walk.at.subject != "escalate")


def test_what_lists_know_is_rebuilt_by_a_command_and_by_a_keeper_that_starts(employee: Person, work: Work) -> None:
    case = opened(employee, None, work)
    for command in (["cases", "reindex"], ["keeper", "--once"]):
        Case.objects.update(waiting_for="nobody", matter="closed", need="help")
        call_command(*command)
        case.refresh_from_db()
        assert (case.waiting_for, case.matter, case.need) == ("person", "question", "")


def test_since_when_a_case_needs_helpdesk_is_rebuilt_where_it_was_lost(employee: Person) -> None:
    case = asking(employee)
    assert (case.need, case.needs_since is None) == ("help", False)
    Case.objects.update(waiting_for="person", matter="later", need="", needs_since=None)
    call_command("cases", "reindex")
    again = Case.objects.get()
    assert (again.need, again.needs_since) == ("help", case.asked_for_help_at)


def test_a_case_without_a_registered_computer_goes_through_the_questions(employee: Person, work: Work) -> None:
    case = opened(employee, None, work)
    assert case.waiting_for == Case.WaitingFor.PERSON
    assert not case.jobs.exists()


def test_an_unknown_code_is_said_to_be_unknown_and_the_computer_is_still_checked(
    lab: MakeLab, employee: Person, work: Work
) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text="Error 0xABCD", host=lab().row)
    assert case.error["how"] == "unknown"
    assert case.error["name"] is None
    work()
    assert case.answers.exists()


@pytest.mark.parametrize("text", ["", "   ", "x" * 100_001])
def test_a_text_that_is_empty_or_endless_is_refused_in_words(text: str, employee: Person) -> None:
    with pytest.raises(Refusal, match="error_text_unfit"):
        cases.open_case(actor=employee, beneficiary=employee, error_text=text, host=None)


@pytest.mark.parametrize("text", ["0x904\0<script>", "0x904 \ud800 \u202e", "0x904 '; DROP TABLE x; --"])
def test_a_hostile_text_is_kept_as_data(text: str, employee: Person) -> None:
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=text, host=None)
    assert Case.objects.get(pk=case.pk).error["code"] == "0x904"


class TestAnAnswer:
    @pytest.fixture
    def case(self, lab: MakeLab, employee: Person, work: Work) -> Case:
        return opened(employee, lab("closed-before-confirm").row, work)

    def test_moves_the_case_on(self, case: Case, employee: Person) -> None:
        cases.answer_step(actor=employee, case=case, step="path", value="vpn")
        assert diagnosis.replay_case(case).at.name == "vpn"

    def test_that_is_changed_supersedes_what_came_after_and_stays_in_the_history(
        self, case: Case, employee: Person
    ) -> None:
        cases.answer_step(actor=employee, case=case, step="path", value="forward")
        cases.answer_step(actor=employee, case=case, step="path", value="vpn")
        assert diagnosis.replay_case(case).at.name == "vpn"
        assert [row.value for row in Answer.objects.filter(case=case, step="path")] == ["forward", "vpn"]

    @pytest.mark.parametrize(
        ("step", "value"),
        [("path", "elsewhere"), ("nowhere", "x"), ("solved", "x"), ("stage", "ok"), ("forward", "worked")],
    )
    def test_that_the_guide_does_not_ask_for_is_refused(
        self, step: str, value: str, case: Case, employee: Person
    ) -> None:
        with pytest.raises(Refusal):
            cases.answer_step(actor=employee, case=case, step=step, value=value)

    def test_to_a_closed_case_is_refused(self, case: Case, employee: Person) -> None:
        cases.answer_step(actor=employee, case=case, step="path", value="vpn")
        cases.answer_step(actor=employee, case=case, step="vpn", value="worked")
        with pytest.raises(Refusal, match="case_closed"):
            cases.answer_step(actor=employee, case=case, step="path", value="vpn")

    def test_by_a_stranger_is_refused(self, case: Case, person: MakePerson, south: Site) -> None:
        with pytest.raises(people.PermissionRefused):
            cases.answer_step(actor=person("Eve", "helpdesk", site=south), case=case, step="path", value="vpn")


class TestWhoMay:
    def test_an_employee_start_only_a_mild_fix_of_an_own_computer(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        host = lab("service-stopped")
        case = opened(employee, host.row, work)
        with pytest.raises(Refusal, match="helpdesk_does_this"):
            planned(employee, case, work, why="I cannot work")
        job = planned(helpdesk, case, work, why="they cannot work")
        with pytest.raises(people.PermissionRefused, match="disturb nobody"):
            jobs.start_job(actor=employee, job=job)
        jobs.start_job(actor=helpdesk, job=job)

    @pytest.mark.parametrize("role", ["manager", "auditor", "author", "administrator"])
    def test_nobody_who_only_reads_or_administers_change_anything(
        self, role: str, lab: MakeLab, helpdesk: Person, north: Site, person: MakePerson, work: Work
    ) -> None:
        reader = person("Rita", role, site=north)
        host = lab("expired-certificate")
        case = opened(helpdesk, host.row, work)
        job = planned(helpdesk, case, work)
        attempts: list[Any] = [
            lambda: cases.open_case(actor=reader, beneficiary=reader, error_text=ERROR, host=host.row),
            lambda: cases.answer_step(actor=reader, case=case, step="x", value="y"),
            lambda: jobs.request_reading(actor=reader, host=host.row, action=at(case)),
            lambda: jobs.start_job(actor=reader, job=job),
            lambda: jobs.cancel_job(actor=reader, job=job),
        ]
        for attempt in attempts:
            with pytest.raises(people.PermissionRefused):
                attempt()

    def test_helpdesk_of_another_site_neither_see_nor_change(
        self, lab: MakeLab, helpdesk: Person, south: Site, person: MakePerson, work: Work
    ) -> None:
        stranger = person("Eve", "helpdesk", site=south)
        case = opened(helpdesk, lab("expired-certificate").row, work)
        assert not people.permitted_rows(Case.objects.all(), stranger, "case.read").exists()
        with pytest.raises(people.PermissionRefused):
            jobs.start_job(actor=stranger, job=planned(helpdesk, case, work))
