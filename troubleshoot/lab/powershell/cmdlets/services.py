"""Service cmdlets. Source: Microsoft.PowerShell.Management reference, version 5.1 (Get-Service and its relatives)."""

from typing import Any

from troubleshoot.lab import service_reactions
from troubleshoot.lab.powershell import service_control
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Parameter, Use, need_administrator
from troubleshoot.lab.powershell.errors import ScriptFailed, Unsupported
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.types import enumeration
from troubleshoot.lab.state import find

START_MODES = {"Automatic": "Auto", "Manual": "Manual", "Disabled": "Disabled"}

CONTROLLER = ObjectType(
    "System.ServiceProcess.ServiceController",
    "learn.microsoft.com/dotnet/api/system.serviceprocess.servicecontroller",
    ("Name", "ServiceName", "DisplayName", "Status", "StartType"),
)
_NAME = {"Name": Parameter("name", required=True)} | STOP
_FORCE = _NAME | {"Force": Parameter("switch")}


def _get(use: Use) -> list[Any]:
    name = _known(use, use.get("Name"))
    names = service_control.dependents(use.document, name) if use.get("DependentServices", False) else [name]
    return [_controller(use, each) for each in names]


def _controller(use: Use, name: str) -> Instance:
    service = use.document["services"][name]
    modes = {short: long for long, short in START_MODES.items()}
    values = {
        "Name": name,
        "ServiceName": name,
        "DisplayName": service["display_name"],
        "Status": enumeration(service["state"].replace(" ", "")),
        "StartType": enumeration(modes[service["start_mode"]]),
    }
    return Instance(CONTROLLER, values)


def _start(use: Use) -> list[Any]:
    _start_or_fail(use, _known(use, use.get("Name")))
    return []


def _stop(use: Use) -> list[Any]:
    _stop_with_dependents(use, _known(use, use.get("Name")))
    return []


def _restart(use: Use) -> list[Any]:
    name = _known(use, use.get("Name"))
    stopped = _stop_with_dependents(use, name)
    for each in (name, *stopped):
        _start_or_fail(use, each)
    return []


def _set(use: Use) -> list[Any]:
    name = _known(use, use.get("Name"))
    need_administrator(
        use, f"Service '{_title(use, name)}' cannot be configured due to the following error: Access is denied"
    )
    with use.state.changing() as document:
        document["services"][name]["start_mode"] = START_MODES[use.get("StartupType")]
    return []


def _start_or_fail(use: Use, name: str) -> None:
    """Start a service; one that cannot start fails as in 5.1."""
    if service_control.start(use.state, name) not in (service_control.TAKEN, service_control.RUNS):
        raise ScriptFailed(
            f"Service '{_title(use, name)}' cannot be started due to the following error: "
            f"Cannot start service {name} on computer '.'."
        )


def _stop_with_dependents(use: Use, name: str) -> list[str]:
    """Stop a service and, with -Force, the running ones that need it; returns these."""
    services = use.document["services"]
    if services[name]["state"] == "Stopped":
        return []
    title = _title(use, name)
    need_administrator(
        use,
        f"Service '{title}' cannot be stopped due to the following error: Cannot open {name} service on computer '.'.",
    )
    needing = service_control.dependents(use.document, name)
    running = [other for other in needing if services[other]["state"] == "Running"]
    if running and not use.get("Force", False):
        raise ScriptFailed(
            f"Cannot stop service '{title}' because it has dependent services. "
            "It can only be stopped if the Force flag is set."
        )
    for each in (*running, name):
        if services[each].get("stop_seconds", 0) is None:
            raise Unsupported(f"{each} never comes to its end, and this cmdlet waits for it without a limit")
        service_reactions.service_stopped(use.state, each)
    return running


def _known(use: Use, name: str) -> str:
    found = find(use.document["services"], name)
    if found is None:
        raise ScriptFailed(f"Cannot find any service with service name '{name}'.")
    return found


def _title(use: Use, name: str) -> str:
    return f"{use.document['services'][name]['display_name']} ({name})"


CMDLETS = {
    "Get-Service": Cmdlet(_NAME | {"DependentServices": Parameter("switch")}, _get),
    "Start-Service": Cmdlet(_NAME, _start),
    "Stop-Service": Cmdlet(_FORCE, _stop),
    "Restart-Service": Cmdlet(_FORCE, _restart),
    "Set-Service": Cmdlet(_NAME | {"StartupType": Parameter("text", required=True, choices=tuple(START_MODES))}, _set),
}
TYPES = (CONTROLLER,)
