"""Writing into a host's event logs what a fault leaves behind there."""

from collections.abc import Sequence
from datetime import timedelta

from troubleshoot.lab.state import CONNECTION_MANAGER, Document, host_now, iso

CONNECTIONS_LOG = CONNECTION_MANAGER + "/Operational"
SESSIONS_LOG = "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"
FAILED_SIGN_IN = 4625
AUDITING = "Microsoft-Windows-Security-Auditing"
KEY_ACCESS = (
    "A fatal error occurred when attempting to access the TLS server credential private key: 0x8009030D, 10001."
)


def happened(
    document: Document,
    source: str,
    number: int,
    message: str,
    *,
    log: str = "System",
    ago: int = 600,
    data: Document | None = None,
) -> None:
    """Add one event, some seconds before now; a fault that is given twice has happened once."""
    entry = {"log": log, "source": source, "id": number, "time": iso(host_now(document) - timedelta(seconds=ago))}
    more = {"data": data} if data else {}
    if not any(one["id"] == number and one["message"] == message for one in document["event_log"]):
        document["event_log"].append(entry | {"message": message} | more)


def sign_ins_failed(
    document: Document,
    number: int,
    *,
    seconds: int,
    accounts: Sequence[str] = ("",),
    sources: Sequence[str] = ("",),
    until: int = 60,
) -> None:
    """Add failed sign-ins, evenly over so many seconds and the last of them ``until`` seconds ago, by these accounts
    (DOMAIN\\user) and addresses in turn; those that a fault before this one has added count too."""
    known = sum(one["id"] == FAILED_SIGN_IN for one in document["event_log"])
    begun = host_now(document) - timedelta(seconds=seconds + until)
    step = seconds / max(number - 1, 1)
    for place in range(known, number):
        at = iso(begun + timedelta(seconds=place * step))
        failed = _failed(accounts[place % len(accounts)], sources[place % len(sources)])
        document["event_log"].append(failed | {"time": at})


def _failed(account: str, source: str) -> Document:
    """Return a failed sign-in without its time; the names of its data are those of Windows."""
    domain, _, user = account.rpartition("\\")
    data = {"TargetDomainName": domain, "TargetUserName": user, "IpAddress": source}
    told = "".join(f" {name}: {value}." for name, value in data.items() if value)
    return {
        "log": "Security",
        "source": AUDITING,
        "id": FAILED_SIGN_IN,
        "message": f"An account failed to log on. Logon type: 3.{told}",
        "data": data,
    }


def schannel(document: Document, number: int, message: str) -> None:
    """Add one event of the TLS provider to the System log."""
    happened(document, "Schannel", number, message)


def forget_connections(document: Document) -> None:
    """Let the host have received no connection: what arrives nowhere is logged nowhere."""
    document["event_log"] = [one for one in document["event_log"] if one["log"] != CONNECTIONS_LOG]
