"""How one job went, line by line, and what had changed meanwhile where that stopped it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import catalog, wording
from troubleshoot.engine import ChangeResult, Code, Grounds, PlanDifference, Statement, StatementCode
from troubleshoot.models import Job, JobLine, JobState

#: What a computer has said of a change by which it can no longer be stopped.
_GOES_ON = frozenset({Code.STOP_TOO_LATE})
#: So many lines of a job are shown to those who only watch.
LINES = 20


@dataclass(frozen=True)
class PlannedAndFound:
    """A setting that somebody else has changed: as the plan was made with it, and as it is now, in words."""

    title: str
    setting: str
    was: str
    now: str


@dataclass
class JobStory:
    """What is told of one job, of its latest lines first of all; nothing where there is none."""

    job: Job | None
    most: int | None = LINES

    @cached_property
    def lines(self) -> list[JobLine]:
        """Return its latest lines, the oldest first."""
        return list(self.job.lines.order_by("-pk")[: self.most])[::-1] if self.job else []

    @property
    def stopping(self) -> Statement | None:
        """State what became of the wish to stop it, while it goes on; nothing where nobody wants that."""
        job = self.job
        if job is None or job.stop_asked_at is None or job.has_ended:
            return None
        late = job.state == JobState.VERIFYING or any(one.explanation.code in _GOES_ON for one in self.lines)
        return Statement.of(StatementCode.STOP_TOO_LATE if late else StatementCode.STOP_WANTED, Grounds.JOB)

    @property
    def newest(self) -> str:
        """Return the key of the newest line, so that a page can tell whether something was said since."""
        return str(self.lines[-1].pk) if self.lines else ""

    @property
    def differences(self) -> list[PlannedAndFound]:
        """Return what somebody else had changed meanwhile, where that stopped it."""
        found = self.job.found if self.job else None
        differences = found.differences if isinstance(found, ChangeResult) else None
        return [self._difference(one) for one in differences or ()]

    def _difference(self, one: PlanDifference) -> PlannedAndFound:
        items = self.job.plan.document["items"] if self.job and self.job.plan else []
        content = wording.content
        title = content(items[one.item]["title"] if 0 <= one.item < len(items) else one.resource)
        resource = catalog.installed_catalog().resources.get(one.resource)
        field = resource.fields.get(one.field) if resource else None
        if field is None:
            return PlannedAndFound(title, "", "", _("could not be read"))
        was, now = content(field.read_as(one.planned)), content(field.read_as(one.found))
        return PlannedAndFound(title, content(field.words), was, now)
