"""The listener RDP-Tcp as WMI shows it: security layer, encryption, sign-in and the certificate it is bound to."""

from troubleshoot.probes.windows.rule import SOURCES, Reading, looked_up

LISTENER = Reading("Remote Desktop listener", "rdp-listener", {})
READINGS = (LISTENER,)
RULES = (
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
