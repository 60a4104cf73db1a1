"""Firewall, network profiles and the DNS cache. Source: NetSecurity, NetConnection and DnsClient reference, 5.1."""

from typing import Any

from troubleshoot.lab import firewall
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.types import enumeration

_DENIED = "Access is denied. "
_STORE = Parameter("text", choices=("ActiveStore",))
_SWITCHED = Parameter("text", required=True, choices=("True", "False"))
# Every set of profiles as Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetSecurity.Profile prints it.
_PROFILES = Parameter(
    "text",
    required=True,
    choices=(
        *("Any", "Domain", "Private", "Public"),
        *("Domain, Private", "Domain, Public", "Private, Public", "Domain, Private, Public"),
    ),
)

PROFILE = ObjectType(
    "MSFT_NetFirewallProfile",
    "learn.microsoft.com/powershell/module/netsecurity/get-netfirewallprofile",
    ("Name", "Enabled", "AllowLocalFirewallRules", "AllowInboundRules", "DefaultInboundAction"),
)
CONNECTION = ObjectType(
    "MSFT_NetConnectionProfile",
    "learn.microsoft.com/powershell/module/netconnection/get-netconnectionprofile",
    ("NetworkCategory",),
)
CACHED = ObjectType(
    "MSFT_DNSClientCache", "learn.microsoft.com/powershell/module/dnsclient/get-dnsclientcache", ("Entry",)
)


def _set_rule(use: Use) -> list[Any]:
    name = use.get("Name")
    need_administrator(use, _DENIED, "Windows System Error 5,Set-NetFirewallRule")
    _need_service(use, "Set-NetFirewallRule")
    with use.state.changing() as document:
        document.setdefault("firewall", firewall.usual())
        rows = [one for one in document["firewall"]["rules"] if one["source"] == "Local"]
        row = next((one for one in rows if one["name"].lower() == name.lower()), None)
        if row is None:
            raise ScriptFailed(
                f"No MSFT_NetFirewallRule objects found with property 'InstanceID' equal to '{name}'.  "
                "Verify the value of the property and retry.",
                "CmdletizationQuery_NotFound_InstanceID,Set-NetFirewallRule",
            )
        row.update(enabled=use.get("Enabled") == "True", profiles=use.get("Profile"))
    return []


def _profiles(use: Use) -> list[Any]:
    if use.get("PolicyStore") is None:
        raise Unsupported("Get-NetFirewallProfile without -PolicyStore shows what is kept, not what is in force")
    _need_service(use, "Get-NetFirewallProfile")
    return [
        Instance(
            PROFILE,
            {
                "Name": name,
                "Enabled": _gpo_boolean(row["enabled"]),
                "AllowLocalFirewallRules": _gpo_boolean(row["local_rules"]),
                "AllowInboundRules": _gpo_boolean(firewall.inbound(row) != "BlockAll"),
                "DefaultInboundAction": enumeration("Allow" if firewall.inbound(row) == "Allow" else "Block"),
            },
        )
        for name, row in firewall.of(use.document)["profiles"].items()
    ]


def _need_service(use: Use, cmdlet: str) -> None:
    """Raise what a call to a service that is off ends with: error 1753 of RPC."""
    if not firewall.runs(use.document):
        message = "There are no more endpoints available from the endpoint mapper. "
        raise ScriptFailed(message, f"Windows System Error 1753,{cmdlet}")


def _connections(use: Use) -> list[Any]:
    names = {"domain": "DomainAuthenticated", "private": "Private", "public": "Public"}
    active = firewall.of(use.document)["active"]
    return [Instance(CONNECTION, {"NetworkCategory": enumeration(names[name])}) for name in active]


def _gpo_boolean(value: bool) -> Instance:
    """Return one of the enumerations that say True and False without being a boolean."""
    return enumeration("True" if value else "False")


def _cached(use: Use) -> list[Any]:
    return [Instance(CACHED, {"Entry": name}) for name in use.document.get("dns_cache", [])]


def _clear(use: Use) -> list[Any]:
    need_administrator(use, _DENIED, "Windows System Error 5,Clear-DnsClientCache")
    with use.state.changing() as document:
        document["dns_cache"] = []
    return []


CMDLETS = {
    "Set-NetFirewallRule": Cmdlet(
        {"Name": Parameter("name", required=True), "Enabled": _SWITCHED, "Profile": _PROFILES} | STOP, _set_rule
    ),
    "Get-NetFirewallProfile": Cmdlet({"PolicyStore": _STORE} | STOP, _profiles),
    "Get-NetConnectionProfile": Cmdlet(dict(STOP), _connections),
    "Get-DnsClientCache": Cmdlet(dict(STOP), _cached),
    "Clear-DnsClientCache": Cmdlet(dict(STOP), _clear),
}
TYPES = (PROFILE, CONNECTION, CACHED)
