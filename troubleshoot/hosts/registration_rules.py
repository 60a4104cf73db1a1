"""What a registration must fulfil, for one computer and among all of them. Nothing here asks the network."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.engine import Denial
from troubleshoot.models import Host
from troubleshoot.remote import RegisteredHost, literal_address

HTTP_PORT, HTTPS_PORT = 5985, 5986
RDP_PORT = 3389

Fault = tuple[str, str]
"""A field, and what is wrong with it."""

#: Where a computer is and how it is signed in to. To change one of `POINTING` leads the account to another place.
POINTING = frozenset({"name", "address", "winrm_port"})
ENDPOINT = POINTING | {"rdp_port"}
_WAY = ENDPOINT | {"site", "transport", "tls", "ntlm_over_http", "ca_file", "credential"}
_OWN_FIELDS = {"name", "address", "mode", "rdp_port", "winrm_port", "transport", "critical", "lab", "tls"}
#: The others are rows, which need a query each, and what the host itself taught us.
_NOT_OURS = {field.name for field in Host._meta.concrete_fields} - _OWN_FIELDS  # noqa: SLF001 - documented API


def winrm_port(*, tls: bool) -> int:
    """Return WinRM's own port for HTTPS or HTTP."""
    return HTTPS_PORT if tls else HTTP_PORT


def registration_faults(host: Host, changed: Collection[str]) -> dict[str, list[str]]:
    """Return every fault of one computer by itself, by field, found without a query.

    While nothing about the way to it has `changed`, only the changed fields count: a network that is no longer
    allowed must not keep anybody from marking a computer as critical. What was invented for a demo is never changed,
    whoever asks.
    """
    if host.invented:
        return {"name": [wording.denial_words(Denial.INVENTED)]} if changed else {}
    found: dict[str, list[str]] = defaultdict(list)
    try:
        host.clean_fields(exclude=_NOT_OURS)
    except ValidationError as error:
        found.update(error.message_dict)
    for rule in _RULES:
        for field, text in rule(host):
            if field not in found:
                found[field].append(text)
    if "name" in found and host.address == host.name:
        found.pop("address", None)  # said once
    _explain(host, found)
    whole = not _WAY.isdisjoint(changed)
    return {field: texts for field, texts in found.items() if whole or field in changed}


def _explain(host: Host, found: dict[str, list[str]]) -> None:
    """Add the reason why a name that looks right is refused, where the eye does not see it."""
    for field, text in (("name", host.name), ("address", host.address)):
        if field in found and (odd := next((one for one in text if not one.isascii()), None)):
            named = unicodedata.name(odd, "")
            found[field].append(_("It holds U+%(code)s %(name)s.") % {"code": f"{ord(odd):04X}", "name": named})
        elif field in found and text.endswith("."):
            found[field].append(_("Leave out the dot at the end."))


def _of_this_machine(host: Host) -> Iterator[Fault]:
    """Refuse `localhost` and every name below it: they mean whoever resolves them (RFC 6761, 6.3), here the portal
    itself."""
    for field, text in (("name", host.name), ("address", host.address)):
        if text.lower().rpartition(".")[2] == "localhost":
            yield field, _("This name means the portal itself.")


def _address(host: Host) -> Iterator[Fault]:
    """Refuse an address outside the allowed networks. What a name resolves to is checked whenever it is dialled."""
    address = literal_address(host.address)
    if host.lab and (address is None or not address.is_loopback):
        yield "address", _("A simulated host has a loopback address such as 127.0.0.1.")
    elif address is not None and not host.lab:
        networks = settings.MENDPOINT_ALLOWED_NETWORKS
        if not RegisteredHost(host.address, host.address, frozenset(), networks).allows(address):
            yield "address", _("This address is outside the allowed networks.")


def _ports(host: Host) -> Iterator[Fault]:
    """Refuse ports other than WinRM's two, one for each way, and Remote Desktop's own or one that is nobody else's."""
    if host.lab:
        return
    if host.winrm_port != winrm_port(tls=host.tls):
        yield "winrm_port", _("WinRM is reached at port 5986 over HTTPS and at port 5985 over HTTP.")
    if host.rdp_port < 1024 or host.rdp_port in {HTTP_PORT, HTTPS_PORT}:
        yield "rdp_port", _("Remote Desktop is reached at port 3389, or at another port from 1024 on.")


def _transport(host: Host) -> Iterator[Fault]:
    """Refuse a way without HTTPS, whose certificate proves the host; Kerberos proves it by itself."""
    if host.tls or host.transport == Host.Transport.KERBEROS:
        return
    if host.transport != Host.Transport.NTLM:
        yield "transport", _("Basic and client certificates need HTTPS.")
    elif not (host.lab or host.ntlm_over_http):
        yield "transport", _("NTLM needs HTTPS, unless NTLM over HTTP is allowed for this computer by itself.")


def _authority(host: Host) -> Iterator[Fault]:
    if host.ca_file and not (host.ca_file.startswith("/") and host.ca_file.isprintable() and len(host.ca_file) <= 260):
        yield "ca_file", _("Write an absolute path of at most 260 characters.")


def _credential(host: Host) -> Iterator[Fault]:
    if host.credential is not None and host.credential.site_id != host.site_id:
        yield "credential", _("This account belongs to another site.")


_RULES: tuple[Callable[[Host], Iterator[Fault]], ...] = (
    _of_this_machine,
    _address,
    _ports,
    _transport,
    _authority,
    _credential,
)


class TakenNames:
    """Names and endpoints that are in use: one computer is one row, or two jobs could change it at once."""

    def __init__(self, hosts: Iterable[Host] = ()) -> None:
        self._names: dict[str, Host] = {}
        self._endpoints: dict[tuple[str, int], Host] = {}
        for host in hosts:
            self.add(host)

    def add(self, host: Host) -> None:
        """Take the host's name and endpoints."""
        self._names.setdefault(host.name.lower(), host)
        for endpoint in _endpoints(host):
            self._endpoints.setdefault(endpoint, host)

    def faults(self, host: Host, changed: Collection[str]) -> Iterator[Fault]:
        """Yield what another computer has already, when this one's name or endpoint is new."""
        if ENDPOINT.isdisjoint(changed):
            return
        if host.name.lower() in self._names:
            yield "name", _("A computer of this name is registered already.")
        others = (self._endpoints.get(endpoint) for endpoint in _endpoints(host))
        if other := next(filter(None, others), None):
            yield "address", _("%(who)s has this address and port already.") % {"who": _called(other, host)}


def _endpoints(host: Host) -> set[tuple[str, int]]:
    return {(host.address.lower(), port) for port in (host.rdp_port, host.winrm_port)}


def _called(other: Host, host: Host) -> str:
    """Return the other's name, unless it belongs to a site that the reader may not know."""
    return other.name if other.site_id == host.site_id else _("A computer of another site")
