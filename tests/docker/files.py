"""The files in docker/, judged by the real tools without an engine: hadolint, and compose's own binary."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import compose

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
#: A value for everything that has none by itself.
FILLED = {"POSTGRES_PASSWORD": "a", "VALKEY_PASSWORD": "b", "MENDPOINT_SIGNING_KEY": "c" * 50, "MENDPOINT_HOSTS": "d"}
PROFILES = ("demo", "setup")
_COMPOSE = Path(compose.__file__).parent / "docker-compose"  # the package's own entry point always ends with 0
_HADOLINT = Path(sys.prefix) / "bin" / "hadolint"
_SETTING = re.compile(r"""env\.\w+\(\s*["'](\w+)["']""")
_LINE = re.compile(r"^#?([A-Z][A-Z_]+)=", re.MULTILINE)


def no_tools() -> str:
    """Why the two tools cannot judge here: their packages carry programs for some systems only. Empty when they can."""
    lines = ((str(_HADOLINT), "--version"), (str(_COMPOSE), "version"))
    try:
        failed = [done for done in (_run(*line) for line in lines) if done.returncode != 0]
    except OSError as error:
        return f"{error.filename} does not run here: {error.strerror}"
    return f"{failed[0].args[0]} does not run here: {failed[0].stderr}" if failed else ""


def hadolint(file: Path = DOCKER / "Dockerfile") -> subprocess.CompletedProcess[str]:
    """Judge a Dockerfile."""
    return _run(str(_HADOLINT), str(file))


def config(
    env: Mapping[str, str], *, file: Path = DOCKER / "compose.yaml", addition: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Let compose read the file, perhaps with an addition, and say in JSON how it understands every profile."""
    profiles = [part for name in PROFILES for part in ("--profile", name)]
    files = [part for one in (file, addition) if one for part in ("-f", str(one))]
    return _run(str(_COMPOSE), *files, "--env-file", os.devnull, *profiles, "config", "--format", "json", **env)


#: `manage.py check --deploy` refuses these.
_FOR_TESTS = {"MENDPOINT_FAILPOINTS"}


def settings_read() -> set[str]:
    """The variables that the settings and the image's start script read, but for what is for tests alone."""
    start = set(re.findall(r"\$\{(MENDPOINT_\w+)", (DOCKER / "start").read_text()))
    return (set(_SETTING.findall((ROOT / "portal" / "settings.py").read_text())) | start) - _FOR_TESTS


def settings_in_example() -> list[str]:
    """The variables that env.example has a line for."""
    return _LINE.findall((DOCKER / "env.example").read_text())


def _run(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    return subprocess.run(command, env=plain | env, capture_output=True, text=True, check=False, timeout=60)
