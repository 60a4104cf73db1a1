"""Rows are held in one order, by one function: two transactions never wait for each other."""

from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.fixtures.computers import MakeLab, computer
from tests.fixtures.lock_order import Locks
from tests.fixtures.steps import Work, opened, planned
from troubleshoot import cases, jobs
from troubleshoot.models import Case, Person, Site, held

PRODUCT = Path(__file__).parents[2] / "troubleshoot"
#: What nobody waits for: it is skipped where somebody else has it.
SKIPPING = {"audit/recording.py"}


def test_rows_are_held_by_one_function_alone() -> None:
    found = {
        path.relative_to(PRODUCT).as_posix()
        for path in PRODUCT.rglob("*.py")
        if "select_for_update" in path.read_text()
    }
    assert found == {"models/holding.py", *SKIPPING}


def test_a_wrong_order_is_seen(locks: Locks, north: Site, employee: Person) -> None:
    with transaction.atomic():
        held(Site.objects.all()).get(pk=north.pk)
    with transaction.atomic():
        held(Person.objects.all()).get(pk=employee.pk)
        held(Site.objects.all()).get(pk=north.pk)
    assert locks.wrong == []
    with transaction.atomic():
        held(Site.objects.all()).get(pk=north.pk)
        list(Case.objects.held())
    assert locks.wrong == ["case is held after site"]
    locks.wrong.clear()


def test_planning_starting_and_an_incident_keep_to_the_order(
    locks: Locks, lab: MakeLab, employee: Person, helpdesk: Person, north: Site, work: Work
) -> None:
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, opened(employee, lab("security-layer-rdp").row, work), work))
    for number in range(3):
        host = computer(f"ACC-{number}", north, employee)
        cases.open_case(actor=employee, beneficiary=employee, error_text="0x904", host=host)
    Case.objects.update(cause="middlebox")
    cases.begin_incident(actor=helpdesk, site=north, cause="middlebox")
    assert any({"case", "site"} <= set(tables) for tables in locks.transactions)


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one lock, for all of it")
def test_what_points_at_a_held_row_may_be_added_meanwhile(db: None) -> None:
    sql = str(held(Site.objects.all()).query)
    assert connection.vendor == "postgresql"
    assert sql.endswith('FOR NO KEY UPDATE OF "troubleshoot_site"')
