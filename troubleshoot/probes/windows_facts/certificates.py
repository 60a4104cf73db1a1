"""The certificates that Remote Desktop shows to whoever connects."""

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State, same

CERTIFICATE = RuleReading("Remote Desktop certificate", "rdp-certificate", {})
BOUND = RuleReading("certificate chosen for Remote Desktop", "rdp-bound-certificate", {})
PLACE = 20
READINGS = (CERTIFICATE, BOUND)
# Server authentication, Remote Desktop authentication, any purpose; a certificate without a list suits every one.
_SUITABLE = {"1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.311.54.1.2", "2.5.29.37.0"}


def _certificate(state: State) -> str:
    if same(state, "usable", wanted=True):
        return "valid"
    if same(state, "number", 0):
        return "missing"
    if same(state, "has_private_key", wanted=False):
        return "no_key"
    return "expired" if same(state, "expired", wanted=True) else UNKNOWN


def _bound(state: State) -> str:
    if "bound" in state and state["bound"] is None:
        return "none"
    for field, wrong in (("found", "missing"), ("has_private_key", "no_key"), ("in_time", "expired")):
        if same(state, field, wanted=False):
            return wrong
        if not same(state, field, wanted=True):
            return UNKNOWN
    purposes = state.get("purposes")
    if not isinstance(purposes, list):
        return UNKNOWN
    return "usable" if not purposes or not _SUITABLE.isdisjoint(map(str, purposes)) else "wrong_purpose"


RULES = (
    Rule(
        "windows.certificate",
        "Certificate that Windows made itself",
        {"valid": "in order", "expired": "out of date", "missing": "missing", "no_key": "without its private key"},
        CERTIFICATE,
        ("number", "usable", "expired", "has_private_key"),
        _certificate,
    ),
    Rule(
        "windows.bound_certificate",
        "The certificate that was chosen",
        {
            "none": "none was chosen",
            "usable": "can be used",
            "missing": "is not in the store",
            "no_key": "has no private key",
            "expired": "outside its dates",
            "wrong_purpose": "is not for a server",
        },
        BOUND,
        ("bound", "found", "has_private_key", "not_before", "not_after", "purposes"),
        _bound,
    ),
)
