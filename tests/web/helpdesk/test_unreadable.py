"""What a job has kept and cannot be read any more is called so on every page, and breaks none of them."""

from typing import Any

import pytest

from tests.fixtures.computers import Registered
from tests.fixtures.steps import Work, planned
from tests.web.helpdesk.conftest import LONG_AGO, Browser, Sit
from troubleshoot import jobs, operations, remediation
from troubleshoot.engine import Refusal
from troubleshoot.models import Case, Job, JobLine, Person

HOSTILE: list[Any] = [
    None,
    [],
    "nonsense",
    {"version": 99},
    {"version": 2, "signed_in": [{"user": 1}], "before": "x", "after": {"0": 1}, "differences": [[]], "stage": 7},
    {"signed_in": "bob", "guided": [], "differences": {"item": 0}, "reached": 3, "outside_before": [1]},
]
WHY: list[Any] = [None, "nonsense", {"code": "teapot", "params": {}}, {"code": "unreachable", "params": {"stage": []}}]


def pages(case: Case, job: Job) -> list[str]:
    return [f"/desk/cases/{case.pk}", f"/desk/cases/{case.pk}/text", f"/cases/{case.pk}", f"/history/cases/{case.pk}"]


@pytest.fixture
def change(case: Case, helpdesk: Person, work: Work) -> Job:
    """A change that has been carried out."""
    job = planned(helpdesk, case, work)
    jobs.start_job(actor=helpdesk, job=job)
    work()
    job.refresh_from_db()
    return job


def test_no_page_fails_over_it(change: Job, case: Case, helpdesk: Person, employee: Person, sit: Sit) -> None:
    browsers = [sit(helpdesk), sit(employee)]
    for number, result in enumerate(HOSTILE):
        why = WHY[number % len(WHY)]
        Job.objects.filter(case=case).update(result=result if result is not None else {}, why=why)
        JobLine.objects.filter(job__case=case).update(said=why)
        for browser in browsers:
            for address in pages(case, change):
                browser.get(address)
                assert browser.status in {200, 403, 404}, (address, result)
        assert "cannot be read any more" in browsers[0].get(f"/history/cases/{case.pk}") or why == WHY[3]


def test_who_is_signed_in_is_not_known_then(case: Case, path: str, desk: Browser, helpdesk: Person, work: Work) -> None:
    job = planned(helpdesk, case, work)
    Job.objects.filter(pk=job.pk).update(result={"version": 99})
    page = desk.get(path)
    assert "Signed in: not known" in page
    assert "CORP\\bob" not in page


def test_nothing_is_undone_on_what_cannot_be_read(
    change: Job, host: Registered, helpdesk: Person, path: str, desk: Browser
) -> None:
    Job.objects.filter(pk=change.pk).update(result={**change.result, "after": "nonsense"}, undo_at=LONG_AGO)
    with pytest.raises(Refusal, match="way_back_unreadable"):
        remediation.request_revert(actor=helpdesk, job=Job.objects.get(pk=change.pk))
    operations.sweep()
    change.refresh_from_db()
    assert change in Job.objects.overdue(), "it is not forgotten"
    assert not change.reverts.exists()
    desk.get(path)
    assert desk.status == 200
