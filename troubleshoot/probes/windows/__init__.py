"""The Windows probe: which resources to read on a host, and what facts follow from their states. Pure.

One module for each theme has its READINGS and RULES; a fact more is one rule more in the module it belongs to.
"""

from collections.abc import Mapping, Sequence

from troubleshoot.engine.facts import UNKNOWN
from troubleshoot.probes.windows import certificates, firewall, keys, listener, services, surroundings
from troubleshoot.probes.windows.certificates import CERTIFICATE
from troubleshoot.probes.windows.firewall import FIREWALL
from troubleshoot.probes.windows.keys import KEY_FILE, KEY_FOLDER
from troubleshoot.probes.windows.listener import LISTENER
from troubleshoot.probes.windows.rule import Reading, Rule, State
from troubleshoot.probes.windows.services import BROKER, SESSIONENV, TERMSERVICE
from troubleshoot.probes.windows.surroundings import DOMAIN, SESSIONS

__all__ = [
    "BROKER",
    "CERTIFICATE",
    "DOMAIN",
    "FACTS",
    "FIREWALL",
    "KEY_FILE",
    "KEY_FOLDER",
    "LISTENER",
    "READINGS",
    "SESSIONENV",
    "SESSIONS",
    "TERMSERVICE",
    "Reading",
    "State",
    "facts",
]
_THEMES = (services, certificates, keys, listener, firewall, surroundings)
READINGS: tuple[Reading, ...] = tuple(reading for theme in _THEMES for reading in theme.READINGS)
_RULES: tuple[Rule, ...] = tuple(rule for theme in _THEMES for rule in theme.RULES)
_REACHED = ("yes", "denied", "no", "constrained_language", "blocked", UNKNOWN)
_YES_NO = ("yes", "no")
_SOURCE = ("local", "policy", "default")
# Known by name already, so that rules and guides can be written; each moves into its theme with its reading.
_UNREAD: Mapping[str, tuple[str, ...]] = {
    "windows.remote_desktop": ("on", "off"),
    "windows.remote_desktop_source": _SOURCE,
    "windows.listener": ("listening", "not_listening", "other_program"),
    "windows.port": ("registered", "other"),
    "windows.logons": ("allowed", "draining", "off"),
    "windows.fips": ("on", "off"),
    "windows.tls12": ("on", "off"),
    "windows.tls_source": _SOURCE,
    "windows.cipher_policy": ("none", "set"),
    "windows.bound_certificate": ("none", "usable", "missing", "no_key", "expired", "wrong_purpose"),
    "windows.certificate_services": ("running", "stopped", "disabled"),
    "windows.udp": ("tcp_only", "allowed"),
    "windows.udp_source": _SOURCE,
    "windows.pending_reboot": _YES_NO,
    "windows.clock": ("right", "ahead", "behind"),
    "windows.credssp": ("patched", "mitigated", "vulnerable", "default"),
    "windows.schannel_events": ("none", "key_access", "credential", "no_common", "several"),
    "windows.certificate_events": ("none", "create_failed", "replace_failed", "other"),
    "windows.service_events": ("none", "hung"),
    "windows.sign_in_failures": ("none", "some", "storm"),
    "windows.connection_events": ("received", "none", "off"),
    "windows.network_profile": ("domain", "private", "public"),
}
FACTS: Mapping[str, tuple[str, ...]] = {
    "windows.reached": _REACHED,
    **{rule.fact: (*rule.values, UNKNOWN) for rule in _RULES},
    **{fact: (*values, UNKNOWN) for fact, values in _UNREAD.items()},
}


def facts(states: Sequence[State | None], *, reached: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return every declared fact with its value and, in words, what it follows from; never raises.

    ``states`` are the states of READINGS in that order, None where a reading failed; missing ones count as failed.
    ``reached`` is how the visit itself went, a value of ``windows.reached``.
    """
    known = reached if reached in _REACHED else UNKNOWN
    found: dict[str, tuple[str, tuple[str, ...]]] = {"windows.reached": (known, ("visit over WinRM",))}
    for rule in _RULES:
        state = _state_of(rule.reading, states)
        if state is None:
            found[rule.fact] = (UNKNOWN, (f"{rule.reading.words}: could not be read",))
        else:
            found[rule.fact] = (rule.judge(state), (_in_words(rule.reading, rule.fields, state),))
    return found | dict.fromkeys(_UNREAD, (UNKNOWN, ("not read yet",)))


def _state_of(reading: Reading, states: Sequence[State | None]) -> State | None:
    place = READINGS.index(reading)
    state = states[place] if place < len(states) else None
    return state if isinstance(state, Mapping) else None


def _in_words(reading: Reading, fields: tuple[str, ...], state: State) -> str:
    """Name the values that decided; a host's text is shown capped and escaped."""
    shown = (f"{field} {ascii(state.get(field))[:60]}" for field in fields)
    return f"{reading.words}: {', '.join(shown)}"
