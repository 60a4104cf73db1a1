"""A run that was cut half-way: what the host's record and what is read there now say of it together."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from troubleshoot.engine.catalog import Catalog
from troubleshoot.engine.plan import is_as_wished
from troubleshoot.engine.plan_document import PlanDocument, PlanItem
from troubleshoot.engine.resource import ResourceEvent, ResourceState, values_differ

States = Sequence[ResourceState | None]


class CutState(StrEnum):
    """How a host stands after a run that did not come to its end."""

    WANTED = "wanted"  # everything is as the plan wants it
    BEFORE = "before"  # everything is as it was
    HALF = "half"
    UNREAD = "unread"  # something could not be read: nobody knows


def judge_cut(plan: PlanDocument, before: States, now: States, catalog: Catalog) -> CutState:
    """Return how a host stands by the states before the run and those of now, one for each item of the plan.

    What happens once and leaves no trace may have happened: it is neither as before nor as wanted.
    """
    if len(before) != len(plan.items) or len(now) != len(plan.items):
        return CutState.UNREAD
    touched = [(item, old, new) for item, old, new in zip(plan.items, before, now, strict=True) if item.desired]
    if any(old is None or new is None for _item, old, new in touched):
        return CutState.UNREAD
    if all(_is_done(item, old or {}, new or {}, catalog) for item, old, new in touched):
        return CutState.WANTED
    if all(_is_untouched(item, old or {}, new or {}, catalog) for item, old, new in touched):
        return CutState.BEFORE
    return CutState.HALF


def cut_items(plan: PlanDocument, before: States, now: States, catalog: Catalog) -> tuple[int, ...]:
    """Return the places of the items whose state is another one than before."""
    pairs = enumerate(zip(plan.items, before, now, strict=True))
    return tuple(
        place
        for place, (item, old, new) in pairs
        if item.desired and old is not None and new is not None and _differs(item, old, new, catalog)
    )


def _events(item: PlanItem, catalog: Catalog) -> list[ResourceEvent]:
    known = catalog.resources[item.resource].events if item.resource in catalog.resources else {}
    return [known[name] for name in item.desired if name in known and not known[name].undo_only]


def _is_done(item: PlanItem, old: ResourceState, new: ResourceState, catalog: Catalog) -> bool:
    happened = all(_is_seen(event, old, new) for event in _events(item, catalog))
    return happened and is_as_wished(item, new, catalog)


def _is_untouched(item: PlanItem, old: ResourceState, new: ResourceState, catalog: Catalog) -> bool:
    events = _events(item, catalog)
    quiet = all(event.shown_by is not None and not _is_seen(event, old, new) for event in events)
    return quiet and not _differs(item, old, new, catalog)


def _is_seen(event: ResourceEvent, old: ResourceState, new: ResourceState) -> bool:
    return event.shown_by is not None and values_differ(old.get(event.shown_by), new.get(event.shown_by))


def _differs(item: PlanItem, old: ResourceState, new: ResourceState, catalog: Catalog) -> bool:
    """Tell whether a compared field is another one; one that today's catalogue does not know is compared as it is."""
    resource = catalog.resources.get(item.resource)
    fields = resource.fields if resource else {}
    compared = [name for name in {*item.before, *item.desired} if name in old or name in new]
    return any(
        fields[name].differs(old.get(name), new.get(name))
        if name in fields
        else values_differ(old.get(name), new.get(name))
        for name in compared
    )
