"""Fetches the pinned source packages of independent clients and unpacks the tests inside them."""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.support import need

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
CACHE = Path(__file__).parents[3] / "var" / "outside"
_PIN = re.compile(r"(?m)^(\w+)==([\w.]+) --hash=sha256:([0-9a-f]{64})$")


def unpack(into: Path) -> dict[str, Path]:
    """Return the folder of each pinned source package, unpacked below ``into``; needs the index the first time."""
    folders = {}
    for name, version, digest in _PIN.findall(REQUIREMENTS.read_text()):
        archive = CACHE / f"{name}-{version}.tar.gz"
        if not _is(archive, digest):
            _download()
        need(_is(archive, digest), f"the source package of {name} {version} could not be fetched")
        with tarfile.open(archive) as tar:
            tar.extractall(into, filter="data")
        folders[name] = into / f"{name}-{version}"
    return folders


def _is(archive: Path, digest: str) -> bool:
    return archive.is_file() and hashlib.sha256(archive.read_bytes()).hexdigest() == digest


def _download() -> None:
    """Let pip fetch and check the packages; they appear in the cache only when complete."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--no-binary", "pywinrm,pypsrp", "--requirement", str(REQUIREMENTS), "--dest", folder]
        ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=180)
        need(ended.returncode == 0, f"pip could not fetch the source packages: {ended.stderr[-500:]}")
        for archive in Path(folder).iterdir():
            archive.replace(CACHE / archive.name)
