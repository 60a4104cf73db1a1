"""Registered computers and the accounts on them: one by one, or many from a list."""

from troubleshoot.hosts.credentials import change_credential, register_credential, remove_credential
from troubleshoot.hosts.importing import NotImported, Outcome, import_list
from troubleshoot.hosts.recording import version
from troubleshoot.hosts.registering import allow_changes, change, register
from troubleshoot.hosts.table import Problem

__all__ = [
    "NotImported",
    "Outcome",
    "Problem",
    "allow_changes",
    "change",
    "change_credential",
    "import_list",
    "register",
    "register_credential",
    "remove_credential",
    "version",
]
