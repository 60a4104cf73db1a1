"""Reads `resources/<name>/resource.toml` with its `read.ps1` and `write.ps1`."""

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType

from troubleshoot.engine import safe_patterns, toml
from troubleshoot.engine.resource import TYPES, Resource, ResourceEvent, ResourceField, ResourceParameter, Value
from troubleshoot.engine.toml_tables import TomlTable, top

SCRIPT_LIMIT = 16 * 1024
PARAMETER_TYPES = ("string", "integer", "boolean", "list")
_FIELD = re.compile("[a-z][a-z0-9_]{0,39}")
# A PowerShell hashtable answers these names with its own properties (System.Collections.Hashtable), not its keys.
_HASHTABLE = frozenset({"count", "keys", "values", "item", "isreadonly", "isfixedsize", "issynchronized", "syncroot"})


def read(name: str, files: Mapping[str, tuple[str, bytes]], problems: list[toml.ContentProblem]) -> Resource | None:
    """Return the resource of one folder, or None after adding what is wrong with it to `problems`.

    `files` maps the name inside the folder (resource.toml, read.ps1, write.ps1) to where it lies and its bytes.
    """
    before = len(problems)
    where = next(iter(files.values()))[0].rpartition("/")[0]
    missing = {"resource.toml", "read.ps1"} - set(files)
    problems.extend(toml.ContentProblem(f"{where}/{file}", 1, "(file)", "is missing") for file in missing)
    scripts = {file: _script(*files[file], problems) for file in ("read.ps1", "write.ps1") if file in files}
    if "resource.toml" not in files:
        return None
    try:
        table = top(toml.load(*files["resource.toml"]), problems)
    except toml.TomlError as error:
        problems.append(error.problem)
        return None
    resource = _resource(name, table, scripts, _digest(files))
    return resource if len(problems) == before else None


def _resource(name: str, table: TomlTable, scripts: Mapping[str, str], digest: str) -> Resource:
    revert = table.choice("revert", ("exact", "none"))
    params = table.table("params", required=False)
    fields = table.table("fields")
    events = table.table("events", required=False)
    resource = Resource(
        name=name,
        title=table.text("title", limit=120),
        revert=revert,
        revert_reason=table.text("revert_reason", required=revert == "none"),
        params=MappingProxyType({key: _parameter(key, one) for key, one in params.each()}),
        fields=MappingProxyType({key: _field(key, one) for key, one in fields.each()}),
        events=MappingProxyType({key: _event(key, one) for key, one in events.each()}),
        read=scripts.get("read.ps1", ""),
        write=scripts.get("write.ps1"),
        digest=digest,
        signs_out=table.flag("signs_out"),
        disconnects=MappingProxyType(_disconnects(table.table("disconnects", required=False))),
        endangers=_endangers(table),
    )
    for key, field in resource.fields.items():
        for other in set(field.forms) - set(resource.fields):
            fields.table(key).table("forms").wrong(other, f"there is no field {other}")
    for key in set(resource.disconnects) - {*resource.params, *resource.fields, *resource.events}:
        table.wrong("disconnects", "is no parameter, field or event", key)
    _check_endangers(table, resource)
    if not resource.fields and "fields" in table.data:
        table.wrong("fields", "must name at least one field")
    _check_events(events, resource)
    for key in set(resource.fields) & set(resource.events):
        table.wrong("events", "is a field already", key)
    if resource.write is None and (resource.events or any(one.writable for one in resource.fields.values())):
        table.wrong(None, "has writable fields or events, but no write.ps1")
    table.done()
    return resource


def _parameter(name: str, table: TomlTable) -> ResourceParameter:
    _check_name(name, table)
    kind = table.choice("type", PARAMETER_TYPES)
    pattern = table.value("pattern")
    texts = kind in {"string", "list"}
    if pattern is not None and not (texts and isinstance(pattern, str)):
        table.wrong("pattern", "must be a regular expression, for a string or the items of a list")
    elif pattern is not None and (text := safe_patterns.fault(pattern)):
        table.wrong("pattern", text)
    table.done()
    return ResourceParameter(name, kind, pattern if isinstance(pattern, str) else None)


def _field(name: str, table: TomlTable) -> ResourceField:
    _check_name(name, table)
    one = ResourceField(
        name=name,
        type=table.choice("type", tuple(TYPES)),
        writable=table.flag("writable"),
        compare=table.flag("compare"),
        secret=table.flag("secret"),
        words=table.text("words", limit=120),
        values=MappingProxyType(table.table("values", required=False).mapping()),
        forms=MappingProxyType(_forms(table.table("forms", required=False))),
        descriptor=table.flag("descriptor"),
    )
    if one.descriptor and one.type != "string":
        table.wrong("descriptor", "only a text can be a security descriptor")
    if one.forms and not (one.writable and one.type == "string"):
        table.wrong("forms", "only what is written as a text has a form")
    if one.writable and not one.compare:
        table.wrong("compare", "must be true for a writable field: a plan has to notice when it drifts")
    if one.secret and (one.writable or one.compare):
        table.wrong("secret", "a secret field can be neither writable nor compared: plans are stored and shown")
    table.done()
    return one


def _forms(table: TomlTable) -> dict[str, Mapping[str, str]]:
    """Return the patterns of a wished text: by another field, by that field's value."""
    found: dict[str, Mapping[str, str]] = {}
    for other, by_value in table.each():
        found[other] = MappingProxyType(by_value.mapping())
        for value, pattern in found[other].items():
            if text := safe_patterns.fault(pattern):
                by_value.wrong(value, text)
    return found


def _event(name: str, table: TomlTable) -> ResourceEvent:
    _check_name(name, table)
    event = ResourceEvent(
        name,
        table.text("words", limit=120),
        table.name("shown_by", required=False) or None,
        table.text("unseen", required=False, limit=300),
        MappingProxyType(table.table("unless", required=False).mapping()),
        MappingProxyType(_passes(table.table("passes", required=False))),
        table.flag("undo_only"),
    )
    table.done()
    return event


def _passes(table: TomlTable) -> dict[str, tuple[str, ...]]:
    return {field: table.texts(field) for field in table.data}


def _check_events(table: TomlTable, resource: Resource) -> None:
    """Keep a problem for each field that an event names and the resource does not have."""
    for key, event in resource.events.items():
        if event.shown_by and event.shown_by not in resource.fields:
            table.table(key).wrong("shown_by", f"there is no field {event.shown_by}")
        for where, names in (("unless", event.unless), ("passes", event.passes)):
            for name in names:
                if name not in resource.fields or not resource.fields[name].writable:
                    table.table(key).table(where).wrong(name, f"there is no writable field {name}")


def _disconnects(table: TomlTable) -> dict[str, tuple[Value, ...]]:
    """Return what ends sessions: for each name a list of values."""
    found = {}
    for key in table.data:
        values = table.value(key)
        if isinstance(values, list) and values:
            found[key] = tuple(values)
        else:
            table.wrong(key, "must be a list of values, not empty")
    return found


def _endangers(table: TomlTable) -> Mapping[str, tuple[str, ...]] | None:
    """Return what may cut our own access: `endangers_access` is true, or a table of parameters and their places."""
    given = table.value("endangers_access")
    if given is None or given is True:
        return None if given is None else MappingProxyType({})
    if not isinstance(given, dict) or not given:
        table.wrong("endangers_access", "must be true, or a table: parameter, and a list of what it may not name")
        return None
    places = table.table("endangers_access")
    return MappingProxyType({key: places.texts(key) for key in given})


def _check_endangers(table: TomlTable, resource: Resource) -> None:
    """Refuse what nobody could put back once our own access is gone, and parameters that are not there."""
    if resource.endangers is None:
        return
    for key in set(resource.endangers) - set(resource.params):
        table.wrong("endangers_access", "is no parameter", key)
    if resource.revert != "exact" or resource.write is None:
        text = "what may cut our own access is put back by the computer itself: it is written, and reverts exactly"
        table.wrong("endangers_access", text)


def _check_name(name: str, table: TomlTable) -> None:
    if name in _HASHTABLE:
        table.wrong(None, "is a property of every PowerShell hashtable; choose another name")
    if not _FIELD.fullmatch(name):
        table.wrong(None, "a field, parameter or event is named with lower-case letters, digits and _ only, 40 at most")


def _script(where: str, data: bytes, problems: list[toml.ContentProblem]) -> str:
    """Decode a script; Windows PowerShell 5.1 reads anything beyond ASCII differently from file and from memory."""
    if len(data) > SCRIPT_LIMIT:
        problems.append(
            toml.ContentProblem(where, 1, "(file)", f"{len(data)} bytes, at most {SCRIPT_LIMIT} are allowed")
        )
    elif not data.isascii():
        line = next(n for n, text in enumerate(data.splitlines(), 1) if not text.isascii())
        problems.append(toml.ContentProblem(where, line, "(file)", "has characters beyond ASCII"))
    return data.decode("ascii", "replace")


def _digest(files: Mapping[str, tuple[str, bytes]]) -> str:
    lines = (f"{file} {hashlib.sha256(data).hexdigest()}\n" for file, (_, data) in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
