"""Reads `actions/<name>.toml` and checks it against the resources and facts that exist."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from troubleshoot.engine import instructions
from troubleshoot.engine.action import RISKS, TRIAL_ENDS, Action, Caution, Rule, Trial, Verify, Wish
from troubleshoot.engine.cause import Cause
from troubleshoot.engine.facts import UNKNOWN, FactError, FactList
from troubleshoot.engine.resource import Resource, StateError, Value
from troubleshoot.engine.toml_tables import TomlTable

VERIFY_MOST = 15 * 60
CERTAINTIES = ("documented", "field_report", "unconfirmed")
TEMPORARY_MOST = 7 * 24 * 3600


def read(
    name: str,
    table: TomlTable,
    *,
    digest: str,
    resources: Mapping[str, Resource],
    named: Collection[str],
    facts: FactList,
) -> Action:
    """Return the action of one file; what is wrong goes into the table's problems.

    `named` are all resources that have a folder: those that could not be read are not reported again here.
    """
    verify = table.table("verify", required="refused" not in table.data)
    guards = table.table("guards", required=False)
    refusals = table.table("refusals", required=False)
    risk = table.choice("risk", RISKS)
    action = Action(
        name=name,
        title=table.text("title", limit=120),
        risk=risk,
        undo_risk=table.choice("undo_risk", RISKS, required=False) or risk,
        self_service=table.flag("self_service"),
        explain=table.text("explain"),
        risk_reasons=table.texts("risk_reasons", required=False),
        source=table.texts("source"),
        guards=rule(guards, facts),
        refusals=MappingProxyType(refusals.mapping()),
        wishes=tuple(_wish(one, resources, named) for one in table.tables("set")),
        verify=_verify(verify, facts),
        temporary=table.seconds("temporary", most=TEMPORARY_MOST, required=False) or None,
        manual=table.flag("manual"),
        keeps_sessions=table.flag("keeps_sessions"),
        digest=digest,
        certainty=table.choice("certainty", CERTAINTIES, required=False) or CERTAINTIES[0],
        how=instructions.read(table),
        refused=table.text("refused", required=False),
        instead=table.text("instead", required="refused" in table.data),
        beside=rule(table.table("beside", required=False), facts),
        caution=_caution(table, facts),
        trials=tuple(_trial(one) for one in table.tables("example")),
        causes=table.texts("for", required=False),
    )
    for fact in set(action.refusals) - set(action.guards):
        refusals.wrong(fact, "has no guard of this name")
    if action.refused:
        _check_refused(table)
    else:
        _check_risk(action, table)
        _check_wishes(action, table, resources)
    table.done()
    return action


def check_causes(action: Action, table: TomlTable, causes: Mapping[str, Cause]) -> None:
    """Check that the causes that an action is for are there. One of another folder need not be named by its cause."""
    for index, name in enumerate(action.causes):
        if name not in causes:
            table.wrong("for", f"there is no cause {name}", index)


def _caution(table: TomlTable, facts: FactList) -> Caution | None:
    if "caution" not in table.data:
        return None
    if "temporary" not in table.data:
        table.wrong("caution", "only a temporary change is in force until its time is over")
    found = table.table("caution")
    until = found.table("until")
    caution = Caution(found.text("text"), rule(until, facts), found.text("over"))
    if until.data == {}:
        found.wrong("until", "must name at least one fact by which it no longer counts")
    found.done()
    return caution


def _trial(table: TomlTable) -> Trial:
    trial = Trial(
        faults=table.texts("faults", required=False),
        end=table.choice("end", TRIAL_ENDS),
        says=table.text("says", required=table.data.get("end") == "refused"),
    )
    table.done()
    if trial.says and trial.end != "refused":
        table.wrong("says", "only a refusal says why")
    return trial


def _verify(table: TomlTable, facts: FactList) -> Verify:
    if not table.data:
        return Verify(0, {})
    return Verify(table.seconds("within", most=VERIFY_MOST), rule(table, facts, beside=("within",)))


def rule(table: TomlTable, facts: FactList, *, beside: Collection[str] = ()) -> Rule:
    """Read fact → values; every fact and value must exist, and `unknown` never satisfies a rule."""
    found: dict[str, tuple[str, ...]] = {}
    for key in table.data:
        if key in beside:
            continue
        found[key] = table.texts(key)
        for value in found[key]:
            try:
                facts.check(key, value)
            except FactError as error:
                table.wrong(key, str(error))
            if value == UNKNOWN:
                table.wrong(key, "what is unknown can neither allow nor prove anything")
    return MappingProxyType(found)


def _wish(table: TomlTable, resources: Mapping[str, Resource], named: Collection[str]) -> Wish:
    wish = Wish(
        resource=table.name("resource"),
        params=MappingProxyType(dict(table.table("params", required=False).data)),
        desired=MappingProxyType(dict(table.table("desired").data)),
        unless=MappingProxyType(_unless(table.table("unless", required=False))),
    )
    table.done()
    if resource := resources.get(wish.resource):
        _check_wish(wish, resource, table)
    elif wish.resource and wish.resource not in named:
        table.wrong("resource", f"there is no resource {wish.resource}")
    return wish


def _unless(table: TomlTable) -> dict[str, tuple[Value, ...]]:
    """Return field → the values with which a resource is left as it is."""
    found = {name: table.value(name) for name in table.data}
    for name, values in found.items():
        if not isinstance(values, list) or not values:
            table.wrong(name, "must be a list of values, not empty")
    return {name: tuple(values) for name, values in found.items() if isinstance(values, list)}


def _check_wish(wish: Wish, resource: Resource, table: TomlTable) -> None:
    try:
        resource.check_params(wish.params)
    except StateError as error:
        table.wrong("params", str(error))
    if not wish.desired and "desired" in table.data:
        table.wrong("desired", "must name at least one field or event")
    for name, values in wish.unless.items():
        known = resource.fields.get(name)
        if known is None or not known.compare:
            table.wrong("unless", f"{resource.name} compares no field {name}")
        elif not all(known.accepts(value) for value in values):
            table.wrong("unless", f"{name} must be {known.type}")
    for key, value in wish.desired.items():
        if text := _wrong_wish(resource, key, value) or _misshapen(resource, key, wish):
            table.wrong("desired", text, key)


def _wrong_wish(resource: Resource, key: str, value: Value) -> str | None:
    if key in resource.events and resource.events[key].undo_only:
        return f"{key} of {resource.name} is only for undoing"
    if key in resource.events:
        return None if value is True else f"{key} is an event of {resource.name}: it can only be true"
    if key not in resource.fields:
        return f"{resource.name} has no field or event {key}"
    if not resource.fields[key].writable:
        return f"{key} of {resource.name} can only be read"
    return None if resource.fields[key].accepts(value) else f"{key} must be {resource.fields[key].type}"


def _misshapen(resource: Resource, key: str, wish: Wish) -> str | None:
    field = resource.fields.get(key)
    pattern = field.misshapen(wish.desired) if field else ""
    return f"{key} would be read back in another form; it must be written as {pattern}" if pattern else None


def _check_risk(action: Action, table: TomlTable) -> None:
    if action.self_service and action.risk != "low":
        table.wrong("self_service", "only an action of low risk may be started by an employee")
    if action.risk in ("disruptive", "dangerous") and not action.risk_reasons:
        table.wrong("risk_reasons", f"a {action.risk} action must say what it risks")
    if action.undo_risk in RISKS and action.risk in RISKS and RISKS.index(action.undo_risk) < RISKS.index(action.risk):
        table.wrong("undo_risk", "what undoing risks is at least what the action risks")
    if action.manual:
        _check_manual(action, table)
    elif action.beside:
        table.wrong("beside", "only what a person does by hand stands on a page whatever the guide says")
    elif action.how:
        table.wrong("steps" if action.how.steps else "commands", "the portal runs this; only a manual action has steps")
    if not action.manual and "set" not in table.data:
        table.wrong("set", "is missing")
    if action.instead:
        table.wrong("instead", "stands beside what is refused")
    if "verify" in table.data and not action.verify.facts:
        table.wrong("verify", "must name at least one fact that proves the action")


def _check_manual(action: Action, table: TomlTable) -> None:
    if action.wishes:
        table.wrong("manual", "a manual action is never run, so it sets nothing")
    if not action.how.steps:
        table.wrong("steps", "is missing: a person has to know what to do")
    if action.guards:
        table.wrong("guards", "nothing is run that could be held back; the guide decides when this is shown")
    if action.temporary:
        table.wrong("temporary", "what a person does by hand does not undo itself")
    if action.trials:
        table.wrong("example", "what a person does by hand cannot be tried in the lab")


def _check_refused(table: TomlTable) -> None:
    """Refuse what would make sense only for something that is offered."""
    for key in (
        "set",
        "guards",
        "refusals",
        "verify",
        "temporary",
        "manual",
        "self_service",
        "steps",
        "commands",
        "beside",
        "example",
    ):
        if key in table.data:
            table.wrong(key, "what is refused is never offered, so nothing belongs to it but why and what instead")


def _check_wishes(action: Action, table: TomlTable, resources: Mapping[str, Resource]) -> None:
    seen: list[tuple[str, dict[str, Value]]] = []
    for index, wish in enumerate(action.wishes):
        if (wish.resource, dict(wish.params)) in seen:
            table.wrong("set", "the same resource is set twice; what was there before would be lost", index)
        seen.append((wish.resource, dict(wish.params)))
        resource = resources.get(wish.resource)
        if resource and resource.endangers_access(wish.params):
            _check_endangering(action, table)
        if action.temporary and resource and (resource.revert != "exact" or set(wish.desired) & set(resource.events)):
            table.wrong("temporary", f"{wish.resource} cannot be put back exactly, so this cannot undo itself")


def _check_endangering(action: Action, table: TomlTable) -> None:
    """Check what may cut our own access: the computer puts it back by itself unless we come back, and waits for one
    thing only."""
    if action.risk == "low":
        table.wrong("risk", "it may cut our own access to the computer, so its risk is not low")
    if action.temporary:
        table.wrong("temporary", "it may cut our own access: the computer waits for our return, not for a time")
