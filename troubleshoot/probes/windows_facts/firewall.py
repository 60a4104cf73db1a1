"""Whether Windows Firewall lets Remote Desktop in on the networks that the computer is connected to."""

from collections.abc import Iterator

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State, same

FIREWALL = RuleReading("firewall rule for Remote Desktop", "firewall-group", {"rule": "RemoteDesktop-UserMode-In-TCP"})
PLACE = 50
READINGS = (FIREWALL,)
# What Windows calls the network of a connection → what the firewall calls its profile.
_NETWORKS = {"DomainAuthenticated": "Domain", "Private": "Private", "Public": "Public"}


def _judge(state: State) -> str:
    """Return open, closed, wrong_profile (it counts on other networks only, or this one is public) or policy."""
    networks = [_NETWORKS.get(name, "") for name in _names(state, "active")]
    if not networks or "" in networks or type(state.get("exists")) is not bool:
        return UNKNOWN
    guarded = [name for name in networks if name not in _names(state, "off")]
    # A second, public network beside the one that people come through is no reason to open it.
    wanted = [name for name in guarded if name != "Public"] or guarded
    missing = [name for name in wanted if not _passes(state, name)]
    if not missing:
        return "open"
    if any(_forced(state, name) for name in missing):
        return "policy"
    closed = not same(state, "enabled", wanted=True) or not same(state, "action", "Allow")
    return "closed" if closed and missing != ["Public"] else "wrong_profile"


def _passes(state: State, profile: str) -> bool:
    if _covers(state, "policy_profiles", profile):
        return same(state, "policy_action", "Allow")
    switched_on = same(state, "enabled", wanted=True) and same(state, "action", "Allow")
    return switched_on and _covers(state, "profiles", profile) and profile not in _names(state, "ignored")


def _forced(state: State, profile: str) -> bool:
    return _covers(state, "policy_profiles", profile) or profile in _names(state, "ignored")


def _covers(state: State, field: str, profile: str) -> bool:
    text = state.get(field)
    return isinstance(text, str) and (text == "Any" or profile in text.split(", "))


def _names(state: State, field: str) -> tuple[str, ...]:
    return tuple(_texts(state.get(field)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _network(state: State) -> str:
    """Return the kind that is trusted least of those that are connected."""
    kinds = {_NETWORKS.get(name) for name in _names(state, "active")}
    return next((kind.lower() for kind in ("Public", "Private", "Domain") if kind in kinds), UNKNOWN)


_FIELDS = ("enabled", "profiles", "action", "policy_action", "policy_profiles", "ignored", "off", "active")
RULES = (
    Rule(
        "windows.firewall",
        "Windows firewall for Remote Desktop",
        {
            "open": "open",
            "closed": "closed",
            "wrong_profile": "open for another kind of network",
            "policy": "closed by group policy",
        },
        FIREWALL,
        _FIELDS,
        _judge,
    ),
    Rule(
        "windows.network_profile",
        "Kind of network",
        {"domain": "domain", "private": "private", "public": "public"},
        FIREWALL,
        ("active",),
        _network,
    ),
)
