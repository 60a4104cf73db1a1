"""Faults between the two computers: what is seen from outside, whatever the host itself does."""

from troubleshoot.lab.state import Document


def _closed_before_confirm(document: Document) -> None:
    """Let something on the path accept the connection and close it before RDP answers."""
    document["network"]["rdp"] = "closed_before_confirm"


def _unreachable(document: Document) -> None:
    """Drop every packet: connecting times out."""
    document["network"].update(rdp="silent", winrm="silent")


FAULTS = {"closed-before-confirm": _closed_before_confirm, "unreachable": _unreachable}
