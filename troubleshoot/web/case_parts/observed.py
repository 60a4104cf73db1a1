"""What was observed of a case's computer: the one observation that all pages speak of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import diagnosis, engine
from troubleshoot.diagnosis import KnownFact
from troubleshoot.engine import UNKNOWN, CaseMatter, Grounds, Statement, StatementCode
from troubleshoot.models import Job, Reading
from troubleshoot.web.case_parts.record import CaseRecord


@dataclass
class Observed:
    """The latest observation of the present round that brought facts, and what it says."""

    record: CaseRecord

    @cached_property
    def latest(self) -> Job | None:
        """Return the job that took it; None while nothing was observed."""
        return diagnosis.latest_observation(self.record.case, self.record.jobs)

    @property
    def at(self) -> dt.datetime | None:
        """Return when it was taken: the one time of all that a page judges."""
        return self.latest.ended_at if self.latest else None

    @property
    def outdated(self) -> bool:
        """Tell whether it was taken before the last change, so that it tells of the computer as it was then."""
        return self.latest is not None and not self.record.speaks(self.at)

    @property
    def facts(self) -> dict[str, str]:
        """Return its facts by name."""
        return engine.stored_values(self.latest.facts) if self.latest else {}

    @cached_property
    def known(self) -> list[KnownFact]:
        """Return its facts in words, marked where the observation before saw something else."""
        return diagnosis.known_facts(self.latest) if self.latest else []

    @property
    def different(self) -> int:
        """Return how many of them differ from the observation before."""
        return sum(bool(one.before) for one in self.known)

    @cached_property
    def raw(self) -> list[tuple[Reading, str]]:
        """Return its readings, word for word."""
        return [(one, diagnosis.value_text(one.value)) for one in self.latest.readings.all()] if self.latest else []

    @cached_property
    def newest(self) -> Job | None:
        """Return what was measured last, also the check after a change; None while nothing was."""
        return next((job for job in self.record.jobs if job.facts and job.ended_at), None)

    @property
    def comes_through(self) -> bool:
        """Tell whether by what was measured last everything that comes only so far comes all the way. What was not
        measured comes nowhere, and what was put back or written since is not known."""
        status, newest = self.record.status, self.newest
        if newest is None or status.undone is not None or not self.record.speaks(newest.ended_at):
            return False
        known = engine.stored_values(newest.facts).items()
        return diagnosis.all_comes_through((name, value) for name, value in known if value != UNKNOWN)

    @property
    def unread(self) -> Statement:
        """State that nothing was read."""
        return Statement.of(StatementCode.NOTHING_READ, Grounds.READING)

    @property
    def age(self) -> Statement | None:
        """State that what was judged is from before the last change; nothing where it is not."""
        if not self.outdated:
            return None
        status, changed = self.record.status, self.record.changed_apart_at
        if status.speaks(self.at):
            return Statement.of(StatementCode.JUDGED_BEFORE_OTHERS, Grounds.READING, self.at, changed=changed)
        undone = CaseMatter.UNDONE in {status.work, status.told.left}
        code = StatementCode.JUDGED_BEFORE_UNDO if undone else StatementCode.JUDGED_BEFORE_FIX
        return Statement.of(code, Grounds.READING, self.at)

    @property
    def same_error(self) -> Statement | None:
        """State that the person says of a proved change that it has not helped."""
        at, who = self.record.status.same_error_at, str(self.record.case.beneficiary)
        return Statement.of(StatementCode.SAID_SAME_ERROR, Grounds.TOLD, at, who=who) if at else None
