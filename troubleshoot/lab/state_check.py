"""Whether a state document is one that the lab can serve; what is wrong is named by its place."""

import re
from collections.abc import Set
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from troubleshoot.lab import firewall
from troubleshoot.lab.behind_port import other_certificate
from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.firewall_rules import ports_fault, profiles
from troubleshoot.lab.scheduler import TaskRefusedError, read_task
from troubleshoot.lab.state import Document, healthy, moment
from troubleshoot.lab.state_form import (
    CERTIFICATE,
    CHOICES,
    FIXED,
    LISTS_OF_TEXTS,
    PROFILE,
    REGISTRY_VALUE,
    ROWS,
    SERVICE,
    TASK,
    Field,
    Row,
)

FARTHEST_CLOCK = 10 * 366 * 86_400
"""Seconds by which a host's clock can be wrong: ten years."""
LONGEST_WRITE = 86_400
"""Seconds that a write can take."""
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}")


class BadStateError(Exception):
    """A state document, fault or setting cannot be used; the message says where and why."""


def check(document: Document) -> None:
    """Refuse a document that the lab could not serve; also makes its certificates. Raises BadStateError."""
    model = healthy()
    _same_names("", document, model)
    for section in FIXED:
        _same_names(section, document[section], model[section])
    for path, choices in CHOICES.items():
        section, _, field = path.partition(".")
        _one_of(path, document[section][field], choices)
    if not _VERSION.fullmatch(document["powershell"]["version"]):
        raise BadStateError("powershell.version: must be numbers with dots, such as 5.1.19041.3803")
    if abs(document["clock_offset_seconds"]) > FARTHEST_CLOCK:
        raise BadStateError(f"clock_offset_seconds: must be within {FARTHEST_CLOCK} seconds (ten years)")
    _value("booted_at", document["booted_at"], Field((str,), is_time=True))
    _value("runs_access", document["runs_access"], Field((str,)))
    for resource, seconds in document["slow"].items():
        _value(f"slow.{resource}", seconds, Field((int, float)))
    if not 0 <= document["powershell"]["write_seconds"] <= LONGEST_WRITE:
        raise BadStateError(f"powershell.write_seconds: must be from 0 to {LONGEST_WRITE} (a day)")
    _check_zone(document["time_zone"])
    for section in LISTS_OF_TEXTS:
        _texts(section, document[section])
    for path, sddl in document["acl"].items():
        _value(f"acl.{path}", sddl, Field((str,)))
    _check_firewall(document["firewall"])
    _check_rows(document)
    _check_firewall_rules(document["firewall"]["rules"])
    _check_tasks(document["scheduler"]["tasks"])
    _check_registry(document["registry"])
    _check_certificates(document)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadStateError(f"time_zone: {name!r} is no name of a zone, such as Europe/Berlin") from None


def _check_rows(document: Document) -> None:
    for service, fields in document["services"].items():
        _row(f"services.{service}", fields, SERVICE)
    for path, row in ROWS.items():
        section, _, field = path.partition(".")
        rows = document[section][field] if field else document[section]
        for number, one in enumerate(rows):
            _row(f"{path}.{number}", one, row)
    for number, event in enumerate(document["event_log"]):
        _texts(f"event_log.{number}.data", list(event.get("data", {}).values()))


def _row(where: str, given: Any, row: Row, *, partial: bool = False) -> None:
    needed = [name for name, field in row.items() if not field.optional and not partial]
    if not isinstance(given, dict) or not set(needed) <= given.keys() <= row.keys():
        more = ", ".join(name for name, field in row.items() if field.optional)
        raise BadStateError(f"{where}: needs exactly {', '.join(needed)}{' and may have ' if more else ''}{more}")
    for name, value in given.items():
        _value(f"{where}.{name}", value, row[name])


def _value(where: str, given: Any, field: Field) -> None:
    # bool is an int to Python, not to JSON.
    if not isinstance(given, field.kinds) or (isinstance(given, bool) and bool not in field.kinds):
        raise BadStateError(f"{where}: {given!r} is of the wrong kind")
    if field.choices:
        _one_of(where, given, field.choices)
    if field.is_time and given is not None:
        try:
            moment(str(given))
        except (ValueError, OverflowError) as error:
            raise BadStateError(f"{where}: must be a UTC time such as 2026-11-22T09:00:00Z, not {given!r}") from error


def _same_names(where: str, given: Any, model: Document) -> None:
    if not isinstance(given, dict):
        raise BadStateError(f"{where}: must be a JSON object")
    if given.keys() != model.keys():
        odd = ", ".join(sorted(map(str, given.keys() ^ model.keys())))
        raise BadStateError(f"{where or 'state'}: unknown or missing: {odd}")
    for name, value in model.items():
        kind = (dict, type(None)) if value is None else (type(value),)
        _value(f"{where}.{name}" if where else name, given[name], Field(kind))


def _texts(where: str, given: Any) -> None:
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise BadStateError(f"{where}: must be a list of texts")


def _one_of(where: str, given: Any, choices: Set[Any]) -> None:
    if given not in choices:
        raise BadStateError(f"{where}: {given!r} is not one of {', '.join(map(str, sorted(choices)))}")


def _check_firewall(given: Document) -> None:
    _same_names("firewall", given, firewall.usual())
    _same_names("firewall.profiles", given["profiles"], firewall.usual()["profiles"])
    for name, profile in given["profiles"].items():
        _row(f"firewall.profiles.{name}", profile, PROFILE)
    _texts("firewall.active", given["active"])
    for name in given["active"]:
        _one_of("firewall.active", name, {known.lower() for known in firewall.PROFILES})


def _check_firewall_rules(rules: list[Document]) -> None:
    for number, rule in enumerate(rules):
        where = f"firewall.rules.{number}"
        for name in profiles(rule):
            _one_of(f"{where}.profiles", name, set(firewall.PROFILES))
        if fault := ports_fault(rule.get("ports", "Any")):
            raise BadStateError(f"{where}.ports: {fault}")
        if odd := [name for name, value in rule.items() if isinstance(value, str) and "|" in value]:
            raise BadStateError(f"{where}.{odd[0]}: Windows parts the fields of a rule with |")


def _check_tasks(tasks: Document) -> None:
    for name, task in tasks.items():
        _row(f"scheduler.tasks.{name}", task, TASK)
        try:
            read_task(task["xml"])
        except TaskRefusedError as error:
            raise BadStateError(f"scheduler.tasks.{name}.xml: {error.__cause__ or error}") from error


def _check_registry(keys: Document) -> None:
    for key, values in keys.items():
        if not isinstance(values, dict):
            raise BadStateError(f"registry.{key}: must be a JSON object of values")
        if firewall.owned_key(key):
            raise BadStateError(f"registry.{key}: the rules of the firewall are written in firewall.rules")
        for name, entry in values.items():
            _row(f"registry.{key}.{name}", entry, REGISTRY_VALUE)


def _check_certificates(document: Document) -> None:
    for store, entries in document["certificates"].items():
        if not isinstance(entries, list):
            raise BadStateError(f"certificates.{store}: must be a list")
        for number, entry in enumerate(entries):
            _certificate(f"certificates.{store}.{number}", entry)
    other = document["network"]["other_certificate"]
    if other is not None:
        _certificate("network.other_certificate", other, partial=True)
    try:
        stamp(document)
        if other is not None:
            other_certificate(document)
    except (ValueError, OverflowError) as error:
        raise BadStateError(f"certificates: {error}") from error


def _certificate(where: str, entry: Any, *, partial: bool = False) -> None:
    _row(where, entry, CERTIFICATE, partial=partial)
    _texts(f"{where}.purposes", entry.get("purposes", []))
