"""Which way into a host, and which ways are not allowed."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from troubleshoot.engine import RefusalCode
from troubleshoot.remote.registered_host import RegisteredHost, RegistrationUnfit, literal_address
from troubleshoot.remote.secret import Secret

Way = Literal["ntlm", "basic", "kerberos", "certificate"]


@dataclass(frozen=True)
class Door:
    """How to sign in to a registered host. Raises RegistrationUnfit for a way that is too weak.

    Kerberos may use HTTP (its messages are sealed) or HTTPS. NTLM, certificate and Basic need HTTPS, whose certificate
    is always validated, against `ca_file` or else the system's authorities. NTLM over HTTP is sealed too, but proves
    nothing about the host: it needs `ntlm_over_http`, or a lab host, which is dialled on loopback only. With
    `certificate`, the secret is the PEM text of certificate and key, and `username` only names it.
    """

    registered: RegisteredHost
    port: int
    transport: Way
    tls: bool
    username: str
    secret: Secret
    ca_file: Path | None = None
    lab: bool = False
    ntlm_over_http: bool = False

    def __post_init__(self) -> None:
        if self.port not in self.registered.ports:
            raise RegistrationUnfit(RefusalCode.PORT_UNREGISTERED)
        if self.transport not in {"ntlm", "basic", "kerberos", "certificate"}:
            raise RegistrationUnfit(RefusalCode.SIGN_IN_UNKNOWN, way=self.transport)
        if not self.username:
            raise RegistrationUnfit(RefusalCode.USER_NAME_MISSING)
        if self.lab and not self._on_loopback():
            raise RegistrationUnfit(RefusalCode.LAB_ELSEWHERE)
        if self.transport in {"basic", "certificate"} and not self.tls:
            raise RegistrationUnfit(RefusalCode.HTTPS_NEEDED, way=self.transport)
        if self.transport == "ntlm" and not (self.tls or self.lab or self.ntlm_over_http):
            raise RegistrationUnfit(RefusalCode.NTLM_IN_CLEAR)

    @property
    def endpoint(self) -> str:
        """Return the URL of the WinRM service, with the registered name: certificate and principal are checked for
        it."""
        name = self.registered.name
        host = f"[{name}]" if ":" in name else name
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/wsman"

    def _on_loopback(self) -> bool:
        """Tell whether the host is dialled on loopback only: by its address, or by a name that leads nowhere else."""
        if literal_address(self.registered.address) is not None:
            return ipaddress.ip_address(self.registered.address).is_loopback
        return bool(self.registered.networks) and all(one.is_loopback for one in self.registered.networks)
