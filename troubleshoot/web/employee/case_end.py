"""How a remedy ended, in the words for an employee: what is proved, or what went wrong and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property

from troubleshoot import engine, reports, wording
from troubleshoot.engine import CaseActor, CaseMatter, Code, Grounds, HandCheckResult, Statement, StatementCode, Verdict
from troubleshoot.models import Job, JobState
from troubleshoot.web.case_parts import Checks, JobStory, PlannedAndFound

#: A computer that was silent for so many fixes, each with its own tries, is helpdesk's.
MOST_SILENT = 2
#: Ends whose words say why, or whose reason stands elsewhere on the page.
SAID = frozenset({JobState.DRIFTED, JobState.NOT_VERIFIED, JobState.REVERTED, JobState.EXPIRED, JobState.CANCELLED})


@dataclass
class RemedyEnd:
    """The end of the remedy from which the walk came; nothing where it came from none."""

    checks: Checks

    def __post_init__(self) -> None:
        self.record = self.checks.observed.record

    @property
    def job(self) -> Job | None:
        """Return the job that carried the remedy out."""
        return self.record.ended_remedy

    def words(self, job: Job | None) -> wording.EndWords | None:
        """Return the words for the bad end of a job; None where it has none."""
        if job is None:
            return None
        found = job.found
        if isinstance(found, HandCheckResult) and found.verdict == Verdict.NOT_VERIFIED:
            own = job.requester == self.record.case.beneficiary
            goes_on = self.record.status.actor == CaseActor.PERSON
            by = "" if own else str(job.requester)
            return wording.not_helped_words(self.record.host_name, by=by, goes_on=goes_on)
        host, again = self.record.host_name, self.may_try_again
        unbegun = wording.unbegun_words(job, own=True) or wording.settled_words(job)
        return unbegun or wording.bad_end_words(
            job.state,
            host,
            again=again,
            denied=found.denied,
            partly=bool(reports.not_restored(job)),
            asked=self.record.status.work == CaseMatter.SETTLE,
        )

    @property
    def reason(self) -> str:
        """Return why it ended so, where the words for the end do not say it and nothing else on the page shows it."""
        job = self.job
        if (
            job is None
            or job.state in SAID
            or wording.settled_words(job) is not None
            or (job.kind == Job.Kind.CHECK_BY_HAND and job.state == JobState.DONE)
        ):
            return ""
        return wording.explained(job.explanation) if job.state == JobState.FAILED else wording.reason(job.explanation)

    @property
    def differences(self) -> list[PlannedAndFound]:
        """Return what somebody else changed meanwhile."""
        return JobStory(self.job).differences

    @property
    def outside(self) -> list[wording.CheckLine]:
        """Return what the check found after a change that is not verified, or was put back for that."""
        job = self.job
        if job is None or job.state not in {JobState.NOT_VERIFIED, JobState.REVERTED}:
            return []
        last = job.readings.filter(source="network").order_by("-pk").first()
        if last and last.value:
            return wording.outside_lines(last.value)
        return self.checks.inside_lines(engine.stored_values(job.facts))

    @cached_property
    def may_try_again(self) -> bool:
        """Tell whether the computer may be read anew from here: not once two tries met a silent one."""
        if self.record.case.host is None:
            return False
        if self.job is None or self.job.state != JobState.UNREACHABLE:
            return True
        silent = self.record.case.jobs.filter(state=JobState.UNREACHABLE).exclude(action="")
        return silent.exclude(kind=Job.Kind.REVERT).count() < MOST_SILENT

    @property
    def retry(self) -> bool:
        """Tell whether trying again is what the person should do: the computer was silent, and may answer now."""
        job = self.job
        silent = job is not None and job.state == JobState.UNREACHABLE and not job.found.denied
        return silent and self.may_try_again

    @cached_property
    def seen(self) -> Mapping[str, Any] | None:
        """Return what was seen from outside after the change; None where nothing was."""
        after = self.job.readings.filter(source="network").order_by("-pk").first() if self.job else None
        return (after.value or {}) if after else None

    @cached_property
    def answers_again(self) -> bool:
        """Tell whether the computer did not answer properly before, and does now."""
        return self.job is not None and reports.answers_again(self.job)

    @property
    def proof(self) -> list[Statement]:
        """State what the check saw after the change."""
        kept = wording.kept_words(self.job.explanation if self.job else None)
        if self.only_told:
            return [self._said(StatementCode.ONLY_TOLD, kept=kept)]
        outside = self._said(StatementCode.PROVED_OUTSIDE)
        proved = outside if self.answers_again else self._said(StatementCode.PROVED_INSIDE, kept=kept)
        until = wording.parsed_moment(self._certificate.get("not_after"))
        more = [self._said(StatementCode.CERTIFICATE_UNTIL, until=until)] if until else []
        return [proved, *more]

    @property
    def heading(self) -> Statement:
        """State in one line what is proved."""
        host = self.record.host_name
        return reports.proved_heading(self.job, host) if self.job else self._said(StatementCode.AS_PLANNED, host=host)

    @property
    def trust(self) -> Statement | None:
        """State what Windows may ask of a certificate that is perhaps new, and how to tell the right one."""
        if self.only_told:
            return None
        found = str(self._certificate.get("thumbprint") or "")[:8]
        pairs = " ".join(found[place : place + 2] for place in range(0, len(found), 2))
        return self._said(StatementCode.ASKS_TO_TRUST, print=wording.as_code(pairs)) if pairs else None

    @property
    def unconfirmed(self) -> Statement:
        """State why the portal closed it by itself."""
        if self.only_told:
            return self._said(StatementCode.UNCONFIRMED_TOLD)
        outside = self.answers_again
        return self._said(StatementCode.UNCONFIRMED_OUTSIDE if outside else StatementCode.UNCONFIRMED_INSIDE)

    @property
    def only_told(self) -> bool:
        """Tell whether only a person's word says that it was done: what was read was so before."""
        ended = self.job.explanation if self.job else None
        return ended is not None and ended.code == Code.HAND_TOLD

    @property
    def _certificate(self) -> Mapping[str, Any]:
        return (self.seen or {}).get("certificate") or {}

    def _said(self, code: StatementCode, **values: object) -> Statement:
        return Statement.of(code, Grounds.READING, self.job.ended_at if self.job else None, **values)
