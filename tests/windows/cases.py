"""The cases of `proof.ps1`: every reading, every vector that can be arranged on any Windows, every change of a remedy.

They stand in its last comment, a line of ASCII JSON each, so that the one file is all that has to be carried there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.catalog.resources.vectors import EMPTY, Vector, load, merged
from tests.support import shipped_catalog
from troubleshoot.engine import Catalog
from troubleshoot.engine.resource import Resource
from troubleshoot.probes import WINDOWS_READINGS

PROOF = Path(__file__).with_name("proof.ps1")
BEGIN, END = "<# cases\n", "#>\n"
#: What a real Windows can be made to be without touching what is its own: values of the registry, in a key of ours.
_ARRANGED = "registry"

Case = dict[str, Any]


def cases() -> list[Case]:
    """Return everything that is tried, resources first."""
    known = shipped_catalog()
    own = known.resources.values()
    return [
        *(_resource(one) for one in own),
        *_once(_readings(known)),
        *(_vector(one) for one in arranged()),
        *_changes(known),
    ]


def arranged() -> list[Vector]:
    """Return the vectors of resources whose scripts name no place of their own, and whose hosts are values alone."""
    known, found = shipped_catalog().resources, load()
    free = {name for name, one in known.items() if not _own_places(one)}
    others = {one.resource for one in found if _changed(one) - {_ARRANGED, "winrm"}}
    return [one for one in found if one.resource in free - others and _changed(one) <= {_ARRANGED} and not _is_odd(one)]


def _is_odd(vector: Vector) -> bool:
    """Tell whether it is about a kind of value that Windows has and its own command does not write."""
    named = {str(vector.case["params"].get("name", "")).lower()}
    return bool(named & {name.lower() for key in vector.host["registry"].values() for name in key if _odd(key[name])})


def _odd(value: Mapping[str, Any]) -> bool:
    return bool(value["kind"] == "None")


def _even(registry: Mapping[str, Any]) -> dict[str, Any]:
    return {path: {name: one for name, one in key.items() if not _odd(one)} for path, key in registry.items()}


def _own_places(resource: Resource) -> bool:
    """Tell whether its scripts look at a place that no parameter names: of the registry, a store, or of WMI."""
    return any(word in f"{resource.read}{resource.write}" for word in ("HKLM:", "Cert:", "CimInstance", "WinEvent"))


def _changed(vector: Vector) -> set[str]:
    """Return the parts of the host that this vector sets."""
    return {name for name, part in vector.host.items() if EMPTY.get(name) != part}


def _resource(one: Resource) -> Case:
    return {
        "kind": "resource",
        "resource": one.name,
        "scripts": {"read": one.read, "write": one.write},
        "fields": {name: field.type for name, field in one.fields.items()},
        "compared": [name for name, field in one.fields.items() if field.compare],
        "descriptors": [name for name, field in one.fields.items() if field.descriptor],
        "undo_only": [name for name, event in one.events.items() if event.undo_only],
        "exact": one.revert == "exact",
    }


def _readings(known: Catalog) -> Iterator[Case]:
    """Yield what the portal reads: to look at a computer, for the facts of content, and before and after a remedy."""
    for resource in known.resources.values():
        if not resource.params:
            yield _reading(resource.name, {})
    for look in WINDOWS_READINGS:
        yield _reading(look.resource, look.params)
    for declared in known.readings.values():
        yield _reading(declared.resource, declared.params)
    for action in known.actions.values():
        for wish in action.wishes:
            yield _reading(wish.resource, wish.params)


def _reading(resource: str, params: Mapping[str, Any]) -> Case:
    title = f"{resource} {json.dumps(dict(params), sort_keys=True)[:80]}" if params else resource
    return {"kind": "reading", "resource": resource, "title": title, "params": dict(params)}


def _vector(one: Vector) -> Case:
    case, after = one.case, merged(one.host, one.case.get("after", {}))
    given = {key: case[key] for key in ("params", "desired", "before", "result", "fails", "fails_as") if key in case}
    places = {"registry": _even(one.host["registry"]), "left": _even(after["registry"])}
    return {"kind": one.operation, "resource": one.resource, "title": one.title, **given, **places}


def _changes(known: Catalog) -> Iterator[Case]:
    for action in known.actions.values():
        for place, wish in enumerate(action.wishes, start=1):
            what = {"params": dict(wish.params), "desired": dict(wish.desired)}
            yield {"kind": "change", "resource": wish.resource, "title": f"{action.name} {place}", **what}


def _once(found: Iterator[Case]) -> list[Case]:
    return list({json.dumps(one, sort_keys=True): one for one in found}.values())


def block() -> str:
    """Return the last comment of the file."""
    lines = [json.dumps(one, sort_keys=True).replace("#>", "\\u0023>") for one in cases()]
    return BEGIN + "\n".join(lines) + "\n" + END


def renewed(text: str) -> str:
    """Return the text of the file with the cases as they are now."""
    return text[: text.index(BEGIN)] + block()


def main(arguments: list[str]) -> int:
    """Renew the cases, or return 1 where they are not those of the catalogue any more."""
    current = PROOF.read_text(encoding="ascii")
    if "--write" in arguments:
        PROOF.write_text(renewed(current), encoding="ascii")
    elif renewed(current) != current:
        print("proof.ps1 has other cases than the catalogue: `make map` renews them", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
