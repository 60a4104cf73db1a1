"""Faults of how Remote Desktop is protected: security layer, sign-in, TLS."""

from troubleshoot.lab.state import RDP_TCP, Document


def _security_layer_rdp(document: Document) -> None:
    """Allow Standard RDP Security only: no TLS, no NLA."""
    document["registry"][RDP_TCP]["SecurityLayer"]["value"] = 0


def _nla_required(document: Document) -> None:
    """Demand NLA from a host whose secure channel to the domain is broken, so that NLA cannot succeed."""
    document["registry"][RDP_TCP]["UserAuthentication"]["value"] = 1
    document["domain"].update(joined=True, secure_channel=False)


FAULTS = {"security-layer-rdp": _security_layer_rdp, "nla-required": _nla_required}
