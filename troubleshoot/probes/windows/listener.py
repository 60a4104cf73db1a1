"""The listener RDP-Tcp: how it protects a connection as WMI shows it, and who holds its port."""

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows.rule import SOURCES, Rule, RuleReading, State, looked_up

LISTENER = RuleReading("Remote Desktop listener", "rdp-listener", {})
PORT = RuleReading("port of Remote Desktop", "rdp-port", {})
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


RULES = (
    Rule(
        "windows.listener", ("listening", "not_listening", "other_program"), PORT, ("addresses", "others"), _listening
    ),
    Rule("windows.port", ("registered", "other"), PORT, ("port", "registered"), _port),
    # Win32_TSGeneralSetting.SSLCertificateSHA1HashType.
    looked_up(
        "windows.certificate_binding",
        LISTENER,
        "certificate_type",
        {1: "self_signed", 3: "custom", 2: "policy", 0: "none"},
    ),
    looked_up("windows.security_layer", LISTENER, "security_layer", {0: "rdp", 1: "negotiate", 2: "tls"}),
    looked_up("windows.security_layer_source", LISTENER, "security_layer_source", SOURCES),
    looked_up("windows.nla", LISTENER, "nla", {True: "required", False: "not_required"}),
    looked_up("windows.nla_source", LISTENER, "nla_source", SOURCES),
    looked_up(
        "windows.encryption_level",
        LISTENER,
        "encryption_level",
        {1: "low", 2: "client_compatible", 3: "high", 4: "fips"},
    ),
    looked_up("windows.encryption_level_source", LISTENER, "encryption_level_source", SOURCES),
)
