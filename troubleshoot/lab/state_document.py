"""Making a host's state document from a file, named faults and single settings, with clear refusals."""

import contextlib
import json
import re
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from troubleshoot.lab import firewall
from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.faults import FAULTS
from troubleshoot.lab.gateway import GATEWAYS
from troubleshoot.lab.other_addresses import ANSWERS
from troubleshoot.lab.state import LIFETIME, Document, find, healthy, iso, moment

_MAX_BYTES = 4 * 1024 * 1024
# Sections whose fields are fixed: the same names and kinds of value as a healthy host has.
_FIXED = ("identity", "powershell", "key_store", "domain", "network", "winrm")
_SERVICE = {
    "display_name": str,
    "state": str,
    "start_mode": str,
    "account": str,
    "started_at": (str, type(None)),
    "process_id": int,
}
_CERTIFICATE = {
    "thumbprint": str,
    "subject": str,
    "issuer": str,
    "serial": int,
    "not_before": str,
    "not_after": str,
    "has_private_key": bool,
}
_RULE = {
    "name": str,
    "group": str,
    "enabled": bool,
    "profiles": str,
    "direction": str,
    "action": str,
    "source": str,
}
_PROCESS = {
    "name": str,
    "owner_domain": str,
    "owner_user": str,
    "session_id": int,
    "process_id": int,
    "created_at": str,
}
_PRINTER = {"name": str, "local": bool, "protected": bool}
_PRINT_JOB = {
    "printer": str,
    "id": int,
    "owner": str,
    "document": str,
    "pages": int,
    "submitted_at": str,
    "jammed": bool,
    "deleting": bool,
}
_LISTENER = {"port": int, "address": str, "process": str, "process_id": int}
# Sections that are lists of rows with these fields.
_ROWS = {"processes": _PROCESS, "printers": _PRINTER, "print_jobs": _PRINT_JOB, "listeners": _LISTENER}
_CHOICES: Mapping[str, Set[str]] = {
    "powershell.language_mode": {"FullLanguage", "ConstrainedLanguage", "RestrictedLanguage", "NoLanguage"},
    "key_store.rdp_key": {"readable", "denied", "missing"},
    "network.rdp": {"open", "refused", "silent", "closed_before_confirm", "flapping"},
    "network.winrm": {"open", "refused", "silent"},
    "network.gateway": GATEWAYS,
    "network.key_failure": {"negotiation", "reset"},
    "winrm.credentials": {"accepted", "refused"},
}
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}")
_SERVICE_STATES = {"Running", "Stopped"}
_START_MODES = {"Auto", "Manual", "Disabled"}


class BadStateError(Exception):
    """A state document, fault or setting cannot be used; the message says where and why."""


def build_state(
    *, name: str, file: Path | None, faults: Iterable[str] = (), settings: Mapping[str, Any] | None = None
) -> Document:
    """Return a checked document: from ``file`` or a healthy host, then the faults, then the settings.

    Raises BadStateError.
    """
    document = healthy(name) if file is None else _read(file, name)
    check(document)
    for fault in faults:
        if fault not in FAULTS:
            raise BadStateError(f"unknown fault {fault!r}; known are: {', '.join(FAULTS)}")
        FAULTS[fault](document)
    for path, value in (settings or {}).items():
        assign(document, path, value)
    _order_dates(document)
    check(document)
    return document


def assign(document: Document, path: str, value: Any) -> None:
    """Set one place of the document, written with dots: ``services.TermService.state``.

    Names compare without case and may hold dots themselves; list places are numbers. A plain value for
    a registry value replaces its data; new registry keys and values need ``{"kind": …, "value": …}``, and a new
    service all of its fields.
    BadStateError for an unknown path.
    """
    if _assign_registry(document, path, value):
        return
    section, _, service = path.partition(".")
    if section.casefold() == "services" and isinstance(value, dict) and "." not in service:
        document["services"][find(document["services"], service) or service] = value
        return
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


def check(document: Document) -> None:
    """Refuse a document that the lab could not serve; also makes its certificates. Raises BadStateError."""
    model = healthy()
    _same_names("", document, model)
    for section in _FIXED:
        _same_names(section, document[section], model[section])
    for path, choices in _CHOICES.items():
        section, _, field = path.partition(".")
        _one_of(path, document[section][field], choices)
    if not _VERSION.fullmatch(document["powershell"]["version"]):
        raise BadStateError("powershell.version: must be numbers with dots, such as 5.1.19041.3803")
    for service, fields in document["services"].items():
        _fields(f"services.{service}", fields, _SERVICE)
        _one_of(f"services.{service}.state", fields["state"], _SERVICE_STATES)
        _one_of(f"services.{service}.start_mode", fields["start_mode"], _START_MODES)
    for section, kinds in _ROWS.items():
        for number, one in enumerate(document[section]):
            _fields(f"{section}.{number}", one, kinds)
    for path, sddl in document["acl"].items():
        _fields(f"acl.{path}", {"sddl": sddl}, {"sddl": str})
    _check_firewall(document["firewall"])
    for section in ("hung", "disabled_logs"):
        _texts(section, document[section])
    for number, entry in enumerate(document["network"]["elsewhere"]):
        _fields(f"network.elsewhere.{number}", entry, {"address": str, "answers": str})
        _one_of(f"network.elsewhere.{number}.answers", entry["answers"], ANSWERS)
    _check_registry(document["registry"])
    _check_certificates(document)


def _read(file: Path, name: str) -> Document:
    """Read a document; sections it leaves out are those of a healthy host."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise BadStateError(f"{file}: more than {_MAX_BYTES} bytes")
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadStateError(f"{file}: {error}") from error
    if not isinstance(read, dict):
        raise BadStateError(f"{file}: a state is a JSON object")
    given = read.get("name", name)
    made = healthy(given if isinstance(given, str) else name)
    if isinstance(read.get("network"), dict):  # older documents know less about what lies around a computer
        read["network"] = {name: made["network"][name] for name in ("gateway", "elsewhere")} | read["network"]
    return made | read


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


def _same_names(where: str, given: Any, model: Document) -> None:
    if not isinstance(given, dict):
        raise BadStateError(f"{where}: must be a JSON object")
    if given.keys() != model.keys():
        odd = ", ".join(sorted(map(str, given.keys() ^ model.keys())))
        raise BadStateError(f"{where or 'state'}: unknown or missing: {odd}")
    _fields(where or "state", given, {name: type(value) for name, value in model.items()})


def _fields(where: str, given: Any, kinds: Mapping[str, Any], optional: Set[str] = frozenset()) -> None:
    if not isinstance(given, dict) or given.keys() - optional != kinds.keys():
        raise BadStateError(f"{where}: needs exactly {', '.join(kinds)}")
    for name, kind in kinds.items():
        # bool is an int to Python, not to JSON.
        if not isinstance(given[name], kind) or (isinstance(given[name], bool) and kind is not bool):
            raise BadStateError(f"{where}.{name}: {given[name]!r} is of the wrong kind")


def _texts(where: str, given: Any) -> None:
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise BadStateError(f"{where}: must be a list of texts")


def _one_of(where: str, given: Any, choices: Set[str]) -> None:
    if given not in choices:
        raise BadStateError(f"{where}: {given!r} is not one of {', '.join(sorted(choices))}")


def _check_firewall(given: Any) -> None:
    _fields("firewall", given, {"rules": list, "profiles": dict, "active": list})
    _same_names("firewall.profiles", given["profiles"], firewall.usual()["profiles"])
    for name, profile in given["profiles"].items():
        _fields(f"firewall.profiles.{name}", profile, {"enabled": bool, "local_rules": bool})
    for number, rule in enumerate(given["rules"]):
        _fields(f"firewall.rules.{number}", rule, _RULE)
    for name in given["active"]:
        _one_of("firewall.active", name, {known.lower() for known in firewall.PROFILES})


def _check_registry(keys: Document) -> None:
    for key, values in keys.items():
        if not isinstance(values, dict):
            raise BadStateError(f"registry.{key}: must be a JSON object of values")
        for name, entry in values.items():
            _fields(f"registry.{key}.{name}", entry, {"kind": str, "value": object})


def _check_certificates(document: Document) -> None:
    for store, entries in document["certificates"].items():
        if not isinstance(entries, list):
            raise BadStateError(f"certificates.{store}: must be a list")
        for number, entry in enumerate(entries):
            _fields(f"certificates.{store}.{number}", entry, _CERTIFICATE, optional={"purposes"})
            _texts(f"certificates.{store}.{number}.purposes", entry.get("purposes", []))
    try:
        stamp(document)
    except (ValueError, OverflowError) as error:
        raise BadStateError(f"certificates: {error}") from error
