"""Faults of how Remote Desktop is protected: security layer, sign-in, TLS, and UDP beside it."""

from troubleshoot.lab.faults.events import schannel
from troubleshoot.lab.faults.listening import set_number
from troubleshoot.lab.schannel import CIPHER_POLICY, server_key
from troubleshoot.lab.state import POLICY, RDP_TCP, Document

_LSA = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FIPSAlgorithmPolicy"
_CREDSSP = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System\\CredSSP\\Parameters"


def _security_layer_rdp(document: Document) -> None:
    """Only Standard RDP Security is allowed: no TLS, no NLA."""
    set_number(document, RDP_TCP, "SecurityLayer", 0)


def _security_layer_policy(document: Document) -> None:
    """Group policy allows only Standard RDP Security, whatever the computer's own setting says."""
    set_number(document, POLICY, "SecurityLayer", 0)


def _nla_required(document: Document) -> None:
    """NLA is required but cannot succeed: the computer's secure channel to the domain is broken."""
    set_number(document, RDP_TCP, "UserAuthentication", 1)
    document["domain"].update(joined=True, secure_channel=False)


def _nla_policy(document: Document) -> None:
    """Group policy requires NLA, which cannot succeed: the secure channel to the domain is broken."""
    _nla_required(document)
    set_number(document, POLICY, "UserAuthentication", 1)


def _domain_unreachable(document: Document) -> None:
    """The computer finds no controller of its domain, as a laptop away from the company's network does not."""
    set_number(document, RDP_TCP, "UserAuthentication", 1)
    document["domain"].update(joined=True, controller_reachable=False)


def _fips(document: Document) -> None:
    """FIPS algorithms are enforced, with their encryption level: clients without FIPS cannot connect."""
    set_number(document, _LSA, "Enabled", 1)
    set_number(document, RDP_TCP, "MinEncryptionLevel", 4)


def _encryption_low(document: Document) -> None:
    """The encryption level is low, which does not work together with TLS."""
    set_number(document, RDP_TCP, "MinEncryptionLevel", 1)


def _tls12_off(document: Document) -> None:
    """TLS 1.2 is off: only older versions are left, which present clients refuse."""
    set_number(document, server_key("TLS 1.2"), "Enabled", 0)
    set_number(document, server_key("TLS 1.2"), "DisabledByDefault", 1)


def _tls_off(document: Document) -> None:
    """Every version of TLS is off: the host agrees to use TLS, and then cannot."""
    for version in ("TLS 1.0", "TLS 1.1", "TLS 1.2"):
        set_number(document, server_key(version), "Enabled", 0)
    schannel(document, 36871, "A fatal error occurred while creating a TLS server credential. Internal state: 10013.")


def _cipher_policy(document: Document) -> None:
    """Group policy allows only cipher suites that no client has."""
    document["registry"][CIPHER_POLICY] = {"Functions": {"kind": "String", "value": "TLS_RSA_WITH_NULL_SHA256"}}
    schannel(document, 36874, "A TLS 1.2 connection request was received, but no cipher suites are supported.")
    schannel(document, 36888, "A fatal alert was generated and sent: 40. Internal state: 1205.")


def _cipher_list(document: Document) -> None:
    """Group policy allows two strong cipher suites only, and one that is unknown: present clients have those."""
    listed = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_OF_TOMORROW,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    document["registry"][CIPHER_POLICY] = {"Functions": {"kind": "String", "value": listed}}


def _credssp_vulnerable(document: Document) -> None:
    """The host accepts clients that lack the CredSSP update of 2018: a stop-gap that was never taken back."""
    set_number(document, _CREDSSP, "AllowEncryptionOracle", 2)


def _udp_allowed(document: Document) -> None:
    """Sessions may use UDP. Where the network does not carry it, they stop after people have signed in."""
    set_number(document, RDP_TCP, "SelectTransport", 2)


def _udp_off_by_policy(document: Document) -> None:
    """Group policy keeps sessions on TCP: if they stop after people have signed in, UDP is not the cause."""
    set_number(document, POLICY, "SelectTransport", 1)


FAULTS = {
    "security-layer-rdp": _security_layer_rdp,
    "security-layer-by-policy": _security_layer_policy,
    "nla-required": _nla_required,
    "nla-by-policy": _nla_policy,
    "domain-unreachable": _domain_unreachable,
    "fips-required": _fips,
    "encryption-low": _encryption_low,
    "tls12-off": _tls12_off,
    "tls-off": _tls_off,
    "cipher-policy": _cipher_policy,
    "cipher-list-restricted": _cipher_list,
    "credssp-vulnerable": _credssp_vulnerable,
    "udp-allowed": _udp_allowed,
    "udp-off-by-policy": _udp_off_by_policy,
}
