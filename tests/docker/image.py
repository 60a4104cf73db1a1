"""Builds the unmodified Dockerfile without an engine, and runs commands in the tree that came out of it.

buildah does it in chroot isolation, on a base that mmdebstrap makes from Debian's archive and that carries the name
which the Dockerfile asks for: it is not the official image, but the same release. Needs root.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.docker.files import DOCKER, ROOT
from troubleshoot.management import processes

TAG = "mendpoint:check"
NEEDED = ("buildah", "mmdebstrap")
_CERTIFICATES = Path("/etc/ssl/certs")
_BUNDLE = _CERTIFICATES / "ca-certificates.crt"
#: buildah notes here what it has seen of layers, whatever store it is told to use.
_NOTES = Path("/var/lib/containers")
_FROM = re.compile(r"^FROM (\S+/debian:(\w+)-slim)", re.MULTILINE)


class Image:
    """The image in a store of its own; everything of it lies in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._store = ["--root", str(folder / "store"), "--runroot", str(folder / "run")]
        self._env = os.environ | {"STORAGE_DRIVER": "vfs", "TMPDIR": str(folder)}
        self.container = ""
        self.root = Path()
        self._noted_before = _NOTES.exists()
        self.logs = folder / "logs"
        self.logs.mkdir()

    def build(self) -> None:
        """Make the base, then the image from the Dockerfile as it is."""
        found = _FROM.search((DOCKER / "Dockerfile").read_text())
        if found is None:
            raise SystemExit("The Dockerfile does not begin with a slim Debian release.")
        name, release = found.groups()
        context = self.folder / "base"
        context.mkdir()
        packages = "--include=ca-certificates,python3,python3-venv"
        self._say("mmdebstrap", "--quiet", "--variant=minbase", packages, release, str(context / "base.tar"))
        (context / "Dockerfile").write_text("FROM scratch\nADD base.tar /\n")
        self._buildah("bud", "--isolation", "chroot", "--quiet", "-t", name, str(context))
        self._buildah(
            *("bud", "--isolation", "chroot", "--quiet", "--pull=never", "--format", "docker"),
            *self._trust(),
            *("-t", TAG, "-f", str(DOCKER / "Dockerfile"), str(ROOT)),
        )
        self.container = self._buildah("from", "--pull=never", TAG)
        self.root = Path(self._buildah("mount", self.container))

    def describe(self, field: str) -> str:
        """A field of the built image's configuration, in the notation of Go templates."""
        return self._buildah("inspect", "--type", "image", "--format", f"{{{{{field}}}}}", TAG)

    def run(self, command: Sequence[str], env: Mapping[str, str]) -> str:
        """Run a command of the image to its end, and return what it printed; SystemExit when it fails."""
        done = self.attempt(command, env)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def attempt(self, command: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a command of the image to its end, whatever that is."""
        line = self._command(command, env)
        return subprocess.run(line, env=self._env, capture_output=True, text=True, check=False, timeout=120)

    @contextlib.contextmanager
    def running(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command of the image for as long as the block lasts; its output goes to a log of that name."""
        child = processes.spawn(self._command(command, env), env=self._env, log=self.logs / f"{name}.log")
        try:
            yield child
        finally:
            processes.stop(child)

    def remove(self) -> None:
        """Unmount and delete everything."""
        if self.container:
            self._buildah("umount", self.container)
            self._buildah("rm", self.container)
        # An interrupted tool may have left something of this machine mounted in there: it must not be deleted with it.
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for point in sorted((one for one in mounted if one.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "--lazy", point], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        if not self._noted_before:
            shutil.rmtree(_NOTES, ignore_errors=True)

    def _command(self, command: Sequence[str], env: Mapping[str, str]) -> list[str]:
        given = [part for name, value in env.items() for part in ("--env", f"{name}={value}")]
        start = "/srv/mendpoint/docker/start"
        return ["buildah", *self._store, "run", "--isolation", "chroot", *given, self.container, "--", start, *command]

    def _trust(self) -> list[str]:
        """The authorities of this machine, where it reaches the package index through one of its own."""
        if not _BUNDLE.exists():
            return []
        return ["--volume", f"{_CERTIFICATES}:{_CERTIFICATES}:ro", "--env", f"PIP_CERT={_BUNDLE}"]

    def _buildah(self, *command: str) -> str:
        return self._say("buildah", *self._store, *command)

    def _say(self, *command: str) -> str:
        """Run a program to its end, and return what it printed. Whoever interrupts this ends the program first."""
        child = subprocess.Popen(
            command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            printed, complaint = child.communicate()
        except BaseException:
            processes.stop(child, seconds=30)
            raise
        if child.returncode != 0:
            sys.stderr.write((printed[-4000:] + complaint[-4000:]).decode(errors="replace"))
            raise SystemExit(f"{command[0]} {command[-1]} failed with status {child.returncode}")
        return printed.decode().strip()
