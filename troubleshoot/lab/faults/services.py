"""Faults of the service that Remote Desktop consists of."""

from troubleshoot.lab.faults.events import happened
from troubleshoot.lab.service_reactions import mark_stopped
from troubleshoot.lab.state import Document

_MANAGER = "Service Control Manager"


def _stopped(document: Document) -> None:
    """Remote Desktop Services is stopped: nothing listens."""
    mark_stopped(document, "TermService")


def _disabled(document: Document) -> None:
    """Remote Desktop Services is stopped and disabled: it cannot be started."""
    _stopped(document)
    document["services"]["TermService"]["start_mode"] = "Disabled"


def _hung(document: Document) -> None:
    """Remote Desktop Services hangs: it counts as running, but closes each connection at once."""
    if "TermService" not in document["hung"]:
        document["hung"].append("TermService")
    name = document["services"]["TermService"]["display_name"]
    happened(document, _MANAGER, 7022, f"The {name} service hung on starting.")


def _hung_for_good(document: Document) -> None:
    """Remote Desktop Services hangs, and told to stop it hangs in that too, until its process is ended."""
    _hung(document)
    document["services"]["TermService"]["stop_seconds"] = None


def _stop_hangs(document: Document) -> None:
    """Somebody has told Remote Desktop Services to stop, and it hangs in that: nothing listens, and nothing stops."""
    document["services"]["TermService"].update(state="Stop Pending", stop_seconds=None)
    if "UmRdpService" in document["services"]:
        mark_stopped(document, "UmRdpService")


def _start_hangs(document: Document) -> None:
    """Remote Desktop Services hangs in its start: it has a process, and does not listen."""
    document["services"]["TermService"]["state"] = "Start Pending"
    if "UmRdpService" in document["services"]:
        mark_stopped(document, "UmRdpService")


def _wrong_account(document: Document) -> None:
    """Remote Desktop Services runs under the wrong account, and would not start again."""
    _stopped(document)
    document["services"]["TermService"]["account"] = "LocalSystem"
    name = document["services"]["TermService"]["display_name"]
    happened(document, _MANAGER, 7000, f"The {name} service failed to start: the account differs from its process.")


FAULTS = {
    "service-stopped": _stopped,
    "service-disabled": _disabled,
    "service-hung": _hung,
    "service-hung-for-good": _hung_for_good,
    "service-stop-hangs": _stop_hangs,
    "service-start-hangs": _start_hangs,
    "service-wrong-account": _wrong_account,
}
