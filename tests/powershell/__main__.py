"""`make pwsh`: everything in order; the last line says how much agreed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.catalog.resources.vectors import load
from tests.powershell import checks, proof, resources, runner, runner_text, shell, spoiled, stand_ins, written
from tests.powershell.conditions import CONDITIONS, PLAIN, Condition
from tests.powershell.resources import Finding
from tests.support import strict
from troubleshoot.remote.envelope import RUNNER

_WORKER = Path(__file__).with_name("worker.ps1")
#: As many processes as CI has cores, and pieces enough for both to end at the same time.
_AT_ONCE, _PIECES = 2, 6
_APART = "the runner without what only Windows has"


def main() -> int:
    """Try everything; return 1 where something is wrong, or where CI has no PowerShell."""
    try:
        program = shell.find()
    except shell.NoPowerShellError as reason:
        print(f"pwsh: left out: {reason}")
        return int(strict())
    with tempfile.TemporaryDirectory() as modules, ProcessPoolExecutor(_AT_ONCE) as pool:
        stand_ins.write(Path(modules))
        vectors = [pool.submit(_piece, program, modules, piece) for piece in range(_PIECES)]
        unseen = pool.submit(_spoiled, program, modules)
        chain, proved = pool.submit(_chain), pool.submit(_proved, program, modules)
        scripts, wrong = _written(program)
        findings = [one for piece in vectors for one in piece.result()]
        wrong += [f"broken on purpose, and not seen: {title}" for title in unseen.result()]
        wrong += chain.result() + proved.result()
    return _tell(scripts, wrong, findings)


def _written(program: str) -> tuple[int, list[str]]:
    """Return how many scripts ship, and what is wrong with them and with the commands that people copy."""
    ours = written.scripts()
    texts = ours | written.copied() | written.for_windows()
    found = written.read(program, texts | {_APART: runner_text.without(RUNNER)} | spoiled.TEXTS)
    broken = [one for one in found if one.name in spoiled.TEXTS]
    apart = next(one for one in found if one.name == _APART)
    theirs = [one for one in found if one.name in written.for_windows()]
    real = [one for one in found if one not in [*broken, *theirs] and one is not apart] + written.together(theirs)
    wrong = [fault for one in real for fault in checks.faults(one)]
    wrong += [f"{apart.name}: it names {name}" for name in apart.read["types"] if name.lower() in checks.only_windows()]
    wrong += [f"broken on purpose, and not seen: {name}" for name in spoiled.overlooked(broken)]
    return len(ours), [*wrong, *checks.unused(real)]


def _piece(program: str, modules: str, piece: int) -> list[Finding]:
    """Try each vector whose turn it is in this piece, under every condition."""
    of_resources, of_runner = load()[piece::_PIECES], runner.real_vectors()[piece::_PIECES]
    found = [one for one in (runner.as_winrm(program, modules, vector) for vector in of_runner) if one is not None]
    with shell.started(program, _WORKER, modules) as wire:
        found += resources.tried(wire, resources.with_scripts(of_resources), CONDITIONS)
        for turn, vector in enumerate(of_runner):
            found += runner.many(wire, vector, conditions=_conditions(turn))
    return found


def _conditions(turn: int) -> Sequence[Condition]:
    """Return the conditions in which a vector of the runner is tried beside the plain one: all, or two in turn."""
    others = [one for one in CONDITIONS if one != PLAIN]
    if os.environ.get("MENDPOINT_PWSH_ALL") == "1":
        return others
    return [others[(2 * turn + place) % len(others)] for place in range(2)]


def _spoiled(program: str, modules: str) -> list[str]:
    with shell.started(program, _WORKER, modules) as wire:
        return list(spoiled.unseen(wire))


def _proved(program: str, modules: str) -> list[str]:
    return list(proof.faults(program, modules))


def _chain() -> list[str]:
    """Try the whole chain, from the portal down to a real PowerShell, in processes of its own."""
    own = ["-m", "pytest", "-q", "-m", "powershell", str(Path(__file__).with_name("test_chain.py"))]
    done = subprocess.run([sys.executable, *own], capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"the whole chain: {done.stdout}{done.stderr}"]


def _tell(scripts: int, wrong: list[str], findings: list[Finding]) -> int:
    for one in findings:
        real, lab = one.powershell or "passes", one.lab or "passes"
        print(f"{one.vector}\n  under {one.condition}\n  PowerShell: {real}\n  the lab: {lab}")
    for text in wrong:
        print(text)
    apart = runner.needs_windows()
    for name, reason in apart.items():
        print(f"needs Windows: {name}: {reason}")
    tried = len(load()) + len(runner.real_vectors())
    agree = tried - len({one.vector for one in findings})
    if os.environ.get("MENDPOINT_PWSH_ALL") != "1":
        print("Each vector of the runner was tried as WinRM gives it and in two of the others; in all: make soak-pwsh")
    print(
        f"pwsh: {scripts} scripts, {agree} of {tried + len(apart)} vectors agree in {len(CONDITIONS)} conditions "
        f"({len(apart)} need Windows)"
    )
    return int(bool(wrong or findings))


if __name__ == "__main__":
    sys.exit(main())
