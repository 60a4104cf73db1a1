"""Stops a change that has begun: while its visit runs, its computer is told to let it be, or it goes on to its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from troubleshoot import hosts, jobs, remote
from troubleshoot.audit import Machine
from troubleshoot.engine import Code, Explanation, PlanDocument
from troubleshoot.hosts import CredentialMissing
from troubleshoot.models import Job, JobState
from troubleshoot.remediation.coming_back import VisitEnd, end_change
from troubleshoot.remediation.last_gate import withdrawn

#: How often a worker looks whether the change that it carries out is still wanted, in seconds.
EVERY: Final = 1.0


@dataclass(frozen=True)
class Unwanted:
    """Where a change ends that is not wanted any more, if nothing of it was written; and why."""

    state: JobState
    why: Explanation


def unwanted(job: Job) -> Unwanted | None:
    """Return why a change is not wanted any more, as its row and the rules stand now; None while it is.

    A person who wants it stopped ends it `cancelled`; a right that was withdrawn, or a computer on which nothing may be
    changed any more, ends it `refused`, as before the start.
    """
    now = Job.objects.select_related("host__site", "origin", "starter", "stopper", "plan").get(pk=job.pk)
    if now.stop_asked_at is not None:
        return Unwanted(JobState.CANCELLED, Explanation.of(Code.STOPPED_IN_TIME, who=str(now.stopper or "")))
    why = withdrawn(now)
    return Unwanted(JobState.REFUSED, why) if why else None


def end_unwanted(job: Job, worker: Machine) -> bool:
    """End a change of which nothing can have begun, if it is not wanted any more; tell whether it was not."""
    found = unwanted(job)
    return found is not None and end_change(job, found.state, found.why, worker)


class Watch:
    """A block in which the visit of a change runs, and its computer is told as soon as the change is not wanted.

    What is told is planting the tombstone of the attempt, as a settle does: the file of the runner's own record, which
    both make as a new one. Whoever comes second gives way. That is one file and not a second one, `begun`, because
    between record and first write there is nothing to wait for: once the record stands, the runner writes at once, and
    what it writes is not broken off. So the change has ended with nothing written, or it goes on to its end; there is
    no third. Its own visit says which: what is told here is told beside it, and may be lost without harm.
    """

    def __init__(self, job: Job, plan: PlanDocument) -> None:
        self._job, self._plan, self._attempt = job, plan, job.attempt_id
        self._found: Unwanted | None = None
        self._said: set[Code] = set()
        self._visit = remote.Ending()
        self._looking = jobs.RepeatingWrite(f"watch-{job.pk}", self._look, seconds=EVERY, at_once=False)

    def __enter__(self) -> None:
        self._looking.__enter__()

    def __exit__(self, *given: Any) -> None:
        self._visit.come()
        self._looking.__exit__(*given)

    def judge(self, end: VisitEnd) -> VisitEnd:
        """Return where a change stands after its visit; a tombstone is ours, unless another worker settled it."""
        found = self._found or unwanted(self._job) if end.why.code == Code.NEVER_BEGAN else None
        return end if found is None else replace(end, state=found.state, why=found.why)

    def _look(self) -> bool:
        """Tell the computer, if the change is not wanted any more; False once it has heard."""
        self._found = self._found or unwanted(self._job)
        if self._found and self._found.state == JobState.REFUSED:
            self._say(self._found.why)
        return self._found is None or not self._tell()

    def _tell(self) -> bool:
        job = self._job
        asked: dict[str, Any] = {"attempt": self._attempt, "job": job.pk, "case": job.case_id}
        try:
            found = hosts.cancel_attempt(job.host, self._plan, ending=self._visit, **asked)
        except (remote.DoorError, CredentialMissing) as error:
            if not self._visit.wanted:
                self._say(hosts.ended(error, Code.STOP_UNSAID))
            return False
        if found.attempt is not None and found.attempt.state != "never":
            self._say(Explanation(Code.STOP_TOO_LATE))
        return found.attempt is not None

    def _say(self, said: Explanation) -> None:
        """Tell the story of it, each thing once."""
        if said.code not in self._said:
            self._said.add(said.code)
            jobs.add_line(self._job, said)
