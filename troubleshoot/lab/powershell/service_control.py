"""Starting and stopping services as the service control manager answers it: numbers of Win32_Service, never words.

Source: learn.microsoft.com/windows/win32/cimwin32prov/startservice-method-in-class-win32-service and its sibling for
StopService. Which number stands for a wrong account (error 1079) is a guess: 8, unknown failure.
"""

from troubleshoot.lab import service_reactions
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.state import Document, HostState, find

TAKEN, DENIED, NEEDED, CANNOT_NOW, NOT_ACTIVE, FAILED, RUNS, NEEDS_OTHERS, DISABLED = 0, 2, 3, 5, 6, 8, 10, 13, 14
ANSWER = ObjectType(
    "Win32_Service.StartService result",
    "learn.microsoft.com/windows/win32/cimwin32prov/startservice-method-in-class-win32-service",
    ("ReturnValue",),
)
# The dependencies that matter here (services.msc, tab "Dependencies"): service -> what it needs running.
_NEEDS = {"UmRdpService": ("TermService",)}
_MADE_FOR = {"TermService": "NT Authority\\NetworkService"}


def dependents(document: Document, name: str) -> list[str]:
    """Return the installed services that need this one, in the order in which they have to stop."""
    return [other for other, needs in _NEEDS.items() if name in needs and other in document["services"]]


def start(state: HostState, name: str) -> int:
    """Start a service and first what it needs; returns the number of the answer."""
    service = state.document["services"][name]
    if not state.document["winrm"]["administrator"]:
        return DENIED
    if service["state"] != "Stopped":
        return RUNS
    for needed in _NEEDS.get(name, ()):
        if find(state.document["services"], needed) is None or not _comes_up(state, needed):
            return NEEDS_OTHERS
    if service["start_mode"] == "Disabled":
        return DISABLED
    # A service whose process is shared starts under the account that its process was made for, no other (error 1079).
    if service["account"].lower() != _MADE_FOR.get(name, service["account"]).lower():
        return FAILED
    service_reactions.start_asked(state, name)
    return TAKEN


def stop(state: HostState, name: str) -> int:
    """Tell a service to stop; returns the number of the answer, which does not say whether it has come to its end."""
    services = state.document["services"]
    if not state.document["winrm"]["administrator"]:
        return DENIED
    if any(services[other]["state"] != "Stopped" for other in dependents(state.document, name)):
        return NEEDED
    if services[name]["state"] != "Running":
        return NOT_ACTIVE if services[name]["state"] == "Stopped" else CANNOT_NOW
    service_reactions.stop_asked(state, name)
    return TAKEN


def start_method(state: HostState, service: Instance) -> Instance:
    """Run Win32_Service.StartService."""
    return _answer(start(state, service.origin))


def stop_method(state: HostState, service: Instance) -> Instance:
    """Run Win32_Service.StopService."""
    return _answer(stop(state, service.origin))


def _comes_up(state: HostState, name: str) -> bool:
    start(state, name)
    return bool(state.document["services"][name]["state"] == "Running")


def _answer(number: int) -> Instance:
    return Instance(ANSWER, {"ReturnValue": Integer(number, "uint32")})
