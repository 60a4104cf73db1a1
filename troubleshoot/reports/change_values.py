"""The values of a change in words: each setting before and after the run, each fact before and after. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troubleshoot import catalog, diagnosis, engine, remediation, wording
from troubleshoot.engine import UNKNOWN, ApplyResult, ChangeResult, PlanItem, ResourceState, Value, values_differ
from troubleshoot.models import Job, JobState


@dataclass(frozen=True)
class SettingRecord:
    """One setting: what it was, what the plan wanted, and what was read after the run. All in words."""

    setting: str
    before: str
    wanted: str
    after: str


@dataclass(frozen=True)
class CheckRecord:
    """A fact that the check measured, before the change and after it. In words."""

    fact: str
    before: str
    after: str


def setting_records(job: Job, plan: engine.PlanDocument, found: ChangeResult) -> Iterator[SettingRecord]:
    """Yield the settings that the plan was to change, and what happens once, such as a restart."""
    after, unread = found.after or (), wording.unread_value_words(job.state)
    for index, item in enumerate(plan.items):
        state = after[index] if index < len(after) else None
        for change in item.changes:
            read = _read(item, change.field, change.now, change.afterwards, state) or unread
            setting = wording.join_texts(": ", [wording.content(item.title), wording.content(change.setting)])
            yield SettingRecord(setting, wording.content(change.now), wording.content(change.afterwards), read)
        for event in map(wording.content, item.events):
            done = event if index in (found.written or ()) else unread
            yield SettingRecord(wording.content(item.title), "", event, done)


def planned_settings(job: Job) -> list[SettingRecord]:
    """Return the settings that a job was to change, as far as its plan is what its digest says."""
    try:
        return list(setting_records(job, remediation.job_plan(job), engine.as_change(job.found)))
    except engine.PlanError:
        return []


def _read(item: PlanItem, name: str, now: str, afterwards: str, state: ResourceState | None) -> str:
    """Return the value of a field after the run; empty where it was not read. A secret one is never shown."""
    if state is None or name not in state:
        return ""
    if name in item.desired and _is_same(item, name, item.desired[name], state[name]):
        return wording.content(afterwards)
    if name in item.before and _is_same(item, name, item.before[name], state[name]):
        return wording.content(now)
    return _in_words(item.resource, name, state[name])


def _is_same(item: PlanItem, name: str, one: Value, other: Value) -> bool:
    known = catalog.installed_catalog().resources.get(item.resource)
    field = known.fields.get(name) if known else None
    return not (field.differs(one, other) if field else values_differ(one, other))


def _in_words(resource: str, name: str, value: Value) -> str:
    known = catalog.installed_catalog().resources.get(resource)
    field = known.fields.get(name) if known else None
    return wording.content(field.read_as(value)) if field else wording.other_value_words()


def check_records(job: Job, found: ChangeResult) -> Iterator[CheckRecord]:
    """Yield what the check after the run measured, and what the same facts were before it."""
    before = found.outside_before or {}
    for name, value in sorted(_measured(job, found).items()):
        yield CheckRecord(_fact(name), _fact_value(name, before.get(name)), _fact_value(name, value))


def _measured(job: Job, found: ChangeResult) -> Mapping[str, str]:
    """Return what the check after the run measured. Facts of an undo that has been checked are of that check."""
    if isinstance(found, ApplyResult):
        return found.outside_after or {}
    if job.state not in {JobState.VERIFIED, JobState.NOT_VERIFIED}:
        return {}
    return {name: fact.value for name, fact in diagnosis.stored_facts(job.facts).items()}


def _fact(name: str) -> str:
    words = catalog.installed_catalog().words.get(name)
    return wording.content(words.words if words else name)


def _fact_value(name: str, value: str | None) -> str:
    if value is None or value == UNKNOWN:
        return wording.unread_fact_words(value)
    words = catalog.installed_catalog().words.get(name)
    return wording.content(words.valued(value) if words else value)
