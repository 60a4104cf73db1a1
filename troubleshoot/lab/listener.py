"""Whether Remote Desktop itself listens on a simulated host, and who else holds its port."""

from troubleshoot.lab.state import RDP_TCP, TERMINAL_SERVER, Document, listener_value, registry_value, running

#: The loopback port of a simulated host stands for this one of the computer.
STANDARD_PORT = 3389


def port_number(document: Document) -> int:
    """Return the port of the listener RDP-Tcp as its registry key says it."""
    number = registry_value(document, RDP_TCP, "PortNumber")
    return number if isinstance(number, int) else STANDARD_PORT


def other_program(document: Document, port: int) -> Document | None:
    """Return the program that holds a port and is not Remote Desktop; None when there is none."""
    return next((one for one in document.get("listeners", ()) if one["port"] == port), None)


def listens(document: Document) -> bool:
    """Tell whether Remote Desktop Services hold the port of their listener."""
    return (
        running(document, "TermService")
        and listener_value(document, "fDenyTSConnections", TERMINAL_SERVER) == 0
        and registry_value(document, RDP_TCP, "fEnableWinStation") != 0
        and other_program(document, port_number(document)) is None
    )


def hung(document: Document, service: str) -> bool:
    """Tell whether a service counts as running and does nothing."""
    return service in document.get("hung", ())
