"""Whether Windows Firewall lets Remote Desktop in on the networks that the computer is connected to."""

from collections.abc import Iterator

from troubleshoot.engine import UNKNOWN
from troubleshoot.probes.windows_facts.firewall_rules import LOCAL, PortRule, about_port, holds_port
from troubleshoot.probes.windows_facts.rule import Rule, RuleReading, State, same

FIREWALL = RuleReading("firewall rule for Remote Desktop", "firewall-group", {"rule": "RemoteDesktop-UserMode-In-TCP"})
PLACE = 50
READINGS = (FIREWALL,)
# What Windows calls the network of a connection → what the firewall calls its profile.
_NETWORKS = {"DomainAuthenticated": "Domain", "Private": "Private", "Public": "Public"}


def _judge(state: State) -> str:
    """Return open, or what keeps people out of the networks in use; off: the service that would tell does not run."""
    networks = [_NETWORKS.get(name, "") for name in _names(state, "active")]
    port = state.get("port")
    if not networks or "" in networks or type(state.get("exists")) is not bool or type(port) is not int:
        return UNKNOWN
    if state.get("service") != "Running":
        return "off"
    guarded = [name for name in networks if name not in _names(state, "off")]
    # A second, public network beside the one that people come through is no reason to open it.
    wanted = [name for name in guarded if name != "Public"] or guarded
    rules = list(about_port(_names(state, "rules"), port))
    found = {name: _on_network(state, rules, name) for name in wanted}
    said = [value for value in ("policy", "blocked", "limited") if value in found.values()]
    missing = [name for name, value in found.items() if value == "not_let_in"]
    return said[0] if said else _closed(state, rules, missing) if missing else "open"


def _on_network(state: State, rules: list[PortRule], profile: str) -> str:
    """Return what becomes of a connection on a kind of network. What blocks wins, whichever store it comes from."""
    ignored = profile in _names(state, "ignored")
    counted = [rule for rule in rules if rule.covers(profile) and not (ignored and rule.store == LOCAL)]
    blocking = [rule for rule in counted if rule.action == "Block" and not rule.for_some]
    letting = [rule for rule in counted if rule.action == "Allow"]
    if blocking:
        return "policy" if any(rule.store != LOCAL for rule in blocking) else "blocked"
    if profile in _names(state, "shut"):
        return "blocked"
    if any(not rule.for_some for rule in letting) or profile in _names(state, "unguarded"):
        return "open"
    return "limited" if letting else "policy" if ignored else "not_let_in"


def _closed(state: State, rules: list[PortRule], missing: list[str]) -> str:
    """Return why no rule lets anybody in: the one that Windows has for it is off or blocks, or there is none for this
    port, or there is one for other networks."""
    elsewhere = any(rule.action == "Allow" for rule in rules)
    switched_on = same(state, "enabled", wanted=True)
    if elsewhere and (switched_on or missing == ["Public"]):
        return "wrong_profile"
    if not _is_for_port(state):
        return "wrong_profile" if elsewhere else "no_rule"
    if not same(state, "action", "Allow"):
        return "blocked"
    return "wrong_profile" if switched_on or missing == ["Public"] else "closed"


def _is_for_port(state: State) -> bool:
    ports, port = state.get("ports"), state.get("port")
    if state.get("exists") is not True or not isinstance(ports, str) or type(port) is not int:
        return False
    return not ports or any(holds_port(one, port) for one in ports.split(", "))


def _names(state: State, field: str) -> tuple[str, ...]:
    return tuple(_texts(state.get(field)))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def _network(state: State) -> str:
    """Return the kind that is trusted least of those that are connected."""
    kinds = {_NETWORKS.get(name) for name in _names(state, "active")}
    return next((kind.lower() for kind in ("Public", "Private", "Domain") if kind in kinds), UNKNOWN)


_FIELDS = ("service", "port", "enabled", "profiles", "action", "rules", "ignored", "shut", "unguarded", "off", "active")
RULES = (
    Rule(
        "windows.firewall",
        "Windows firewall for Remote Desktop",
        {
            "open": "open",
            "closed": "closed",
            "wrong_profile": "open for another kind of network",
            "blocked": "blocked by a rule or setting of the computer",
            "no_rule": "no rule lets this port in",
            "limited": "open for some addresses or people only",
            "policy": "closed by a policy of the organisation",
            "off": "its service does not run",
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
