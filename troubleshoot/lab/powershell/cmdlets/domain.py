"""Domain cmdlets. Source: Microsoft.PowerShell.Management reference, version 5.1."""

from typing import Any

from troubleshoot.lab.domain import finds_controller
from troubleshoot.lab.powershell.cmdlets.core import STOP, Cmdlet, Use
from troubleshoot.lab.powershell.errors import ScriptFailed
from troubleshoot.lab.state import own_name


def _secure_channel(use: Use) -> list[Any]:
    domain = use.document["domain"]
    if not domain["joined"] or domain["controller"]:
        raise ScriptFailed(
            f"Cannot verify the secure channel for the local computer '{own_name(use.document)}': "
            "it is not a member of a domain, or it is a domain controller."
        )
    return [bool(domain["secure_channel"]) and finds_controller(domain)]


CMDLETS = {"Test-ComputerSecureChannel": Cmdlet(dict(STOP), _secure_channel)}
