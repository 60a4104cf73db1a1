"""The certificates that Remote Desktop shows to whoever connects."""

from troubleshoot.engine.facts import UNKNOWN
from troubleshoot.probes.windows.rule import Reading, Rule, State, same

CERTIFICATE = Reading("Remote Desktop certificate", "rdp-certificate", {})
READINGS = (CERTIFICATE,)


def _certificate(state: State) -> str:
    if same(state, "usable", wanted=True):
        return "valid"
    if same(state, "number", 0):
        return "missing"
    if same(state, "has_private_key", wanted=False):
        return "no_key"
    return "expired" if same(state, "expired", wanted=True) else UNKNOWN


RULES = (
    Rule(
        "windows.certificate",
        ("valid", "expired", "missing", "no_key"),
        CERTIFICATE,
        ("number", "usable", "expired", "has_private_key"),
        _certificate,
    ),
)
