"""The services of a healthy host that have to do with Remote Desktop, with printing, or with the way in."""

from typing import Any


def usual(boot: str) -> dict[str, Any]:
    """Return the services of a healthy host: display name, start mode, account, process id (0 = stopped)."""
    system, network = "LocalSystem", "NT Authority\\NetworkService"
    rows = (
        ("TermService", "Remote Desktop Services", "Manual", network, 1096),
        ("SessionEnv", "Remote Desktop Configuration", "Manual", "localSystem", 1212),
        ("UmRdpService", "Remote Desktop Services UserMode Port Redirector", "Manual", "localSystem", 1320),
        ("CryptSvc", "Cryptographic Services", "Auto", network, 1404),
        ("KeyIso", "CNG Key Isolation", "Manual", system, 748),
        ("CertPropSvc", "Certificate Propagation", "Manual", system, 1508),
        ("Spooler", "Print Spooler", "Auto", system, 2044),
        ("WinRM", "Windows Remote Management (WS-Management)", "Auto", network, 2512),
    )
    return {
        name: {
            "display_name": display,
            "state": "Running",
            "start_mode": mode,
            "account": account,
            "started_at": boot,
            "process_id": process,
        }
        for name, display, mode, account, process in rows
    }
