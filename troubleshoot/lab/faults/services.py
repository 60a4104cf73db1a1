"""Faults of the services that Remote Desktop consists of."""

from troubleshoot.lab.reactions import mark_stopped
from troubleshoot.lab.state import Document


def _service_stopped(document: Document) -> None:
    """Stop Remote Desktop Services: nothing listens."""
    mark_stopped(document, "TermService")


FAULTS = {"service-stopped": _service_stopped}
