"""Registered computers and the accounts on them: one by one, or many from a list."""

from troubleshoot.hosts.audit_details import host_version
from troubleshoot.hosts.change_visits import cancel_attempt, carry_out_plan, disarm_attempt, settle_attempt
from troubleshoot.hosts.credentials import change_credential, register_credential, remove_credential
from troubleshoot.hosts.csv_reader import LIST_COLUMNS, LIST_MOST_BYTES, LIST_REQUIRED, ListProblem
from troubleshoot.hosts.list_import import ImportOutcome, NotImported, import_list
from troubleshoot.hosts.observations import ALWAYS_READ, Observation, ObservationScope, WantedReading, scope_for_facts
from troubleshoot.hosts.registration import allow_changes, change_host, register_host
from troubleshoot.hosts.secrets import CredentialMissing
from troubleshoot.hosts.visits import ended, observe, try_sign_in

__all__ = [
    "ALWAYS_READ",
    "LIST_COLUMNS",
    "LIST_MOST_BYTES",
    "LIST_REQUIRED",
    "CredentialMissing",
    "ImportOutcome",
    "ListProblem",
    "NotImported",
    "Observation",
    "ObservationScope",
    "WantedReading",
    "allow_changes",
    "cancel_attempt",
    "carry_out_plan",
    "change_credential",
    "change_host",
    "disarm_attempt",
    "ended",
    "host_version",
    "import_list",
    "observe",
    "register_credential",
    "register_host",
    "remove_credential",
    "scope_for_facts",
    "settle_attempt",
    "try_sign_in",
]
