"""After a step by hand, an undo or a repair every page says who did it, what is offered, and what is wrong now."""

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, agreed, asked, at, opened, planned
from tests.web.helpdesk.conftest import Sit
from tests.web.helpdesk.test_by_hand import Leads, leads
from troubleshoot import cases, jobs, remediation, wording
from troubleshoot.diagnosis import judged_causes
from troubleshoot.engine import Code
from troubleshoot.models import Case, Job, JobState, Notice, Person

__all__ = ["leads"]


def test_who_said_that_it_is_done_is_named_and_only_what_is_there_is_offered(
    lab: MakeLab, employee: Person, helpdesk: Person, sit: Sit, leads: Leads, work: Work
) -> None:
    leads("network-private")
    case = asked(employee, lab("firewall-wrong-profile").row, work)
    own = sit(employee)
    remediation.report_done_by_hand(actor=helpdesk, case=case, step="hand", done=True)
    assert f"{helpdesk} of helpdesk said that it is done" in own.get(f"/cases/{case.pk}")
    work()
    page = own.get(f"/cases/{case.pk}")
    assert "Done, but it has not helped yet" in page
    assert f"{helpdesk} of helpdesk said that it is done" in page
    for untrue in ("You said that it is done", "take back what you changed", "What comes next is on this page"):
        assert untrue not in page


def test_its_result_is_told_under_notices(
    lab: MakeLab, employee: Person, helpdesk: Person, leads: Leads, work: Work
) -> None:
    leads("network-private")
    case = asked(employee, lab("firewall-wrong-profile").row, work)
    remediation.report_done_by_hand(actor=helpdesk, case=case, step="hand", done=True)
    work()
    told = [wording.notice_words(one) for one in Notice.objects.filter(person=employee)]
    assert any("it has not helped yet" in one for one in told)


def test_the_remedy_of_the_firewall_stays_offered_after_a_step_by_hand_that_has_not_helped(
    lab: MakeLab, employee: Person, helpdesk: Person, sit: Sit, work: Work
) -> None:
    case = asked(employee, lab("firewall-wrong-profile").row, work)
    assert at(case) == "network-private"
    remediation.report_done_by_hand(actor=helpdesk, case=case, step="firewall_public", done=True)
    work()
    assert at(case) == "network-private"
    desk = sit(helpdesk)
    desk.get(f"/desk/cases/{case.pk}")
    assert "believes it is in another kind of network" in desk.html.partition("<h1")[2].partition("</h1>")[0]


def test_the_board_names_no_cause_that_a_fresh_look_does_not_show_and_the_record_keeps_it(
    lab: MakeLab, employee: Person, helpdesk: Person, work: Work
) -> None:
    case = opened(employee, lab("certificate-service-stopped").row, work)
    cause = case.cause
    assert cause
    jobs.start_job(actor=employee, job=planned(employee, case, work))
    work()
    cases.check_computer_again(actor=employee, case=Case.objects.get(pk=case.pk))
    work()
    case.refresh_from_db()
    assert case.cause == next((one.cause.id for one in judged_causes(case) if one.verdict == "shown_by"), "") == ""
    cases.close_case(actor=helpdesk, case=case, solved=True)
    case.refresh_from_db()
    assert case.cause == cause


def test_an_undo_says_that_the_fault_is_back(
    lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, sit: Sit, work: Work
) -> None:
    case = opened(employee, lab("security-layer-rdp").row, work)
    job = planned(helpdesk, case, work)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    job.refresh_from_db()
    agreed(approver, remediation.request_revert(actor=helpdesk, job=job, reason="a thin client needs it"))
    work()
    undo = Job.objects.get(origin=job)
    assert (undo.state, undo.explanation and undo.explanation.code) == (JobState.VERIFIED, Code.BACK_BROKEN)
    for reader in (employee, helpdesk):
        path = f"/cases/{case.pk}" if reader == employee else f"/desk/cases/{case.pk}"
        assert "What the change had repaired is broken again." in sit(reader).get(path)


def test_a_plan_says_for_how_long(lab: MakeLab, employee: Person, helpdesk: Person, sit: Sit, work: Work) -> None:
    case = opened(employee, lab("nla-required").row, work)
    planned(helpdesk, case, work, why="the trust is broken")
    assert "Afterwards, for 2 h" in sit(helpdesk).get(f"/desk/cases/{case.pk}")


def test_what_answered_all_the_time_does_not_answer_again(
    lab: MakeLab, employee: Person, helpdesk: Person, sit: Sit, work: Work
) -> None:
    case = opened(employee, lab("drained").row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work, why="it takes nobody"))
    work()
    for reader, path in ((employee, f"/cases/{case.pk}"), (helpdesk, f"/desk/cases/{case.pk}")):
        page = sit(reader).get(path)
        assert "answers properly again" not in page
        assert "LAB-01: repaired as planned" in page
