"""Which of many cases wait for their turn, or for a worker, for lists: by the rule of the status of a single one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F

from troubleshoot.engine import ACTORS, CaseActor, CaseMatter, Hindrance, JobPhase, hindrance_of, waits_for_turn
from troubleshoot.models import ACTIVE_STATES, CHANGES, Case, Heartbeat, Job, JobState

#: What the portal asks a computer, although no change of the case is under way.
_ASKED = frozenset({CaseMatter.SETTLE, CaseMatter.UNDO_SAID})


class CaseWait(NamedTuple):
    """Whether the change of a case waits for its turn, and what keeps the portal from beginning."""

    waits: bool = False
    hindrance: Hindrance | None = None


def case_waits(cases: Iterable[Case]) -> dict[int, CaseWait]:
    """Return for each case by its key whether it waits; only those are there for which the portal acts."""
    own = [case for case in cases if ACTORS[CaseMatter(case.matter)] == CaseActor.PORTAL]
    states = _open_states([case.pk for case in own])
    asked = any(states.values()) or any(case.matter in _ASKED for case in own)
    alive = Heartbeat.objects.alive("worker") if asked else ()
    served = {site for beat in alive for site in beat.sites}
    held = _held_hosts([case for case in own if JobPhase.QUEUED in states[case.pk]])
    return {case.pk: _wait(case, states[case.pk], served, held) for case in own}


def _wait(case: Case, states: list[JobPhase], served: set[str], held: set[object]) -> CaseWait:
    matter = CaseMatter(case.matter)
    worker = case.host is None or case.host.site.slug in served
    return CaseWait(
        waits_for_turn(matter, states), hindrance_of(matter, states, worker=worker, held=case.host_id in held)
    )


def _held_hosts(cases: list[Case]) -> set[object]:
    """Return those computers of cases that a change holds of which nobody knows how it ended."""
    rows = Job.objects.filter(host__in=[case.host_id for case in cases], kind__in=CHANGES, state=JobState.UNKNOWN)
    return set(rows.filter(invented=False).values_list("host", flat=True)) if cases else set()


def _open_states(keys: list[int]) -> dict[int, list[JobPhase]]:
    """Return the states of the jobs under way of the present round of cases."""
    found = defaultdict[int, list[JobPhase]](list)
    if keys:
        rows = Job.objects.filter(case__in=keys, state__in=[JobState.QUEUED, *ACTIVE_STATES])
        for key, state in rows.filter(created_at__gte=F("case__round_began_at")).values_list("case", "state"):
            found[key].append(JobPhase(state))
    return found
