"""Starts broker, worker and simulated hosts as processes; another process measures them and prints the table."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.world import ROOT, SECRET, Computer, World

HOSTS, POWERSHELL_START = 32, 0.3
#: Django's models can be imported only when its settings know this world's database.
_MEASURE = "import django; django.setup(); from tests.bench.table import main; main()"


def main() -> int:
    """Measure in a world of its own; the exit status says whether it could be measured, not how fast it was."""
    with tempfile.TemporaryDirectory(prefix="mendpoint-bench-") as folder, World(Path(folder)) as world:
        world.run("migrate", "--verbosity", "0").good()
        world.run("people", "site", "north", "--name", "North").good()
        computers = [
            Computer(f"{kind}-{number:02}", ("healthy",), world.folder / "hosts", {"powershell_start": seconds})
            for kind, seconds in (("START", POWERSHELL_START), ("INSTANT", 0.0))
            for number in range(1, HOSTS + 1)
        ]
        computers[-1].options.update(winrm_tls=True, auth="basic")
        world.start_lab("lab", computers)
        world.start_worker()
        done = subprocess.run(
            [sys.executable, "-c", _MEASURE],
            cwd=ROOT,
            env=world.plain | {SECRET: world.password, "DJANGO_SETTINGS_MODULE": "portal.settings"},
            input=json.dumps([computer.ready for computer in computers]),
            text=True,
            check=False,
        )
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
