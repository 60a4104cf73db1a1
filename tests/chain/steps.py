"""The steps that people take, as the tests of the chain take them: always through the use cases."""

from collections.abc import Callable

from troubleshoot import cases, diagnosis, jobs, remediation
from troubleshoot.models import Case, Host, Job, Person

ERROR = "Error code: 0x904\nExtended error code: 0x7"
Work = Callable[[], None]


def opened(person: Person, host: Host | None, work: Work, *, beneficiary: Person | None = None) -> Case:
    """A case whose first readings are taken."""
    case = cases.open_case(actor=person, beneficiary=beneficiary or person, error_text=ERROR, host=host)
    work()
    return Case.objects.get(pk=case.pk)


def at(case: Case) -> str:
    """What the step is about where the case stands: an action, an end, a question."""
    return diagnosis.replay_case(case).at.subject


def agreed(approver: Person, job: Job) -> None:
    """An approver says yes to exactly this plan, and whoever asked for it starts it."""
    assert job.plan
    remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)
    jobs.start_job(actor=job.requester, job=job)


def planned(person: Person, case: Case, work: Work, why: str = "") -> Job:
    """The job that the guide's remedy would be, planned from a fresh reading."""
    assert case.host
    reading = remediation.request_plan(actor=person, host=case.host, action=at(case), case=case, reason=why)
    work()
    reading.refresh_from_db()
    job = Job.objects.filter(plan__made_by=reading).first()
    assert job, reading.explanation
    return job
