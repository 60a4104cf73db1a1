"""The script for a person's own PC that the company has signed itself: handed out as it is. Mendpoint signs nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

MOST_BYTES = 256 * 1024
#: A signature of PowerShell's, at the end of the file. Whether it is good, only Windows can tell.
_SIGNED = re.compile(
    rb"^# SIG # Begin signature block\r?\n(# SIG # [^\r\n]+\r?\n)+# SIG # End signature block\s*\Z", re.MULTILINE
)


class PcScriptUnfit(Exception):
    """The file that is named cannot be handed out; the text says why."""


@dataclass(frozen=True)
class PcScript:
    """The file, byte by byte, and the name that its signature has to show."""

    name: str
    content: bytes
    signer: str

    @property
    def digest(self) -> str:
        """Return its SHA-256, as Windows prints it."""
        return hashlib.sha256(self.content).hexdigest().upper()


def signed_pc_script() -> PcScript | None:
    """Return the company's script; None where there is none. Raises PcScriptUnfit where it is no signed script."""
    path: Path | None = settings.MENDPOINT_PC_SCRIPT
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PcScriptUnfit(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MOST_BYTES or path.suffix.lower() != ".ps1":
        raise PcScriptUnfit(f"{path} is no .ps1 file of at most {MOST_BYTES // 1024} KB.")
    if not _SIGNED.search(content):
        raise PcScriptUnfit(f"{path} carries no signature of PowerShell's at its end.")
    return PcScript(path.name, content, settings.MENDPOINT_PC_SCRIPT_SIGNER)
