"""A test that passes only at its second try is named, and fails the run where nobody reads what is printed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FINE = "def test_fine() -> None:\n    pass\n"
BROKEN = "def test_broken() -> None:\n    raise AssertionError\n"
#: Fails in a folder once.
SHAKY = """
from pathlib import Path

def test_shaky() -> None:
    been = Path("been")
    if not been.exists():
        been.touch()
        raise AssertionError
"""
NAMED = "passed only at the second try, which is a defect to be found:\n  test_it.py::test_shaky\n"


def run(folder: Path, source: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The suite of a project that has this one file of tests."""
    (folder / "test_it.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\n")
    ours = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return subprocess.run(
        [sys.executable, "-m", "tests.suite", *arguments],
        cwd=folder,
        env=ours | {"PYTHONPATH": str(ROOT)} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_run_without_failures_is_not_repeated(tmp_path: Path) -> None:
    done = run(tmp_path, FINE, CI="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("1 passed") == 1


def test_a_fault_is_a_fault_and_not_called_shaky(tmp_path: Path) -> None:
    done = run(tmp_path, BROKEN + SHAKY + FINE, "-n", "1")
    assert done.returncode == 1
    assert NAMED in done.stderr
    assert "test_broken" not in done.stderr
    assert "1 failed, 1 passed" in done.stdout, "the second try is about what failed alone"


@pytest.mark.parametrize(("env", "code"), [({}, 0), ({"CI": "true"}, 1), ({"MENDPOINT_STRICT": "1"}, 1)])
def test_what_passes_at_the_second_try_is_a_warning_here_and_a_failure_in_ci(
    env: dict[str, str], code: int, tmp_path: Path
) -> None:
    done = run(tmp_path, SHAKY + FINE, **env)
    assert done.returncode == code
    assert done.stderr.endswith(NAMED)


def test_a_run_that_was_broken_off_is_not_repeated(tmp_path: Path) -> None:
    done = run(tmp_path, "import nothing_of_this_name\n" + SHAKY)
    assert done.returncode == 2
    assert done.stderr == ""
