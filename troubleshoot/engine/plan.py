"""Plans: for one host, each resource's state before and the state wanted; drift from it, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from troubleshoot.engine.action import Action, Wish
from troubleshoot.engine.catalog import Catalog
from troubleshoot.engine.plan_document import PlanDocument, PlanError, PlanItem, SettingChange
from troubleshoot.engine.refusal import RefusalCode
from troubleshoot.engine.resource import Resource, ResourceEvent, ResourceState, StateError, Value, values_differ


@dataclass(frozen=True)
class PlanDifference:
    """A compared field that is no longer as planned. `field` is empty when the resource could not be read."""

    item: int
    resource: str
    field: str
    planned: Value
    found: Value


class OutdatedPart(NamedTuple):
    """Something that is no longer as it was when a plan was made."""

    kind: str
    """runner, action or resource."""
    name: str = ""
    """Of the action or the resource."""


def make_plan(
    action: Action,
    catalog: Catalog,
    states: Sequence[ResourceState | None],
    *,
    identity: Mapping[str, str],
    runner: str,
) -> PlanDocument:
    """Return the plan of an action for the states that were read, one for each of its wishes, in their order.

    `identity` is the host's, `runner` the digest of the runner. Raises PlanError when a state is missing or does
    not fit its resource.
    """
    if len(states) != len(action.wishes):
        raise PlanError(RefusalCode.READINGS_MISCOUNTED, found=len(states), wanted=len(action.wishes))
    items = tuple(
        _item(catalog.resources[wish.resource], wish, state) for wish, state in zip(action.wishes, states, strict=True)
    )
    return PlanDocument("apply", action.name, action.digest, action.title, action.risk, runner, dict(identity), items)


def plan_drift(plan: PlanDocument, states: Sequence[ResourceState | None]) -> tuple[PlanDifference, ...]:
    """Return every compared field that differs from the plan, key by key, ordinally and by type."""
    found = []
    for index, (item, state) in enumerate(zip(plan.items, states, strict=True)):
        if state is None:
            found.append(PlanDifference(index, item.resource, "", None, None))
            continue
        found += [
            PlanDifference(index, item.resource, name, planned, state.get(name))
            for name, planned in item.before.items()
            if name not in state or values_differ(planned, state[name])
        ]
    return tuple(found)


def is_as_wanted(plan: PlanDocument, states: Sequence[ResourceState | None], catalog: Catalog) -> bool:
    """Tell whether every field that a plan sets is as the plan wants it."""
    return all(is_as_wished(item, state, catalog) for item, state in zip(plan.items, states, strict=True))


def is_as_wished(item: PlanItem, state: ResourceState | None, catalog: Catalog) -> bool:
    """Tell whether every field that an item wishes is as wished; what happens once leaves no field behind."""
    resource = catalog.resources.get(item.resource)
    if state is None or resource is None:
        return False
    wished = {name: value for name, value in item.desired.items() if name not in resource.events}
    return all(
        name in state and name in resource.fields and not resource.fields[name].differs(value, state[name])
        for name, value in wished.items()
    )


def unseen_events(
    plan: PlanDocument, before: Sequence[ResourceState | None], after: Sequence[ResourceState | None], catalog: Catalog
) -> tuple[str, ...]:
    """Return in words the events of a finished run that its readings do not show, such as a start time still the same.

    A service that shares its process with others shows no new start: a doubt to be told, not a failure.
    """
    found = []
    for item, old, new in zip(plan.items, before, after, strict=True):
        known = catalog.resources[item.resource].events
        events = [known[name] for name in item.desired if name in known]
        found += [_doubt(item.title, event) for event in events if not _is_seen(event, old, new)]
    return tuple(found)


def _doubt(title: str, event: ResourceEvent) -> str:
    return f"{title}: {event.words}. {event.unseen}" if event.unseen else f"{title}: {event.words}"


def _is_seen(event: ResourceEvent, old: ResourceState | None, new: ResourceState | None) -> bool:
    if event.shown_by is None:
        return True
    return bool(old and new) and values_differ((old or {}).get(event.shown_by), (new or {}).get(event.shown_by))


def disconnects_people(plan: PlanDocument, catalog: Catalog) -> bool:
    """Tell whether a plan, or an undo, disconnects whoever is signed in: by the resources that it touches.

    Of what the catalogue does not know to end or to keep sessions, the worse is taken: what happens once, and a
    remedy that disturbs, unless the remedy as it is installed says that it keeps them.
    """
    if any(_ends_sessions(item, catalog) for item in plan.items):
        return True
    action = catalog.actions.get(plan.action)
    if plan.kind == "revert" or (action is not None and action.keeps_sessions):
        return False
    return plan.risk == "disruptive" or any(item.events for item in plan.items)


def nobody_is_connected(plan: PlanDocument, catalog: Catalog) -> bool | None:
    """Tell whether what connections go through was read as stopped, so that a plan meets nobody; None where the plan
    touches it and it was not read."""
    known = [(item, catalog.resources.get(item.resource)) for item in plan.items]
    found = [resource.carries_nobody(item.params, item.before) for item, resource in known if resource]
    return True if True in found else None if None in found else False


def signs_people_out(plan: PlanDocument, catalog: Catalog) -> bool:
    """Tell whether a plan signs out the people whom it names."""
    written = (catalog.resources.get(item.resource) for item in plan.items if item.desired)
    return any(resource is not None and resource.signs_out for resource in written)


def _ends_sessions(item: PlanItem, catalog: Catalog) -> bool:
    resource = catalog.resources.get(item.resource)
    return resource is not None and resource.ends_sessions(item.params, item.desired)


def outdated_parts(plan: PlanDocument, catalog: Catalog, *, runner: str) -> tuple[OutdatedPart, ...]:
    """Return what this catalogue and runner have different from the plan; nothing when it may run with them.

    A revert puts recorded values back, whatever has become of the action's file since.
    """
    action = catalog.actions.get(plan.action)
    found = [] if runner == plan.runner else [OutdatedPart("runner")]
    if plan.kind == "apply" and (action is None or action.digest != plan.action_digest):
        found.append(OutdatedPart("action", plan.action))
    for item in plan.items:
        resource = catalog.resources.get(item.resource)
        if resource is None or resource.digest != item.digest:
            found.append(OutdatedPart("resource", item.resource))
    return tuple(dict.fromkeys(found))


def revert_plan(
    plan: PlanDocument, after: Sequence[ResourceState | None], catalog: Catalog, *, runner: str
) -> PlanDocument | None:
    """Return the plan that puts back what a run changed, or None when nothing is left to put back.

    Reverse order; only resources that revert exactly and whose fields now differ from before; never events, but those
    that tell a script that it undoes.
    `after` is the recorded state after the run and what the revert expects to find. Raises PlanError for a
    resource that is no longer in the catalogue.
    """
    items = []
    for item, state in reversed(list(zip(plan.items, after, strict=True))):
        resource = catalog.resources.get(item.resource)
        if resource is None:
            raise PlanError(RefusalCode.RESOURCE_GONE, resource=item.resource)
        back = _back(item, resource, state) if resource.revert == "exact" else {}
        if back:
            items.append(_item(resource, Wish(item.resource, item.params, back), state))
    if not items:
        return None
    return PlanDocument(
        "revert",
        plan.action,
        plan.action_digest,
        plan.title,
        plan.risk,
        runner,
        dict(plan.identity),
        tuple(items),
        plan.digest,
    )


def is_put_back(
    plan: PlanDocument, states: Sequence[ResourceState | None], catalog: Catalog, *, left: Sequence[int] = ()
) -> bool | None:
    """Tell whether what can be put back of a run is as it was before; None where that was not read.

    `left` are the places of items that stay as somebody else has made them since: what still is as the run made it is
    not one of those.
    """
    known = catalog.resources
    if len(states) != len(plan.items) or any(item.resource not in known for item in plan.items):
        return None
    exact = [bool(item.desired) and known[item.resource].revert == "exact" for item in plan.items]
    if any(state is None for state, ours in zip(states, exact, strict=True) if ours):
        return None
    return not any(
        is_as_wished(item, state, catalog) if place in left else _back(item, known[item.resource], state)
        for place, (item, state) in enumerate(zip(plan.items, states, strict=True))
        if exact[place]
    )


def _item(resource: Resource, wish: Wish, state: ResourceState | None) -> PlanItem:
    if state is None:
        raise PlanError(RefusalCode.RESOURCE_UNREAD, resource=resource.name)
    try:
        resource.check_state(state)
    except StateError as error:
        raise PlanError(RefusalCode.RESOURCE_UNFIT, resource=resource.name, fields=list(error.fields)) from error
    desired = {} if wish.leaves(state) else wish.desired
    events = {name: value for name, value in desired.items() if name in resource.events}
    wished = {name: value for name, value in desired.items() if name not in events}
    fields = {name: value for name, value in wished.items() if resource.fields[name].differs(value, state[name])}
    seen = [name for name in events if resource.events[name].happens(state, fields)]
    title = " ".join([resource.title, *map(str, wish.params.values())])
    return PlanItem(
        resource=resource.name,
        digest=resource.digest,
        title=title,
        params=dict(wish.params),
        before=resource.compared(state),
        desired={**fields, **events},
        changes=tuple(_change(resource, name, state[name], value) for name, value in fields.items()),
        events=tuple(resource.events[name].words for name in seen),
        irreversible=_irreversible(resource, title, fields, seen),
    )


def _change(resource: Resource, name: str, now: Value, afterwards: Value) -> SettingChange:
    field = resource.fields[name]
    exact = f"can be put back to: {field.read_as(now)}"
    revert = exact if resource.revert == "exact" else resource.revert_reason
    return SettingChange(name, field.words, field.read_as(now), field.read_as(afterwards), revert)


def _irreversible(resource: Resource, title: str, fields: Mapping[str, Value], events: Sequence[str]) -> str:
    reasons = [resource.revert_reason] if fields and resource.revert != "exact" else []
    reasons += [f"“{resource.events[name].words}” happens once and is not undone." for name in events]
    return f"{title}: {' '.join(reasons)}" if reasons else ""


def _back(item: PlanItem, resource: Resource, state: ResourceState | None) -> dict[str, Value]:
    """Return what now differs from before, with its old value: of the fields that the run was to change, and, if one
    of these does, of whatever else can be written and is gone (a value that was removed lost its kind and text). What
    somebody else has set to something stays."""
    if state is None:
        return {}
    found = {
        name: item.before[name]
        for name, field in resource.fields.items()
        if field.writable and name in item.before and name in state and field.differs(item.before[name], state[name])
        if name in item.desired or state[name] is None
    }
    marks: dict[str, Value] = {name: True for name, event in resource.events.items() if event.undo_only}
    return found | marks if set(found) & set(item.desired) else {}
