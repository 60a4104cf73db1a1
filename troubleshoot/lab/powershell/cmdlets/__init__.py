"""The cmdlets of the lab, by lower-case name, and the types that they put out."""

from troubleshoot.lab.powershell.cmdlets import cim, domain, events, files, network, paths, pipeline, programs, services
from troubleshoot.lab.powershell.cmdlets.core import Cmdlet, Use, bind
from troubleshoot.lab.powershell.types import ENUMERATION, ERROR

CMDLETS: dict[str, Cmdlet] = {
    name.lower(): cmdlet
    for module in (cim, domain, events, files, network, paths, pipeline, programs, services)
    for name, cmdlet in module.CMDLETS.items()
}
TYPES = (
    *events.TYPES,
    *services.TYPES,
    *paths.TYPES,
    *cim.TYPES,
    *files.TYPES,
    *network.TYPES,
    *programs.TYPES,
    ENUMERATION,
    ERROR,
)

__all__ = ["CMDLETS", "TYPES", "Cmdlet", "Use", "bind"]
