"""A change that was put back: every page says so, names what was left, and the same one who acts next."""

import re
from typing import Any

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.support import replace_everywhere
from tests.web.helpdesk.conftest import Browser, text_of
from tests.web.helpdesk.one_status import Pages
from troubleshoot import cases, jobs, operations, remediation
from troubleshoot.cases import follow_up
from troubleshoot.engine import proof
from troubleshoot.models import Case, Job, JobState, Notice, Person
from troubleshoot.reports.outcome_groups import with_ways
from troubleshoot.wording import notice_words


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    """A computer whose repair can be put back in part: the service, and not the old certificate."""
    return lab("expired-certificate", "certificate-service-stopped")


@pytest.fixture
def pages(host: Registered, employee: Person, helpdesk: Person, work: Work) -> Pages:
    """A case whose computer helpdesk has repaired."""
    case = opened(employee, host.row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    work()
    return Pages(case, helpdesk, employee)


def undone(pages: Pages, work: Work) -> None:
    """Helpdesk puts the change back, from the page of the case."""
    pages.look().desk.press("Undo on LAB-01", why="it was the wrong one")
    work()


def test_is_a_step_of_the_case_after_which_helpdesk_acts_and_nobody_is_asked_whether_it_works(
    pages: Pages, work: Work
) -> None:
    assert pages.look().actor == "person"
    undone(pages, work)
    assert pages.look().actor == "helpdesk"
    assert pages.on_the_board == ["you"]
    for page in (pages.look().desk, pages.own):
        assert "<h1>It was put back, but not all of it</h1>" in page.html
        for gone in ("Does it work now?", "Same error", "answers properly", "runs again", "Fix LAB-01 now"):
            assert gone not in text_of(page.html)
    path = pages.desk.html.partition('id="path"')[2].partition("</ol>")[0]
    assert "Helpdesk has put the change back." in text_of(path)
    assert "It was put back: decide what comes next" in pages.board.get(f"/board?q={pages.case.pk}")


def test_names_what_could_not_be_put_back_on_both_pages(pages: Pages, work: Work) -> None:
    undone(pages, work)
    pages.look()
    left = re.findall(r"<li>([^<]*)</li>", pages.own.html.partition('id="left"')[2])[0]
    assert "Remote Desktop certificate" in left
    assert f"Not put back: {left}" in text_of(pages.desk.html)
    assert "everything is as it was before" not in text_of(pages.desk.html)
    assert "Undone on LAB-01, but not all of it" in text_of(pages.desk.html)


def test_dates_what_was_found_before_it_and_shows_no_green_check_of_then(pages: Pages, work: Work) -> None:
    undone(pages, work)
    desk = text_of(pages.look().desk.html)
    assert "This was judged before the change was put back. Only what was put back was read since." in desk
    assert "the computer is in order" not in desk
    own = text_of(pages.own.html)
    assert "it answers properly, on two fresh connections" not in own
    assert "Most likely" not in own


def test_warns_before_it_that_the_fault_comes_back_where_one_was(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = "undoing it brings the fault back"
    assert warning in text_of(pages.look().desk.html)
    replace_everywhere(monkeypatch, proof, "lacking", lambda *_: [])
    assert warning not in text_of(pages.look().desk.html), "the computer was as good before"


def test_while_it_runs_the_portal_acts_on_every_page(pages: Pages, work: Work) -> None:
    pages.look().desk.press("Undo on LAB-01")
    assert pages.look().actor == "portal"
    assert "It waits to be put back" in text_of(pages.own.html)
    assert "What cannot be put back" in text_of(pages.own.html)
    assert "it can be undone afterwards" not in text_of(pages.desk.html)
    assert "before the change was put back" not in text_of(pages.desk.html)
    undo = Job.objects.get(kind="revert")
    Job.objects.filter(pk=undo.pk).update(state=JobState.CLAIMED)
    assert "It is being put back" in text_of(pages.look().own.html)
    Job.objects.filter(pk=undo.pk).update(state=JobState.QUEUED)
    pages.look()
    assert "Does it work now?" not in text_of(pages.desk.html)
    part = Browser(pages.case.beneficiary)
    work()
    assert "Undone" in pages.desk.part(f"/desk/cases/{pages.case.pk}?line=0", "live")
    beside = pages.desk.html.partition('id="past-list" hx-swap-oob')[2]
    assert "undone later" in beside, "the list beside it moves on with it"
    assert "queued" not in beside
    assert part.get(f"/cases/{pages.case.pk}")


def test_is_told_in_the_same_words_on_the_board_the_plan_and_the_ticket(pages: Pages, work: Work) -> None:
    cases.answer_step(actor=pages.case.beneficiary, case=pages.case, step="confirm", value="no_change")
    undone(pages, work)
    pages.look()
    assert "It was put back" in text_of(pages.board.html)
    assert "Repaired and proved" not in text_of(pages.board.html)
    card = text_of(pages.desk.html.partition('id="plan"')[2].partition("Its scripts, word for word")[0])
    assert "put back" in card
    assert "verified" not in card
    ticket = pages.desk.get(f"/desk/cases/{pages.case.pk}/text").partition("Changes")[2]
    assert "Undo: " in ticket
    assert "undone later." in ticket
    assert "answers properly again" not in ticket
    assert pages.desk.get(f"/desk/cases/{pages.case.pk}").count("decide what comes next") == 2, "head and box"


def test_leads_on_from_new_readings(pages: Pages, work: Work) -> None:
    undone(pages, work)
    pages.look().desk.press("Check again from the beginning")
    work()
    assert pages.look().actor == "person", "the fault is found once more, and the person decides"
    assert "It was put back" not in pages.own.html


def test_because_it_was_worse_says_so_to_both(
    host: Registered, employee: Person, helpdesk: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(employee, host.row, work)
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
    replace_everywhere(monkeypatch, proof, "judge_run", lambda *_: "worse")
    work()
    pages = Pages(case, helpdesk, employee).look()
    assert Job.objects.get(case=case, kind="apply").state == JobState.REVERTED
    assert pages.actor == "helpdesk"
    for page in (pages.desk, pages.own):
        assert "The check after the change was worse than before" in text_of(page.html)
        assert "<h1>It was put back, but not all of it</h1>" in page.html


def test_that_did_not_get_through_is_helpdesks_too(
    pages: Pages, host: Registered, helpdesk: Person, work: Work
) -> None:
    with host.lab.state.changing() as document:
        document["network"]["winrm"] = "refused"
    undone(pages, work)
    assert pages.look().actor == "helpdesk"
    for page in (pages.desk, pages.own):
        assert "<h1>It could not be put back</h1>" in page.html
    told = {one.person: notice_words(one) for one in Notice.objects.filter(job__kind="revert", code="change_ended")}
    assert told[pages.case.beneficiary] == ("LAB-01: It did not answer, so this was not begun. Helpdesk has your case.")
    assert "winrm" in told[helpdesk], "what is technical is for helpdesk"
    desk = text_of(pages.desk.html)
    assert "before the change was put back" not in desk
    assert "What was read before that no longer counts" not in desk
    assert Case.objects.get(pk=pages.case.pk).matter == "undo_failed"


def test_is_not_closed_as_verified_when_the_person_says_nothing(
    pages: Pages, work: Work, helpdesk: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    remediation.request_revert(actor=helpdesk, job=Job.objects.get(kind="apply"))
    work()
    monkeypatch.setattr(follow_up, "REMIND_AFTER", -follow_up.REMIND_AFTER)
    monkeypatch.setattr(follow_up, "CLOSE_AFTER", -follow_up.CLOSE_AFTER)
    cases.follow_up_unconfirmed(actor=helpdesk)
    assert Case.objects.get(pk=pages.case.pk).closed_at is None


def way(case: Case) -> str:
    """Where a closed case went, as the summary counts it."""
    found: Any = with_ways(Case.objects.filter(pk=case.pk)).get()
    return str(found.way)


def test_leaves_a_closed_case_neither_the_name_nor_the_number_of_the_remedy(
    pages: Pages, work: Work, helpdesk: Person
) -> None:
    undone(pages, work)
    cases.read_computer_again(actor=helpdesk, case=Case.objects.get(pk=pages.case.pk))
    work()
    cases.close_case(actor=helpdesk, case=Case.objects.get(pk=pages.case.pk), solved=True)
    pages.look()
    assert "<h1>It was put back, but not all of it</h1>" in pages.desk.html
    assert "Helpdesk has put the change back." in text_of(pages.own.html)
    ticket = pages.desk.get(f"/desk/cases/{pages.case.pk}/text")
    for page in (pages.desk.html, pages.own.html, ticket):
        assert "runs again" not in page
    assert ticket.startswith(f"Mendpoint case {pages.case.pk}: It was put back, but not all of it")
    assert way(pages.case) == "helpdesk_word"


def test_that_was_promised_and_comes_after_the_end_leaves_the_number_as_it_was(
    pages: Pages, work: Work, helpdesk: Person
) -> None:
    cases.close_case(actor=helpdesk, case=Case.objects.get(pk=pages.case.pk), solved=True)
    change = Job.objects.get(kind="apply")
    Job.objects.filter(pk=change.pk).update(undo_at=change.created_at)
    operations.sweep()
    work()
    assert Job.objects.get(pk=change.pk).state == JobState.REVERTED
    assert way(pages.case) == "helpdesk_fix"
