"""The list of checks: what an observation asks of a computer, and what it answers so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from troubleshoot import catalog, diagnosis, engine, reports, wording
from troubleshoot.engine import DeclaredFact, Grounds, ReadingCase, Statement, StatementCode
from troubleshoot.hosts import ObservationScope, scope_for_facts
from troubleshoot.models import Job, Reading
from troubleshoot.probes import CERTIFICATE
from troubleshoot.web.case_parts.observed import Observed

#: An observation that takes longer than this waits for something that does not come by itself.
SLOW = dt.timedelta(seconds=60)


@dataclass
class Checks:
    """The checks of the observation that is being made, or else of the latest."""

    observed: Observed

    @cached_property
    def job(self) -> Job | None:
        """Return the job that makes or made it; None where nothing was asked for, or what was asked brought nothing."""
        asked = next((job for job in self.observed.record.jobs if job.kind == Job.Kind.DIAGNOSE), None)
        return asked if asked and not asked.has_ended else self.observed.latest

    @property
    def slow(self) -> bool:
        """Tell whether it takes so long that nobody should wait for it."""
        return bool(self.job and not self.job.ended_at and timezone.now() - self.job.created_at > SLOW)

    @property
    def looking(self) -> Statement:
        """State what is being done: only reading."""
        return self._said(StatementCode.LOOKING)

    @property
    def heading(self) -> Statement:
        """State which computer is being checked."""
        at, host = self.job.created_at if self.job else None, self.observed.record.host_name
        return Statement.of(StatementCode.CHECKING, Grounds.JOB, at, host=host)

    @property
    def late(self) -> Statement | None:
        """State that it takes longer than it should; nothing while it does not."""
        return self._said(StatementCode.LOOK_LATE) if self.slow else None

    def _said(self, code: StatementCode) -> Statement:
        return Statement.of(code, Grounds.JOB, self.job.created_at if self.job else None)

    @property
    def usual(self) -> dt.timedelta | None:
        """Return how long an observation usually takes; None while too few times are known."""
        return reports.usual_observation()

    @property
    def over(self) -> int:
        """Return how many checks have their result."""
        return sum(line.over for line in self.lines)

    @property
    def origin(self) -> str:
        """Return the computer from which it was made."""
        network = self._readings.get("network")
        return str(network.value["from"]) if network and network.value else ""

    @cached_property
    def lines(self) -> list[wording.CheckLine]:
        """Return the checks, as far as they are known."""
        if self.job is None:
            return []
        return self._lines(self.job) if self.scope.outside else self._lines_inside(self.job)

    @cached_property
    def scope(self) -> ObservationScope:
        """Return what is observed for the guide of the case."""
        return scope_for_facts(catalog.installed_catalog().facts_of(self.observed.record.guide))

    def inside_lines(self, facts: Mapping[str, str]) -> list[wording.CheckLine]:
        """Return what content asks of Windows, with the answers that these facts give."""
        known = ((fact, fact.of(facts[fact.name])) for fact in self._asked_inside if fact.name in facts)
        unread = _("It could not be read")
        return [
            wording.CheckLine(
                wording.content(fact.question), wording.content(case.words) if case else unread, _mark(case)
            )
            for fact, case in known
        ]

    def _lines(self, job: Job) -> list[wording.CheckLine]:
        network, certificate = self._readings.get("network"), self._readings.get("windows")
        facts = _facts(job)
        seen = wording.check_lines(
            network=network.value if network else None,
            facts=facts,
            certificate=(certificate.value if certificate else None) or {},
            state=job.state,
            inside=(job.ended_at - network.taken_at).total_seconds() if job.ended_at and network else 0,
            shown=[
                wording.content(one.title) for one in diagnosis.causes_shown_inside(diagnosis.stored_facts(job.facts))
            ],
        )
        return [*seen, *(self.inside_lines(facts) if facts else ())]

    def _lines_inside(self, job: Job) -> list[wording.CheckLine]:
        facts = _facts(job)
        return wording.inside_line(
            questions=[wording.content(fact.question) for fact in self._asked_inside],
            told=self.inside_lines(facts or {}),
            facts=facts,
            state=job.state,
            inside=(job.ended_at - job.created_at).total_seconds() if job.ended_at else 0,
        )

    @property
    def _asked_inside(self) -> list[DeclaredFact]:
        declared = {fact.name: fact for reading in self.scope.readings for fact in reading.facts}
        return [declared[name] for name in self.observed.record.guide.facts if name in declared]

    @cached_property
    def _readings(self) -> dict[str, Reading]:
        found = self.job.readings.filter(Q(source="network") | Q(name=CERTIFICATE.words)) if self.job else ()
        return {reading.source: reading for reading in found}


def _facts(job: Job) -> dict[str, str] | None:
    """Return what an observation found; None while it is being made."""
    return engine.stored_values(job.facts) if job.ended_at else None


def _mark(case: ReadingCase | None) -> str:
    if case is None:
        return "skip"
    return "bad" if case.bad else "ok"
