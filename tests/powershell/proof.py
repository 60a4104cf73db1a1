"""`proof.ps1` on a simulated host: all that it does on Windows, by a real PowerShell, but for removing its own keys."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import timezone

from tests.powershell import shell
from tests.powershell.host import Host
from tests.powershell.resources import function_of
from tests.support import shipped_catalog
from tests.windows.cases import PROOF
from troubleshoot.lab.state import HostState, healthy
from troubleshoot.management import windows_proofs

#: What only Windows has there, as it is run in its place.
_ONLY_WINDOWS = "Remove-OwnKeys"
_EACH = 5


def prepared(text: str) -> str:
    """Return the file for this platform."""
    found = function_of(text, _ONLY_WINDOWS)
    return text[: found.start()] + f"function {_ONLY_WINDOWS} {{ }}" + text[found.end() :]


def carried_out(program: str, modules: str, *options: str, text: str | None = None) -> tuple[dict[str, Any], str]:
    """Run it on a healthy simulated host; return what it wrote down, and what it said."""
    with tempfile.TemporaryDirectory() as folder, shell.listening() as (path, server):
        script, out = Path(folder, "proof.ps1"), Path(folder, "proof.json")
        script.write_text(prepared(text or PROOF.read_text(encoding="ascii")), encoding="ascii")
        more = {"TZ": "UTC", "LC_ALL": "C", "XDG_DATA_HOME": modules, "MENDPOINT_LAB": path}
        arguments = ["-NoProfile", "-NonInteractive", "-File", str(script), "-Out", str(out), *options]
        with shell.opened(program, arguments, more, errors=subprocess.STDOUT) as process:
            connection, _ = server.accept()
            with connection:
                Host(HostState(healthy())).serve(shell.Wire(connection))
            assert process.stdout is not None
            said = process.stdout.read().decode("ascii", "replace")
        return json.loads(out.read_text(encoding="ascii")) if out.exists() else {}, said


def faults(program: str, modules: str) -> Iterator[str]:
    """Yield what the file finds fault with on a simulated host, and what it does not find fault with and should."""
    text = PROOF.read_text(encoding="ascii")
    result, said = carried_out(program, modules, "-Destructive", text=_some(text))
    found = result.get("resources", {})
    if not found or any(one["failed"] for one in found.values()):
        yield f"proof.ps1: {said}"
    elif reason := _refusal(result | {"powershell": "5.1"}):
        yield f"proof.ps1: what it wrote is refused: {reason}"
    spoiled, said = carried_out(program, modules, text=_spoiled(text))
    if not spoiled or not spoiled["resources"]["registry-value"]["failed"]:
        yield f"broken on purpose, and not seen by proof.ps1: {said}"


def _refusal(result: dict[str, Any]) -> str:
    """Return why what was written would not be taken in, digests included; empty where it would."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "proof.json")
        file.write_text(json.dumps(result), encoding="ascii")
        try:
            taken = windows_proofs.read_result(file, shipped_catalog(), now=timezone.now())
        except windows_proofs.ProofRefused as refusal:
            return str(refusal)
    return "" if taken["resources"].keys() == shipped_catalog().resources.keys() else "a resource is missing"


def _some(text: str) -> str:
    """Return the file with a part of the vectors: all of them are tried by themselves, this is about the file."""
    vectors = [line for line in text.splitlines() if '"kind": "read"' in line or '"kind": "write"' in line]
    left_out = {line for number, line in enumerate(vectors) if number % _EACH}
    return "\n".join(line for line in text.splitlines() if line not in left_out) + "\n"


def _spoiled(text: str) -> str:
    """Return the file with two resources, of which one writes hexadecimal digits in another way than its vectors."""
    script, begin, lines = text.partition("<# cases\n")
    kept = [line for line in lines.splitlines() if '"windows-build"' in line or "X16" in line or "has no sign" in line]
    broken = "\n".join(kept).replace("X16", "x16")
    assert broken != "\n".join(kept)
    return f"{script}{begin}{broken}\n#>\n"
