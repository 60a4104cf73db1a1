"""Printers and their documents as WMI shows them.

Source: learn.microsoft.com/windows/win32/cimwin32prov, win32-printer with its method CancelAllJobs, and win32-printjob.
"""

from typing import Any

from troubleshoot.lab.powershell.errors import Unsupported
from troubleshoot.lab.powershell.host_data import local_time
from troubleshoot.lab.powershell.objects import Instance, ObjectType
from troubleshoot.lab.powershell.rdp_setting import CimMethod
from troubleshoot.lab.powershell.values import Integer
from troubleshoot.lab.state import Document, HostState, running

_DOCS = "learn.microsoft.com/windows/win32/cimwin32prov/"
PRINTER = ObjectType("Win32_Printer", _DOCS + "win32-printer", ("Name", "Local", "Network"))
PRINT_JOB = ObjectType(
    "Win32_PrintJob", _DOCS + "win32-printjob", ("Name", "JobId", "Owner", "Document", "TimeSubmitted", "TotalPages")
)
CANCELLED = ObjectType(
    "Win32_Printer method result", _DOCS + "cancelalljobs-method-in-class-win32-printer", ("ReturnValue",)
)


def printers(document: Document) -> list[Instance]:
    """Return the printers of a host."""
    _need_spooler(document)
    return [
        Instance(PRINTER, {"Name": one["name"], "Local": one["local"], "Network": not one["local"]}, one)
        for one in document["printers"]
    ]


def documents(document: Document) -> list[Instance]:
    """Return the documents that wait in the queues of a host. Their name is the printer's, and their number."""
    _need_spooler(document)
    return [_document(one) for one in document["print_jobs"]]


def _document(one: dict[str, Any]) -> Instance:
    values = {
        "Name": f"{one['printer']}, {one['id']}",
        "JobId": Integer(one["id"], "uint32"),
        "Owner": one["owner"],
        "Document": one["document"],
        "TimeSubmitted": local_time(one["submitted_at"]),
        "TotalPages": Integer(one["pages"], "uint32"),
    }
    return Instance(PRINT_JOB, values)


def _cancel_all(state: HostState, printer: Instance) -> Instance:
    """Remove the documents of a printer: 0, or 5 (access denied) for one whose permissions do not let us.

    A document that is jammed stays, marked, until the spooler starts again.
    """
    if printer.origin["protected"]:
        return Instance(CANCELLED, {"ReturnValue": Integer(5, "uint32")})
    with state.changing() as document:
        mine = [one for one in document["print_jobs"] if one["printer"] == printer.values["Name"]]
        for one in mine:
            one["deleting"] = True
        document["print_jobs"] = [one for one in document["print_jobs"] if not one["deleting"] or one["jammed"]]
    return Instance(CANCELLED, {"ReturnValue": Integer(0, "uint32")})


def _need_spooler(document: Document) -> None:
    if not running(document, "Spooler"):
        raise Unsupported("what WMI says of printers while the spooler does not run")


METHODS = {"CancelAllJobs": CimMethod({}, _cancel_all, changes=True)}
