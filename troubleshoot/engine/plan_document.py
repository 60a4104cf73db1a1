"""A plan as a document: what it holds for one host, with a digest over all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troubleshoot.engine import canonical
from troubleshoot.engine.refusal import Refusal, RefusalCode
from troubleshoot.engine.resource import Value

LIMIT = 256 * 1024
"""Largest plan document in bytes."""

VERSION = 1


class PlanError(Refusal):
    """A plan that cannot be made, or a stored one that is not what its digest says."""


@dataclass(frozen=True)
class SettingChange:
    """One setting of a plan, in words."""

    field: str
    setting: str
    now: str
    afterwards: str
    revert: str


@dataclass(frozen=True)
class PlanItem:
    """One resource of a plan."""

    resource: str
    digest: str
    """Of the resource's description and scripts."""
    title: str
    params: Mapping[str, Value]
    before: Mapping[str, Value]
    """The compared fields as they were read: what must still be true when the run starts."""
    desired: Mapping[str, Value]
    """Only what differs, and the events; empty when nothing is to be written here."""
    changes: tuple[SettingChange, ...]
    events: tuple[str, ...]
    """In words."""
    irreversible: str
    """Why this item cannot be put back, in words; empty when it can."""


@dataclass(frozen=True)
class PlanDocument:
    """What will be done to one host. Approval is of its digest."""

    kind: str
    """apply, or revert (then `reverts` is the digest of the plan it takes back)."""
    action: str
    action_digest: str
    title: str
    risk: str
    runner: str
    """SHA-256 of the runner that will carry it out."""
    identity: Mapping[str, str]
    items: tuple[PlanItem, ...]
    reverts: str | None = None

    @property
    def nothing_to_change(self) -> bool:
        """Tell whether the host is already as wished, with nothing left to happen."""
        return not any(item.desired for item in self.items)

    @property
    def irreversible(self) -> tuple[str, ...]:
        """Return in words what cannot be put back, for the person who decides."""
        return tuple(item.irreversible for item in self.items if item.desired and item.irreversible)

    @property
    def digest(self) -> str:
        """Return the SHA-256 over everything the plan says."""
        return canonical.canonical_digest(_content(self), limit=LIMIT)


def plan_to_document(plan: PlanDocument) -> dict[str, Any]:
    """Return the plan as plain JSON values, its digest included."""
    return {**_content(plan), "digest": plan.digest}


def plan_from_document(document: Mapping[str, Any]) -> PlanDocument:
    """Return the plan of a stored document. Raises PlanError when it is malformed or its digest does not fit."""
    try:
        fields = {key: document[key] for key in _PLAN}
        plan = PlanDocument(**{**fields, "items": tuple(_stored_item(item) for item in document["items"])})
        genuine = document["v"] == VERSION and plan.digest == document["digest"]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PlanError(RefusalCode.PLAN_MALFORMED) from error
    if not genuine:
        raise PlanError(RefusalCode.PLAN_ALTERED)
    return plan


_PLAN = ("kind", "action", "action_digest", "title", "risk", "runner", "identity", "items", "reverts")
_ITEM = ("resource", "digest", "title", "params", "before", "desired", "changes", "events", "irreversible")
_CHANGE = ("field", "setting", "now", "afterwards", "revert")


def _content(plan: PlanDocument) -> dict[str, Any]:
    items = [
        {
            **{key: getattr(item, key) for key in _ITEM},
            "params": dict(item.params),
            "before": dict(item.before),
            "desired": dict(item.desired),
            "changes": [{key: getattr(change, key) for key in _CHANGE} for change in item.changes],
            "events": list(item.events),
        }
        for item in plan.items
    ]
    content = {key: getattr(plan, key) for key in _PLAN}
    return {**content, "v": VERSION, "identity": dict(plan.identity), "items": items}


def _stored_item(document: Mapping[str, Any]) -> PlanItem:
    changes = tuple(SettingChange(**{key: change[key] for key in _CHANGE}) for change in document["changes"])
    fields = {key: document[key] for key in _ITEM}
    return PlanItem(**{**fields, "changes": changes, "events": tuple(document["events"])})
