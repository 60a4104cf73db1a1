"""Faults of which computer it is that answers under a name."""

from datetime import timedelta

from troubleshoot.lab.behind_port import OTHER_NAME
from troubleshoot.lab.key_files import key_file
from troubleshoot.lab.state import CRYPTOGRAPHY, REMOTE_DESKTOP_STORE, Document, healthy, host_now, self_signed


def _call(document: Document, name: str) -> None:
    """Let Windows call itself so, and its own certificate too."""
    document["computer_name"] = name
    certificate = self_signed(name, 1001, host_now(document) - timedelta(days=30))
    document["certificates"][REMOTE_DESKTOP_STORE] = [certificate]


def _another_computer(document: Document) -> None:
    """Another computer answers under this name, outside and inside: its address was given to that one."""
    other, key = healthy(OTHER_NAME), key_file(document)
    document["identity"] = other["identity"]
    document["registry"][CRYPTOGRAPHY] = other["registry"][CRYPTOGRAPHY]
    if key in document["acl"]:
        document["acl"][key_file(document)] = document["acl"].pop(key)
    _call(document, OTHER_NAME)


def _renamed(document: Document) -> None:
    """The computer was renamed, and still answers under its old name."""
    _call(document, f"{document['name']}-NEW")


FAULTS = {"another-computer": _another_computer, "renamed-computer": _renamed}
