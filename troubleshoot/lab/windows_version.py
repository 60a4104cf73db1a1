"""Which build of Windows and which PowerShell a simulated host has; what is installed follows from its registry."""

KEY = "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


def values(build: str, revision: int, installation: str) -> dict[str, dict[str, str | int]]:
    """Return the values as the registry has them; `installation` is Client, Server or Server Core."""
    return {
        "CurrentBuildNumber": {"kind": "String", "value": build},
        "InstallationType": {"kind": "String", "value": installation},
        "UBR": {"kind": "DWord", "value": revision},
    }


def powershell() -> dict[str, str | bool | int]:
    """Return what a healthy host says of its Windows PowerShell, whose writes take no time."""
    return {
        "version": "5.1.19041.3803",
        "language_mode": "FullLanguage",
        "antimalware_blocks": False,
        "write_seconds": 0,
    }
