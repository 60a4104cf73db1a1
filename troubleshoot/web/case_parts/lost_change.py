"""A change of which nobody knows how it ended: what may be half done, when its computer is asked, and who may settle
it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import remediation, reports, wording
from troubleshoot.engine import Code, Grounds, Statement, StatementCode
from troubleshoot.models import Job, Person
from troubleshoot.web.case_parts.status_words import asking_statement


@dataclass
class LostChange:
    """One lost change, for one reader."""

    job: Job
    person: Person

    @cached_property
    def _asking(self) -> Job | None:
        return self.job.asking

    @property
    def asking(self) -> Statement:
        """State when the portal has asked the computer what became of it, and when it asks next."""
        asking = self._asking
        return asking_statement(asking.started_at if asking else None, asking.not_before if asking else None)

    @property
    def waits(self) -> bool:
        """Tell whether the portal asks the computer first, before a person is heard."""
        return self._asking is None or not self._asking.for_desk

    @cached_property
    def settings(self) -> list[reports.SettingRecord]:
        """Return what may be half done: each setting as it was, and as it was to become."""
        return reports.planned_settings(self.job)

    @cached_property
    def heard(self) -> Statement | None:
        """State what the computer said of it when it was last heard; nothing where it said nothing."""
        steps = (line for line in self.job.lines.order_by("-pk") if line.explanation.code == Code.STEP)
        line = next(steps, None)
        said = wording.explained(line.explanation) if line else ""
        return Statement.of(StatementCode.LAST_HEARD, Grounds.JOB, line.at, said=said) if line else None

    @cached_property
    def allowed(self) -> bool:
        """Tell whether this reader is one of those who may say how it ended."""
        return remediation.may_settle(self.person, self.job)

    @property
    def ends(self) -> list[tuple[str, str]]:
        """Return what this reader can say of how it ended; nothing while the computer is asked first."""
        if self.waits or not self.allowed:
            return []
        return [(end, wording.settled_end_words(end)) for end in remediation.settled_ends(self.job)]

    @property
    def by_others(self) -> Statement:
        """State that somebody else has to say how it ended."""
        return Statement.of(StatementCode.OTHERS_SETTLE, Grounds.JOB)
