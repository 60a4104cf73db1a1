"""Every fault of the lab, through all that can happen to its case: no two sentences of any two pages contradict."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import MakePerson
from tests.diagnosis.test_table import _quick as quick
from tests.web.contradictions.rules import broken
from tests.web.contradictions.table import TABLE, contradictions
from tests.web.contradictions.walk import COURSES, FaultHistory, Moment
from tests.web.test_sessions import EFFECTS
from troubleshoot.engine import CaseStatus, StatementCode, ToldWords
from troubleshoot.lab import FAULTS
from troubleshoot.models import Site
from troubleshoot.operations import health

__all__ = ["quick"]  # how long a look may take
pytestmark = pytest.mark.django_db

ALL = [(fault, course) for fault in sorted(FAULTS) for course in COURSES]
#: Drawn once, so that a failure comes again; all of them are walked by `make soak`.
SAMPLE = random.Random(10).sample(ALL, 8)


def test_every_row_of_the_table_finds_what_it_is_for() -> None:
    said = {
        "employee: case": "From here the computer answers all the way to the sign-in.",
        "helpdesk: case": "It was put back as it was",
    }
    assert [one.split(":")[0] for one in contradictions(said)] == ["the way"]
    assert list(contradictions({"employee: case": "It was put back as it was"})) == []
    assert len({row.about for row in TABLE}) >= 10


@pytest.mark.parametrize(("fault", "course"), SAMPLE)
def test_pages_agree_on_one_of_a_sample(fault: str, course: str, person: MakePerson, north: Site) -> None:
    walk(fault, course, person, north)


@pytest.mark.soak
@pytest.mark.parametrize(("fault", "course"), [one for one in ALL if one not in SAMPLE])
def test_pages_agree_on_every_other(fault: str, course: str, person: MakePerson, north: Site) -> None:
    walk(fault, course, person, north)


def walk(fault: str, course: str, person: MakePerson, north: Site) -> None:
    """Let everything happen, one thing after another, and compare the pages after each."""
    roles = ("employee", "helpdesk", "approver", "manager", "auditor")
    emil, hanna, abel, maria, otto = (
        person(name, role, site=north)
        for name, role in zip(("Emil", "Hanna", "Abel", "Maria", "Otto"), roles, strict=True)
    )
    history = FaultHistory(north, emil, hanna, abel, for_them=False)
    history.fault = fault
    health.note_heartbeat("worker", "w1", [north.slug])
    so_far: list[str] = []
    for name, number in COURSES[course]:
        before = _rows(history)
        history.act(name, number)
        so_far.append(name)
        if _rows(history) != before:
            moment = Moment(history, maria, otto).look()
            found = [*contradictions(moment.texts), *disagreements(moment), *broken(moment)]
            assert found == [], f"{fault}, after {', '.join(so_far)}:\n" + "\n".join(found)


def _rows(history: FaultHistory) -> list[Any]:
    case = history.case
    counted = [case.answers.count(), case.closed_at, case.round, case.matter, case.waiting_for]
    return [*counted, *case.jobs.order_by("pk").values_list("state", flat=True)]


def disagreements(moment: Moment) -> Iterator[str]:
    """Yield what pages state differently of the same: who acts, what for, and what a plan does to whom."""
    actors, matters, plans = set(), set(), dict[str, set[str]]()
    stands = Counter(page for page, said, _reader in moment.stated if said.code == StatementCode.STANDS)
    yield from (f"{page} says twice where the case stands" for page, times in stands.items() if times > 1)
    for _page, said, _reader in moment.stated:
        if isinstance(told := said.values.get("told"), ToldWords):
            actors.add(str(told.actor))
        if isinstance(status := said.values.get("status"), CaseStatus):
            matters.add(str(status.matter))
        if said.code in EFFECTS:
            plans.setdefault(str(said.values["plan"]), set()).add(str(EFFECTS[said.code]))
    yield from (
        f"{what}: {sorted(found)}" for what, found in (("who acts", actors), ("what for", matters)) if len(found) > 1
    )
    yield from (f"who is disconnected: {sorted(found)}" for found in plans.values() if len(found) > 1)
