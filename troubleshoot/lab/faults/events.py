"""Writing into a host's event logs what a fault leaves behind there."""

from datetime import timedelta

from troubleshoot.lab.state import CONNECTION_MANAGER, Document, host_now, iso

CONNECTIONS_LOG = CONNECTION_MANAGER + "/Operational"


def happened(
    document: Document, source: str, number: int, message: str, *, log: str = "System", ago: int = 600
) -> None:
    """Add one event, some seconds before now; a fault that is given twice has happened once."""
    entry = {"log": log, "source": source, "id": number, "time": iso(host_now(document) - timedelta(seconds=ago))}
    if not any(one["id"] == number and one["message"] == message for one in document["event_log"]):
        document["event_log"].append(entry | {"message": message})


def schannel(document: Document, number: int, message: str) -> None:
    """Add one event of the TLS provider to the System log."""
    happened(document, "Schannel", number, message)


def forget_connections(document: Document) -> None:
    """Let the host have received no connection: what arrives nowhere is logged nowhere."""
    document["event_log"] = [one for one in document["event_log"] if one["log"] != CONNECTIONS_LOG]
