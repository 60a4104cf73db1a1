"""Named faults of a lab host: functions that spoil a state document, to be combined freely."""

from collections.abc import Callable
from datetime import timedelta

from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.reactions import mark_stopped
from troubleshoot.lab.state import (
    LIFETIME,
    RDP_TCP,
    REMOTE_DESKTOP_STORE,
    UNSTAMPED,
    Document,
    host_now,
    iso,
)

Fault = Callable[[Document], None]


def _healthy(document: Document) -> None:
    """Change nothing: the host works."""


def _expired_certificate(document: Document) -> None:
    """Let the certificate be expired for twelve days; SessionEnv runs but never renewed it."""
    end = host_now(document) - timedelta(days=12)
    for entry in document["certificates"][REMOTE_DESKTOP_STORE]:
        stamped = entry["thumbprint"] != UNSTAMPED
        entry.update(not_before=iso(end - LIFETIME), not_after=iso(end))
        if stamped:
            stamp(document)


def _certificate_service_stopped(document: Document) -> None:
    """Let the certificate be expired and the service that would renew it be stopped."""
    _expired_certificate(document)
    mark_stopped(document, "SessionEnv")


def _key_unreadable(document: Document) -> None:
    """Deny Remote Desktop Services the private key of its certificate."""
    document["key_store"]["rdp_key"] = "denied"


def _service_stopped(document: Document) -> None:
    """Stop Remote Desktop Services: nothing listens."""
    mark_stopped(document, "TermService")


def _security_layer_rdp(document: Document) -> None:
    """Allow Standard RDP Security only: no TLS, no NLA."""
    document["registry"][RDP_TCP]["SecurityLayer"]["value"] = 0


def _nla_required(document: Document) -> None:
    """Demand NLA from a host whose secure channel to the domain is broken, so that NLA cannot succeed."""
    document["registry"][RDP_TCP]["UserAuthentication"]["value"] = 1
    document["domain"].update(joined=True, secure_channel=False)


def _closed_before_confirm(document: Document) -> None:
    """Let something on the path accept the connection and close it before RDP answers."""
    document["network"]["rdp"] = "closed_before_confirm"


def _unreachable(document: Document) -> None:
    """Drop every packet: connecting times out."""
    document["network"].update(rdp="silent", winrm="silent")


def _constrained_language(document: Document) -> None:
    """Run PowerShell in constrained language mode, as an application control policy does."""
    document["powershell"]["language_mode"] = "ConstrainedLanguage"


def _credentials_refused(document: Document) -> None:
    """Answer every WinRM sign-in with 401."""
    document["winrm"]["credentials"] = "refused"


FAULTS: dict[str, Fault] = {
    "healthy": _healthy,
    "expired-certificate": _expired_certificate,
    "certificate-service-stopped": _certificate_service_stopped,
    "key-unreadable": _key_unreadable,
    "service-stopped": _service_stopped,
    "security-layer-rdp": _security_layer_rdp,
    "nla-required": _nla_required,
    "closed-before-confirm": _closed_before_confirm,
    "unreachable": _unreachable,
    "constrained-language": _constrained_language,
    "credentials-refused": _credentials_refused,
}
