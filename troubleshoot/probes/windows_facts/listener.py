"""The listener RDP-Tcp: how it protects a connection as WMI shows it, and who holds its port."""

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.rule import (
    DECIDED,
    SOURCES,
    Rule,
    RuleReading,
    State,
    looked_up,
    one_of,
    same,
)

LISTENER = RuleReading("Remote Desktop listener", "rdp-listener", {})
PORT = RuleReading("port of Remote Desktop", "rdp-port", {})
PLACE = 40
READINGS = (LISTENER, PORT)


def _listening(state: State) -> str:
    own, others = state.get("addresses"), state.get("others")
    if not isinstance(own, list) or not isinstance(others, list):
        return UNKNOWN
    if own:
        return "listening"
    return "other_program" if others else "not_listening"


def _port(state: State) -> str:
    """Compare with the port that the portal has registered, which the probe puts beside what was read."""
    port, registered = state.get("port"), state.get("registered")
    if type(port) is not int or type(registered) is not int:
        return UNKNOWN
    return "registered" if port == registered else "other"


def _binding(state: State) -> str:
    """Judge by Win32_TSGeneralSetting.SSLCertificateSHA1HashType.

    0, not valid, is said of a certificate that somebody chose. No source excludes that Windows says it of its own too,
    once that has expired or is gone: what the registry names, put beside by the probe, decides.
    """
    if same(state, "certificate_type", 0):
        return "self_signed" if same(state, "nothing_chosen", wanted=True) else "none"
    return one_of("certificate_type", {1: "self_signed", 3: "custom", 2: "policy"})(state)


RULES = (
    Rule(
        "windows.listener",
        "What listens at its port",
        {"listening": "Remote Desktop", "not_listening": "nothing", "other_program": "another program"},
        PORT,
        ("addresses", "others"),
        _listening,
    ),
    Rule(
        "windows.port",
        "Port of Remote Desktop",
        {"registered": "the registered one", "other": "another one"},
        PORT,
        ("port", "registered"),
        _port,
    ),
    Rule(
        "windows.certificate_binding",
        "Which certificate is used",
        {
            "self_signed": "the one that Windows made",
            "custom": "one that somebody chose",
            "policy": "one that group policy chose",
            "none": "none",
        },
        LISTENER,
        ("certificate_type", "nothing_chosen"),
        _binding,
    ),
    looked_up(
        "windows.security_layer",
        "Protection in the settings",
        {"rdp": "the old one only", "negotiate": "as both sides can", "tls": "TLS"},
        LISTENER,
        field="security_layer",
        table={0: "rdp", 1: "negotiate", 2: "tls"},
    ),
    looked_up(
        "windows.security_layer_source",
        "Who decided that",
        DECIDED,
        LISTENER,
        field="security_layer_source",
        table=SOURCES,
    ),
    looked_up(
        "windows.nla",
        "Sign-in before the desktop (NLA), in the settings",
        {"required": "demanded", "not_required": "not demanded"},
        LISTENER,
        field="nla",
        table={True: "required", False: "not_required"},
    ),
    looked_up(
        "windows.nla_source",
        "Who decided that",
        DECIDED,
        LISTENER,
        field="nla_source",
        table=SOURCES,
    ),
    looked_up(
        "windows.encryption_level",
        "Encryption level in the settings",
        {"low": "low", "client_compatible": "as the other side can", "high": "high", "fips": "FIPS"},
        LISTENER,
        field="encryption_level",
        table={1: "low", 2: "client_compatible", 3: "high", 4: "fips"},
    ),
    looked_up(
        "windows.encryption_level_source",
        "Who decided that level",
        DECIDED,
        LISTENER,
        field="encryption_level_source",
        table=SOURCES,
    ),
)
