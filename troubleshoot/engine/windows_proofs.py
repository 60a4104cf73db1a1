"""On which Windows the scripts of a resource were tried: `proofs/*.toml`, a file for each run of `proof.ps1`.

A proof is of exactly these scripts, by their digest: another script is not proved by it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from troubleshoot.engine.toml_tables import TomlTable

BUILD_PATTERN = re.compile(r"[1-9][0-9]{3,5}\.[0-9]{1,6}")
"""How a build of Windows is written: 26100.4652."""
DIGEST_PATTERN = re.compile("[0-9a-f]{64}")
_GROUPS = re.compile("(?:[0-9a-f]{16}-){3}[0-9a-f]{16}")
_DATE = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True, order=True)
class WindowsProof:
    """One run on one Windows in which every case of a resource agreed."""

    date: str
    build: str
    writes: bool
    """True: something was written with its scripts as well, not only read."""


def read_proofs(tables: Iterable[TomlTable]) -> dict[tuple[str, str], WindowsProof]:
    """Return the newest proof of each resource and digest of its scripts; what is wrong stays with the tables."""
    found: dict[tuple[str, str], WindowsProof] = {}
    for table in tables:
        for key, proof in _proofs(table):
            found[key] = max(proof, found.get(key, proof))
    return found


def _proofs(table: TomlTable) -> Iterator[tuple[tuple[str, str], WindowsProof]]:
    build, date = _shaped(table, "windows", BUILD_PATTERN), _shaped(table, "date", _DATE)
    for key in ("edition", "powershell", "culture", "zone"):
        table.text(key, required=False, limit=80)
    for name, one in table.table("resources").each():
        scripts, writes = _shaped(one, "scripts", _GROUPS).replace("-", ""), one.flag("writes")
        if one.integer("cases") < 1:
            one.wrong("cases", "counts what was tried: a run that tried nothing proves nothing")
        one.done()
        yield (name, scripts), WindowsProof(date, build, writes)
    table.done()


def _shaped(table: TomlTable, key: str, pattern: re.Pattern[str]) -> str:
    text = table.text(key, limit=80)
    if text and not pattern.fullmatch(text):
        table.wrong(key, f"has another shape: {pattern.pattern}")
    return text


def in_groups(digest: str) -> str:
    """Return a digest as a file of proofs has it: its digits in groups, so that no reader takes them for a number."""
    return "-".join(digest[at : at + 16] for at in range(0, 64, 16))


def scripts_digest(scripts: Mapping[str, str]) -> str:
    """Return the SHA-256 over the scripts of a resource, by file name; a proof on Windows names it."""
    text = "".join(f"{file}\n{scripts[file]}\n" for file in sorted(scripts))
    return hashlib.sha256(text.encode()).hexdigest()
