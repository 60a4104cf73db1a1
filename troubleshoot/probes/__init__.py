"""Probes: one module each; a probe takes readings and turns them into declared facts."""

from troubleshoot.probes.client_block import (
    BLOCK_MOST_CHARACTERS,
    BadClientBlock,
    ClientBlock,
    client_command,
    client_script,
    read_client_block,
)
from troubleshoot.probes.client_facts import FACTS as CLIENT_FACTS
from troubleshoot.probes.client_facts import NOT_TOLD, client_facts
from troubleshoot.probes.extended_checks import LATER
from troubleshoot.probes.gateway import Gateway
from troubleshoot.probes.network import OnVerdict, answered_from_outside, probe_network
from troubleshoot.probes.report import FACTS, ProbeReport
from troubleshoot.probes.saved_connection import FACTS as SAVED_CONNECTION_FACTS
from troubleshoot.probes.saved_connection import saved_connection_facts
from troubleshoot.probes.user_answers import WORDS as TOLD_WORDS
from troubleshoot.probes.user_answers import answer_facts
from troubleshoot.probes.windows_facts import FACTS as WINDOWS_FACTS
from troubleshoot.probes.windows_facts import WINDOWS_READINGS, derive_windows_facts, facts_of_resource
from troubleshoot.probes.windows_facts.certificates import CERTIFICATE
from troubleshoot.probes.windows_facts.environment import SESSIONS
from troubleshoot.probes.windows_facts.sddl import FileRight
from troubleshoot.probes.windows_facts.sddl import entries as file_rights

TOLD_FACTS = frozenset({*CLIENT_FACTS, *SAVED_CONNECTION_FACTS})
"""What the person's own side tells by itself, by a report or a file: nobody is asked, and nobody waits for it."""

__all__ = [
    "BLOCK_MOST_CHARACTERS",
    "CERTIFICATE",
    "CLIENT_FACTS",
    "FACTS",
    "LATER",
    "NOT_TOLD",
    "SESSIONS",
    "TOLD_FACTS",
    "TOLD_WORDS",
    "WINDOWS_FACTS",
    "WINDOWS_READINGS",
    "BadClientBlock",
    "ClientBlock",
    "FileRight",
    "Gateway",
    "OnVerdict",
    "ProbeReport",
    "answer_facts",
    "answered_from_outside",
    "client_command",
    "client_facts",
    "client_script",
    "derive_windows_facts",
    "facts_of_resource",
    "file_rights",
    "probe_network",
    "read_client_block",
    "saved_connection_facts",
]
