"""`python -m tests.suite ARGUMENTS`: pytest with these, and what failed once more, by itself.

Real processes, sockets and a browser share a busy machine here. The second try tells a crowded machine from a plain
fault, but not from a race, which may pass the second time: so a test that needed it is named, as a defect to be found.
Where nobody reads what is printed (CI), it fails the run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_FAILED = Path(".pytest_cache/v/cache/lastfailed")
#: Spread the tests over processes; a second try goes without.
_PARALLEL = {"-n", "--dist"}


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """The exit code: that of pytest, but 1 in CI when all that failed passed at the second try.

    A run that ended in any other way than with failures (broken off, nothing collected) has not tried everything, so
    nothing can make up for it.
    """
    code = _pytest(arguments)
    if code != 1:
        return code
    failed = _last_failed()
    _say("what failed is tried once more, by itself")
    code = _pytest([*_by_itself(arguments), "--last-failed", "--last-failed-no-failures", "none"])
    needed_two = sorted(failed - _last_failed())
    if needed_two:
        _say("passed only at the second try, which is a defect to be found:", *needed_two)
    return code or int(bool(needed_two) and _in_ci(environment))


def _pytest(arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


def _last_failed() -> set[str]:
    return set(json.loads(_FAILED.read_text(encoding="utf-8"))) if _FAILED.exists() else set()


def _by_itself(arguments: Sequence[str]) -> list[str]:
    return [
        argument
        for before, argument in zip(["", *arguments], arguments, strict=False)
        if not {before, argument} & _PARALLEL
    ]


def _in_ci(environment: Mapping[str, str]) -> bool:
    return bool(environment.get("CI")) or environment.get("MENDPOINT_STRICT") == "1"


def _say(what: str, *tests: str) -> None:
    print("\n  ".join([f"tests: {what}", *tests]), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
