"""Registered computers and the accounts on them: one by one, or many from a list."""

from troubleshoot.hosts.audit_details import version
from troubleshoot.hosts.credentials import change_credential, register_credential, remove_credential
from troubleshoot.hosts.csv_reader import Problem
from troubleshoot.hosts.list_import import NotImported, Outcome, import_list
from troubleshoot.hosts.registration import allow_changes, change, register

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
