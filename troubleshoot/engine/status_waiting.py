"""What the portal has to do and has not begun: it waits for its turn, or for a worker that is not there."""

from __future__ import annotations

from collections.abc import Iterable

from troubleshoot.engine.status_inputs import UNDER_WAY, JobPhase
from troubleshoot.engine.status_terms import ACTORS, CaseActor, CaseMatter, Hindrance


def waits_for_turn(matter: CaseMatter, states: Iterable[JobPhase]) -> bool:
    """Tell whether no worker has begun the change that a case asks for; `states` are those of the case's jobs."""
    going = {state for state in states if state in UNDER_WAY}
    away = matter == CaseMatter.UNDO and not going  # the portal tries again once the computer answers
    return away or (matter in {CaseMatter.CHANGE, CaseMatter.UNDO} and going == {JobPhase.QUEUED})


def hindrance_of(
    matter: CaseMatter, states: Iterable[JobPhase], *, worker: bool, held: bool = False
) -> Hindrance | None:
    """Return what keeps the portal from beginning, or from going on where its worker died; `worker` says whether one
    lives that serves the computer's site, `held` whether a change of another case keeps the computer."""
    states = list(states)
    if matter == CaseMatter.UNDO and UNDER_WAY.isdisjoint(states):
        return Hindrance.AWAY
    if held and waits_for_turn(matter, states):
        return Hindrance.HELD
    if matter in {CaseMatter.SETTLE, CaseMatter.UNDO_SAID}:
        return None if worker else Hindrance.NO_WORKER
    going = ACTORS[matter] == CaseActor.PORTAL and not UNDER_WAY.isdisjoint(states)
    return Hindrance.NO_WORKER if going and not worker else None
