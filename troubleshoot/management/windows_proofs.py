"""Takes in what `tests/windows/proof.ps1` wrote on a Windows, and keeps it as content of the catalogue.

The file comes from a computer that is trusted with nothing else: whatever it is not meant to say is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from troubleshoot.engine import BUILD_PATTERN, DIGEST_PATTERN, Catalog, in_groups
from troubleshoot.remote import Malformed, parse_object

MOST_BYTES = 512 * 1024
_VERSION = 1
#: What a result says of the computer, and the shape of each: words alone, nothing that means something in TOML.
_SHAPES = {
    "at": re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    "build": BUILD_PATTERN,
    "edition": re.compile(r"[A-Za-z][A-Za-z ]{0,39}"),
    "powershell": re.compile(r"5\.1(?:\.[0-9]{1,6}){0,2}"),
    "culture": re.compile(r"[A-Za-z0-9-]{0,40}"),
    "zone": re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,/_()+-]{0,79}"),
}
_ENTRY = {"scripts", "passed", "failed", "left_out"}
#: The kinds of cases that are tried; each is told as its kind, and what it is about.
_KINDS = frozenset({"reading", "read", "write", "change"})
_WRITING = ("write: ", "change: ")


class ProofRefused(Exception):
    """A file is not taken in; the text says why, and what to do where anything can be done."""


def read_result(file: Path, installed: Catalog, *, now: dt.datetime) -> dict[str, Any]:
    """Return a result in which every resource and digest is one that is installed. Raises ProofRefused."""
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ProofRefused(f"{file} cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise ProofRefused(f"{file} is larger than {MOST_BYTES} bytes: no run of proof.ps1 writes so much.")
    try:
        result = parse_object(data)
    except Malformed as error:
        raise ProofRefused(f"{file} is not what proof.ps1 writes: {error}.") from error
    _check_head(result, now)
    for name, entry in result["resources"].items():
        _check_entry(name, entry, installed)
        _check_cases(name, [*entry["passed"], *entry["failed"]], destructive=result["destructive"])
    return result


def _check_head(result: Mapping[str, Any], now: dt.datetime) -> None:
    _check_keys("the file", result, {*_SHAPES, "v", "destructive", "resources"})
    version, forms = result["v"], (type(result["v"]), type(result["destructive"]), type(result["resources"]))
    if version != _VERSION or forms != (int, bool, dict):
        raise ProofRefused("The file has another form than that of this version of proof.ps1.")
    if isinstance(result["powershell"], str) and not result["powershell"].startswith("5.1"):
        raise ProofRefused("It was not run by Windows PowerShell 5.1, which is what runs on the computers.")
    for key, shape in _SHAPES.items():
        if not isinstance(result[key], str) or not shape.fullmatch(result[key]):
            raise ProofRefused(f"The file says of {key} what proof.ps1 never writes.")
    try:
        at = dt.datetime.fromisoformat(result["at"])
    except ValueError:
        raise ProofRefused("The file says of at what proof.ps1 never writes.") from None
    if at > now:
        raise ProofRefused(f"It was made at {result['at']}, which has not come yet. Is a clock wrong?")


def _check_keys(where: str, table: Any, known: set[str]) -> None:
    if not isinstance(table, dict):
        raise ProofRefused(f"There is no table where {where} should have one.")
    if odd := sorted({*table} ^ known):
        is_there = "has an unknown" if odd[0] in table else "lacks the"
        raise ProofRefused(f"In {where}: it {is_there} key {odd[0][:80]!r}.")


def _check_entry(name: str, entry: Any, installed: Catalog) -> None:
    resource = installed.resources.get(name)
    if resource is None:
        raise ProofRefused(f"No resource {name[:80]!r} is installed here.")
    _check_keys(name, entry, _ENTRY)
    lists = [entry["passed"], entry["failed"]]
    if not all(isinstance(one, list) and all(isinstance(text, str) for text in one) for one in lists):
        raise ProofRefused(f"In {name}: passed and failed are lists of texts.")
    if type(entry["left_out"]) is not int or entry["left_out"] < 0:
        raise ProofRefused(f"In {name}: left_out is a number.")
    if not isinstance(entry["scripts"], str) or not DIGEST_PATTERN.fullmatch(entry["scripts"]):
        raise ProofRefused(f"In {name}: scripts is no digest.")
    if entry["scripts"] != resource.scripts_digest:
        text = f"It proves other scripts of {name} than those installed here. Run the proof.ps1 of this version."
        raise ProofRefused(text)


def _check_cases(name: str, tried: list[str], *, destructive: bool) -> None:
    """Refuse what names no case that proof.ps1 tries, or not in such a run, and a case that is counted twice."""
    told = [(text.partition(":")[0], text.partition(":")[2].strip()) for text in tried]
    if odd := [text for text, (kind, about) in zip(tried, told, strict=True) if kind not in _KINDS or not about]:
        raise ProofRefused(f"In {name}: it tried {odd[0][:80]!r}, which is no case of proof.ps1.")
    if not destructive and any(kind == "change" for kind, _about in told):
        raise ProofRefused(f"In {name}: it made a change in a run that makes none.")
    if len({*tried}) != len(tried):
        raise ProofRefused(f"In {name}: a case stands there twice.")


def proved(result: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the resources of which something was tried and all agreed. Raises ProofRefused where there is none."""
    found = {name: one for name, one in result["resources"].items() if one["passed"] and not one["failed"]}
    if not found:
        raise ProofRefused("It proves nothing: there is no resource of which something was tried and all agreed.")
    return found


def add_proof(result: Mapping[str, Any], into: Path) -> Path:
    """Keep a result in a catalogue folder; return its file. Nothing is overwritten. Raises ProofRefused."""
    date, build = result["at"].partition("T")[0], result["build"].replace(".", "-")
    kind = result["edition"].lower().replace(" ", "-")
    path = into / "proofs" / f"{date}-{build}-{kind}.toml"
    text = _toml(result, date)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="ascii") as file:
            file.write(text)
    except FileExistsError:
        raise ProofRefused(f"{path} is there already: a Windows of this kind was proved on that day.") from None
    except OSError as error:
        raise ProofRefused(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _toml(result: Mapping[str, Any], date: str) -> str:
    lines = ["# Written by manage.py catalog proof add, of a run of tests/windows/proof.ps1."]
    lines += [f'windows    = "{result["build"]}"', f'date       = "{date}"', f'edition    = "{result["edition"]}"']
    lines += [f'powershell = "{result["powershell"]}"', f'zone       = "{result["zone"]}"']
    lines += [f'culture    = "{result["culture"]}"'] if result["culture"] else []
    for name, one in sorted(proved(result).items()):
        writes = any(text.startswith(_WRITING) for text in one["passed"])
        lines += ["", f"[resources.{name}]", f'scripts = "{in_groups(one["scripts"])}"']
        lines += [f"cases   = {len(one['passed'])}", f"writes  = {str(writes).lower()}"]
    return "\n".join(lines) + "\n"
