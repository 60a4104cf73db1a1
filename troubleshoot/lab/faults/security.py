"""Faults of how Remote Desktop is protected: security layer, sign-in, TLS, and UDP beside it."""

from troubleshoot.lab.faults.events import schannel
from troubleshoot.lab.faults.listening import set_number
from troubleshoot.lab.schannel import CIPHER_POLICY, server_key
from troubleshoot.lab.state import POLICY, RDP_TCP, Document

_LSA = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FIPSAlgorithmPolicy"
_CREDSSP = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\CredSSP\\Parameters"


def _security_layer_rdp(document: Document) -> None:
    """Allow Standard RDP Security only: no TLS, no NLA."""
    set_number(document, RDP_TCP, "SecurityLayer", 0)


def _security_layer_policy(document: Document) -> None:
    """Let group policy allow Standard RDP Security only, whatever the computer says."""
    set_number(document, POLICY, "SecurityLayer", 0)


def _nla_required(document: Document) -> None:
    """Demand NLA from a host whose secure channel to the domain is broken, so that NLA cannot succeed."""
    set_number(document, RDP_TCP, "UserAuthentication", 1)
    document["domain"].update(joined=True, secure_channel=False)


def _nla_policy(document: Document) -> None:
    """As with NLA and the broken channel, but group policy demands NLA: it cannot be lifted on the computer."""
    _nla_required(document)
    set_number(document, POLICY, "UserAuthentication", 1)


def _fips(document: Document) -> None:
    """Force FIPS algorithms, with the encryption level that goes with them: clients without FIPS do not get in."""
    set_number(document, _LSA, "Enabled", 1)
    set_number(document, RDP_TCP, "MinEncryptionLevel", 4)


def _encryption_low(document: Document) -> None:
    """Set the encryption level to low, which does not go together with TLS."""
    set_number(document, RDP_TCP, "MinEncryptionLevel", 1)


def _tls12_off(document: Document) -> None:
    """Switch TLS 1.2 off: only the versions are left that present clients refuse."""
    set_number(document, server_key("TLS 1.2"), "Enabled", 0)
    set_number(document, server_key("TLS 1.2"), "DisabledByDefault", 1)


def _tls_off(document: Document) -> None:
    """Switch every version of TLS off: the host agrees to TLS, and then has none."""
    for version in ("TLS 1.0", "TLS 1.1", "TLS 1.2"):
        set_number(document, server_key(version), "Enabled", 0)
    schannel(document, 36871, "A fatal error occurred while creating a TLS server credential. Internal state: 10013.")


def _cipher_policy(document: Document) -> None:
    """Let group policy allow a list of cipher suites that no client has."""
    document["registry"][CIPHER_POLICY] = {"Functions": {"kind": "String", "value": "TLS_RSA_WITH_NULL_SHA256"}}
    schannel(document, 36874, "A TLS 1.2 connection request was received, but no cipher suites are supported.")
    schannel(document, 36888, "A fatal alert was generated and sent: 40. Internal state: 1205.")


def _credssp_vulnerable(document: Document) -> None:
    """Accept sign-ins from computers that lack an update of 2018, as a stop-gap that was never taken back."""
    set_number(document, _CREDSSP, "AllowEncryptionOracle", 2)


def _udp_allowed(document: Document) -> None:
    """Let sessions use UDP: where the way does not carry it, they stop after people have signed in."""
    set_number(document, RDP_TCP, "SelectTransport", 2)


def _udp_off_by_policy(document: Document) -> None:
    """Let group policy keep sessions on TCP: what stops after people have signed in is not UDP."""
    set_number(document, POLICY, "SelectTransport", 1)


FAULTS = {
    "security-layer-rdp": _security_layer_rdp,
    "security-layer-by-policy": _security_layer_policy,
    "nla-required": _nla_required,
    "nla-by-policy": _nla_policy,
    "fips-required": _fips,
    "encryption-low": _encryption_low,
    "tls12-off": _tls12_off,
    "tls-off": _tls_off,
    "cipher-policy": _cipher_policy,
    "credssp-vulnerable": _credssp_vulnerable,
    "udp-allowed": _udp_allowed,
    "udp-off-by-policy": _udp_off_by_policy,
}
