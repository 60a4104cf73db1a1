"""What was observed of a case's computer: the one observation that all pages speak of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import cached_property

from troubleshoot import diagnosis, engine
from troubleshoot.diagnosis import KnownFact
from troubleshoot.engine import UNKNOWN
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
        return self.latest is not None and not self.record.status.speaks(self.at)

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

    @property
    def nothing_in_the_way(self) -> bool:
        """Tell whether, by what was measured last (also after a change), nothing is known to be in the way."""
        newest = next((job.facts for job in self.record.jobs if job.facts), None) or {}
        known = engine.stored_values(newest).items()
        return diagnosis.all_comes_through((name, value) for name, value in known if value != UNKNOWN)
