"""TCP connections as CIM shows them, in root/StandardCimv2."""

from troubleshoot.lab.listener import listens, port_number
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.state import Document

NAMESPACE = "root/standardcimv2"
TCP = ObjectType(
    "MSFT_NetTCPConnection",
    "learn.microsoft.com/previous-versions/windows/desktop/nettcpipprov/msft-nettcpconnection",
    ("LocalAddress", "LocalPort", "State", "OwningProcess"),
)
# MSFT_NetTCPConnection.State.
_LISTEN = 2


def connections(document: Document) -> list[Instance]:
    """Return the listeners: of other programs, and of Remote Desktop on IPv4 and IPv6."""
    rows = [_connection(one["address"], one["port"], one["process_id"]) for one in document.get("listeners", ())]
    if listens(document):
        owner = document["services"]["TermService"]["process_id"]
        rows += [_connection(address, port_number(document), owner) for address in ("0.0.0.0", "::")]  # noqa: S104 - told, not bound
    return rows


def _connection(address: str, port: int, process: int) -> Instance:
    values = {
        "LocalAddress": address,
        "LocalPort": Integer(port, "uint16"),
        "State": Integer(_LISTEN, "byte"),
        "OwningProcess": Integer(process, "uint32"),
    }
    return Instance(TCP, values)
