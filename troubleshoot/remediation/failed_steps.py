"""Why a step of a change failed on the host, and what is known of the host after it."""

from __future__ import annotations

from typing import Any

from troubleshoot import catalog, engine, probes
from troubleshoot.engine import Code, Explanation
from troubleshoot.remote import VisitResult

#: The fixed words by which a script says that a service hangs (catalog/resources/service*/write.ps1). All else that a
#: host says is its own words, which decide nothing.
HANGS = {"stop_pending": Code.STOP_PENDING, "start_pending": Code.START_PENDING}


def failed_step(plan: engine.PlanDocument, visit: VisitResult) -> Explanation:
    """Return why a change ended: a service that hangs, or a step that the host refused."""
    error = visit.errors[0] if visit.errors else None
    code = HANGS.get(error.text, Code.STEP_REFUSED) if error else Code.STEP_REFUSED
    return Explanation.of(
        code,
        item=plan.items[error.index].title if error and error.index is not None else "",
        said=error.text if error and code == Code.STEP_REFUSED else "",
        titles=[plan.items[index].title for index in visit.written if _left_changed(plan, visit, index)],
    )


def _left_changed(plan: engine.PlanDocument, visit: VisitResult, index: int) -> bool:
    """Tell whether what was written there may have changed anything: a script may find that nothing is to be done."""
    known, item = catalog.installed_catalog(), plan.items[index]
    after = visit.after or (None,) * len(plan.items)
    happened = item.desired.keys() & known.resources[item.resource].events.keys()
    return after[index] is None or bool(happened) or index in engine.cut_items(plan, visit.before, after, known)


def facts_after_hang(plan: engine.PlanDocument, visit: VisitResult) -> dict[str, Any]:
    """Return the facts that the change's own readings tell where a service hangs; nothing for another end.

    What was read before the change no longer counts then: the service was told to stop.
    """
    if failed_step(plan, visit).code == Code.STEP_REFUSED:
        return {}
    found: dict[str, Any] = {}
    for item, state in zip(plan.items, visit.after or (), strict=False):
        told = probes.facts_of_resource(item.resource, item.params, state) if state else {}
        found |= {name: {"value": value, "readings": ["read after the change"]} for name, value in told.items()}
    return found
