"""Making a host's state document from a file, named faults and single settings, with clear refusals."""

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from troubleshoot.lab.faults import FAULTS
from troubleshoot.lab.host_clock import set_clock
from troubleshoot.lab.key_files import settle_key
from troubleshoot.lab.sessions import complete_sessions
from troubleshoot.lab.state import LIFETIME, REMOTE_DESKTOP_STORE, Document, find, healthy, iso, moment
from troubleshoot.lab.state_check import FARTHEST_CLOCK, BadStateError, check
from troubleshoot.lab.state_form import FIXED, OPTIONAL

__all__ = ["BadStateError", "assign", "build_state", "check", "parse_setting"]

_MAX_BYTES = 4 * 1024 * 1024
_CLOCK = "clock_offset_seconds"


def build_state(
    *, name: str, file: Path | None, faults: Iterable[str] = (), settings: Mapping[str, Any] | None = None
) -> Document:
    """Return a checked document: from ``file`` or a healthy host, then the faults, then the settings.

    Raises BadStateError.
    """
    document = healthy(name) if file is None else _read(file, name)
    check(document)
    try:
        _change(document, faults, settings or {})
    except OverflowError as error:  # a time that another clock moves out of the calendar
        raise BadStateError(f"a time of the state: {error}") from error
    _order_dates(document)
    check(document)
    complete_sessions(document)
    settle_key(document)
    return document


def _change(document: Document, faults: Iterable[str], settings: Mapping[str, Any]) -> None:
    for fault in faults:
        if fault not in FAULTS:
            raise BadStateError(f"unknown fault {fault!r}; known are: {', '.join(FAULTS)}")
        try:
            FAULTS[fault](document)
        except LookupError as error:
            raise BadStateError(f"the fault {fault} is about something that is not in this state: {error}") from error
    # The clock first: times that are set mean what this clock shows.
    for path, value in sorted(settings.items(), key=lambda setting: setting[0].casefold() != _CLOCK):
        assign(document, path, value)


def assign(document: Document, path: str, value: Any) -> None:
    """Set one place of the document, written with dots: ``services.TermService.state``.

    Names compare without case and may hold dots themselves; list places are numbers. A plain value for
    a registry value replaces its data; new registry keys and values need ``{"kind": …, "value": …}``, and a new
    service all of its fields. Another clock also moves what the host has dated by it.
    BadStateError for an unknown path.
    """
    section, _, name = path.partition(".")
    known = section.casefold()
    if _assign_registry(document, path, value):
        return
    if known == "acl" or (known == "services" and isinstance(value, dict) and "." not in name):
        document[known][find(document[known], name) or name] = value
    elif path.casefold() == _CLOCK and type(value) is int and abs(value) <= FARTHEST_CLOCK:
        set_clock(document, value)
    else:
        holder, key = _locate(document, path, path)
        holder[key] = value


def parse_setting(text: str) -> tuple[str, Any]:
    """Split ``PATH=VALUE``; the value is JSON when it parses as JSON, else text. BadStateError without ``=``."""
    path, separator, value = text.partition("=")
    if not separator or not path:
        raise BadStateError(f"a setting is PATH=VALUE, not {text!r}")
    try:
        return path, json.loads(value)
    except ValueError:
        return path, value


def _read(file: Path, name: str) -> Document:
    """Read a document; sections and fields that it leaves out are those of a healthy host."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise BadStateError(f"{file}: more than {_MAX_BYTES} bytes")
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadStateError(f"{file}: {error}") from error
    if not isinstance(read, dict):
        raise BadStateError(f"{file}: a state is a JSON object")
    given = read.get("name", name)
    return _completed(read, healthy(given if isinstance(given, str) else name))


def _completed(read: Document, made: Document) -> Document:
    """Return a document with what it leaves out taken from a healthy host; check() says what is of the wrong kind."""
    offset = read.get(_CLOCK)
    if type(offset) is int and abs(offset) <= FARTHEST_CLOCK:
        set_clock(made, offset)
    if "processes" in read:  # whoever has a desktop has a session, and nobody else
        made["sessions"] = []
    for section in (*FIXED, "firewall"):
        if isinstance(read.get(section), dict):
            read[section] = made[section] | read[section]
    _fill(read.get("services"), lambda name, given: _service(made["services"], name, given))
    usual = made["certificates"][REMOTE_DESKTOP_STORE][0]
    for entries in _values(read.get("certificates")):
        _fill(entries, lambda _, given: usual | {"issuer": given.get("subject", usual["issuer"])} | given)
    return made | read


def _service(usual: Document, name: object, given: Document) -> Document:
    stopped = {"started_at": None, "process_id": 0} if given.get("state") == "Stopped" else {}
    known: Document = usual.get(find(usual, str(name)) or "", {})
    return known | stopped | given


def _fill(rows: Any, complete: Callable[[Any, Document], Document]) -> None:
    """Write what rows of a list or of a mapping leave out; anything else stays as it is."""
    places = rows.items() if isinstance(rows, dict) else enumerate(rows) if isinstance(rows, list) else ()
    for place, row in list(places):
        if isinstance(row, dict):
            rows[place] = complete(place, row)


def _values(found: Any) -> list[Any]:
    return list(found.values()) if isinstance(found, dict) else []


def _locate(node: Any, rest: str, path: str) -> tuple[Any, Any]:
    """Return the container and key that the dotted ``rest`` names below ``node``."""
    key: Any = None
    if isinstance(node, dict):
        folded = rest.casefold()
        named = [name for name in node if (folded + ".").startswith(name.casefold() + ".")]
        key = max(named, key=len, default=None)
    elif isinstance(node, list):
        head = rest.partition(".")[0]
        key = int(head) if head.isdecimal() and int(head) < len(node) else None
    if key is None and isinstance(node, dict) and rest in OPTIONAL:
        return node, rest
    if key is None:
        raise BadStateError(f"unknown path {path!r}: there is no {rest!r}")
    below = rest[len(str(key)) + 1 :] if isinstance(key, str) else rest.partition(".")[2]
    return _locate(node[key], below, path) if below else (node, key)


def _assign_registry(document: Document, path: str, value: Any) -> bool:
    """Set a registry value by ``registry.KEY.NAME``; False when the path means something else."""
    section, _, rest = path.partition(".")
    key, _, name = rest.rpartition(".")
    if section.casefold() != "registry" or "\\" not in key or name.casefold() in {"kind", "value"}:
        return False
    keys = document["registry"]
    values = keys.setdefault(find(keys, key) or key, {})
    known = find(values, name)
    if isinstance(value, dict):
        values[known or name] = value
    elif known is not None:
        values[known]["value"] = value
    else:
        raise BadStateError(f'{path}: a new registry value is {{"kind": …, "value": …}}')
    return True


def _order_dates(document: Document) -> None:
    """Let a certificate whose end was set into the past begin before it: no X.509 library makes another."""
    for entries in document["certificates"].values():
        for entry in entries if isinstance(entries, list) else ():
            with contextlib.suppress(ValueError, TypeError, KeyError, OverflowError):  # check() says what is wrong
                if moment(entry["not_after"]) < moment(entry["not_before"]):
                    entry["not_before"] = iso(moment(entry["not_after"]) - LIFETIME)
