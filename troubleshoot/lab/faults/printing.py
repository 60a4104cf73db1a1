"""Faults of printing: the second subject, whose content lies in docs/examples/catalog."""

from datetime import timedelta

from troubleshoot.lab.service_reactions import mark_stopped
from troubleshoot.lab.state import Document, host_now, iso


def _spooler_stopped(document: Document) -> None:
    """The Print Spooler is stopped: nothing prints."""
    mark_stopped(document, "Spooler")


def _spooler_disabled(document: Document) -> None:
    """The Print Spooler is disabled, as by a security baseline."""
    mark_stopped(document, "Spooler")
    document["services"]["Spooler"]["start_mode"] = "Disabled"


def _print_queue_stuck(document: Document) -> None:
    """One document has blocked the print queue for forty minutes, and another waits behind it."""
    printer = document["printers"][0]["name"]
    for number, owner, minutes, jammed in ((12, "bob", 40, True), (13, "eve", 25, False)):
        document["print_jobs"].append(
            {
                "printer": printer,
                "id": number,
                "owner": owner,
                "document": f"Report {number}",
                "pages": 3,
                "submitted_at": iso(host_now(document) - timedelta(minutes=minutes)),
                "jammed": jammed,
                "deleting": False,
            }
        )


FAULTS = {
    "spooler-stopped": _spooler_stopped,
    "spooler-disabled": _spooler_disabled,
    "print-queue-stuck": _print_queue_stuck,
}
