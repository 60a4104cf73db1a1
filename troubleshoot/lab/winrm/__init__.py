"""The WinRM endpoint of a simulated Windows host: HTTP, authentication, message encryption, SOAP, shells."""

from troubleshoot.lab.winrm.limits import Limits
from troubleshoot.lab.winrm.server import WinrmServer

__all__ = ["Limits", "WinrmServer"]
