"""Which build of Windows a simulated host has: values of the registry, from which it follows what is installed."""

KEY = "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"


def values(build: str, revision: int, installation: str) -> dict[str, dict[str, str | int]]:
    """Return the values as the registry has them; `installation` is Client, Server or Server Core."""
    return {
        "CurrentBuildNumber": {"kind": "String", "value": build},
        "InstallationType": {"kind": "String", "value": installation},
        "UBR": {"kind": "DWord", "value": revision},
    }
