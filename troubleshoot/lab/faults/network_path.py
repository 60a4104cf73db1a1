"""Faults between the two computers: what is seen from outside, whatever the host itself does."""

from troubleshoot.lab.faults.events import forget_connections
from troubleshoot.lab.state import Document


def _closed_before_confirm(document: Document) -> None:
    """Something on the path accepts the connection and closes it before Remote Desktop answers."""
    forget_connections(document)
    document["network"]["rdp"] = "closed_before_confirm"


def _unreachable(document: Document) -> None:
    """Every packet is dropped: connecting times out."""
    forget_connections(document)
    document["network"].update(rdp="silent", winrm="silent")


def _flapping(document: Document) -> None:
    """Every second connection is closed before Remote Desktop answers, as by one ill computer of several."""
    document["network"]["rdp"] = "flapping"


def _web_server(document: Document) -> None:
    """A web server answers at the port of Remote Desktop: the way leads to another machine."""
    forget_connections(document)
    document["network"]["rdp"] = "web_server"


def _ssh(document: Document) -> None:
    """A host with SSH answers at the port of Remote Desktop: the way leads to another machine."""
    forget_connections(document)
    document["network"]["rdp"] = "ssh"


def _linux_host(document: Document) -> None:
    """It is a Linux host with xrdp: Remote Desktop with TLS and without NLA, and no WinRM to look inside."""
    document["network"].update(rdp="linux", winrm="refused")


def _alternating(document: Document) -> None:
    """Two computers answer at one address in turn, as behind a load balancer: each shows its own certificate."""
    document["network"]["rdp"] = "alternating"


def _other_computer_on_ipv6(document: Document) -> None:
    """Another computer answers at the IPv6 address of this one's name (::1 in the lab)."""
    document["network"]["elsewhere"] = [{"address": "::1", "answers": "other"}]


def _ipv6_refused(document: Document) -> None:
    """Nothing answers at the IPv6 address of this one's name (::1 in the lab)."""
    document["network"]["elsewhere"] = [{"address": "::1", "answers": "refused"}]


def _gateway_certificate_expired(document: Document) -> None:
    """The certificate of the Remote Desktop gateway before the host expired three days ago."""
    document["network"]["gateway"] = "expired"


def _gateway_is_web_server(document: Document) -> None:
    """A web server answers where the Remote Desktop gateway should be."""
    document["network"]["gateway"] = "web_server"


def _gateway_closed(document: Document) -> None:
    """The Remote Desktop gateway closes every connection before TLS."""
    document["network"]["gateway"] = "closed"


FAULTS = {
    "closed-before-confirm": _closed_before_confirm,
    "unreachable": _unreachable,
    "flapping": _flapping,
    "web-server-on-port": _web_server,
    "ssh-on-port": _ssh,
    "linux-host": _linux_host,
    "alternating-certificates": _alternating,
    "other-computer-on-ipv6": _other_computer_on_ipv6,
    "ipv6-refused": _ipv6_refused,
    "gateway-certificate-expired": _gateway_certificate_expired,
    "gateway-is-web-server": _gateway_is_web_server,
    "gateway-closed": _gateway_closed,
}
