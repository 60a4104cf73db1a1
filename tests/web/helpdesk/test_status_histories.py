"""Whatever happens to a case, in whatever order: its pages name one who acts, who can, and show no check of before."""

import datetime as dt
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import MakePerson
from tests.web.helpdesk.conftest import text_of
from tests.web.helpdesk.histories import History
from tests.web.helpdesk.one_status import Pages
from troubleshoot import diagnosis, wording
from troubleshoot.engine import CaseActor, CasePress, Reader
from troubleshoot.models import ACTIVE_STATES, CHANGES, Case, JobState, Person, Site
from troubleshoot.web.employee.case_page import EmployeeCasePage
from troubleshoot.web.helpdesk import board
from troubleshoot.web.helpdesk.case_page import HelpdeskCasePage

pytestmark = pytest.mark.django_db
NAMES = sorted(name for name in dir(History) if name.startswith(("desk_", "own_", "worker_")))
#: Something that can happen at any time, or (empty) one of what is likely now; and which of its ways it takes.
STEPS = st.tuples(st.just("") | st.just("") | st.sampled_from(NAMES), st.integers(0, 60))
#: What a page sends for each press, by reader.
FORMS = {
    Reader.EMPLOYEE: {CasePress.START: "fix", CasePress.NOT_NOW: "not-now"},
    Reader.HELPDESK: {},
}
#: What leads nowhere by itself.
TALK = {CasePress.SAY, CasePress.TAKE}

#: Two clocks write down the moments: the database's, to the millisecond, and the program's.
SAME_MOMENT = dt.timedelta(milliseconds=5)

Everybody = tuple[Site, Person, Person, Person]
Steps = list[tuple[str, int]]


@st.composite
def histories(draw: st.DrawFn) -> Steps:
    """So far on the usual way of a case that comes to a change and back, and then whatever happens."""
    journey, end = draw(st.integers(0, 12)), draw(st.sampled_from([0, 1, 0, 1, 0, 2, 3, 4, 5, 6, 7]))
    usual = [
        *[("worker_reads", 5 * journey), (draw(st.sampled_from(["own_help", "desk_plan"])), 0), ("desk_plan", 0)],
        *[("worker_reads", 0), ("desk_vote", 1), ("desk_start", 0), ("worker_changes", end)],
        *[("desk_undo", draw(st.integers(0, 1))), ("worker_changes", draw(st.integers(0, 7)))],
    ]
    return usual[: draw(st.integers(0, len(usual)))] + draw(st.lists(STEPS, max_size=6))


@pytest.fixture
def everybody(person: MakePerson, north: Site) -> Everybody:
    """The site, and who has to do with a case of it."""
    roles = [("Emil", "employee"), ("Hanna", "helpdesk"), ("Abel", "approver")]
    emil, hanna, abel = (person(name, role, site=north) for name, role in roles)
    return north, emil, hanna, abel


def check(history: History) -> None:
    """What must hold after every single thing that happens."""
    case = history.case
    status = diagnosis.status_of(case)
    desk, own = HelpdeskCasePage(case, history.helpdesk), EmployeeCasePage(case, history.employee)
    assert diagnosis.reindex_cases([Case.objects.for_status().get(pk=case.pk)]) == 0, "the index is what the rows say"
    assert {case.waiting_for, desk.status.actor, own.status.actor} == {str(status.actor)}
    left = status.told.left
    assert (status.actor == CaseActor.NOBODY) == (case.closed_at is not None and left in {None, "undone"})
    held = [name for name, matters in board.LISTS.items() if case.matter in matters]
    assert (held == ["you"]) == (status.actor == CaseActor.HELPDESK and case.closed_at is None)
    begun = case.jobs.filter(kind__in=CHANGES, state__in=ACTIVE_STATES).exists()
    assert not (begun and status.may(Reader.HELPDESK, CasePress.CLOSE))
    unknown = case.jobs.filter(kind__in=CHANGES, state=JobState.UNKNOWN).exists()
    assert not (case.closed_at and (begun or unknown) and left is None), "a closed case says what is not over"
    assert status.since >= history.since - SAME_MOMENT, "no status began before the one that it follows"
    history.since = status.since
    assert status.proved_at is None or status.speaks(status.proved_at)
    assert not (desk.observed.outdated and desk.causes.healthy)
    assert desk.next.stage
    assert (own.screen == "closed") == (case.closed_at is not None)
    if own.screen == "works":
        assert status.proved_at is not None


def check_pages(history: History) -> None:
    """What a person reads."""
    pages = Pages(history.case, history.helpdesk, history.employee).look()
    status = diagnosis.status_of(history.case)
    assert pages.actor == status.actor
    if status.proved_at is None:
        assert "it answers properly, on two fresh connections" not in pages.own.html
        assert "Does it work now?" not in pages.desk.html
    if status.told.left:
        for reader, page in ((Reader.HELPDESK, pages.desk), (Reader.EMPLOYEE, pages.own)):
            assert all(words in text_of(page.html) for words in wording.told_words(status, reader))
    if history.case.closed_at is not None:
        return
    readers = {CaseActor.PERSON: (Reader.EMPLOYEE, pages.own), CaseActor.HELPDESK: (Reader.HELPDESK, pages.desk)}
    if status.actor in readers:
        reader, page = readers[CaseActor(status.actor)]
        sent = set(re.findall(r'action="/(?:desk/)?cases/\d+/([\w-]+)"', page.html))
        wanted = {FORMS[reader].get(press, str(press)) for press in status.presses[reader] - TALK}
        assert wanted & sent, f"no way on from {status.matter}: {wanted} of {sent}"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(for_them=st.booleans(), steps=histories())
def test_every_history_of_a_case_has_one_truth(everybody: Everybody, for_them: bool, steps: Steps) -> None:
    history = History(*everybody, for_them=for_them)
    check(history)
    for name, number in steps:
        likely = history.at_hand()
        history.act(name or likely[number % len(likely)], number)
        check(history)
    check_pages(history)
