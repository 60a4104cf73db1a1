"""Probes: one module each; a probe takes readings and turns them into declared facts."""

from troubleshoot.probes.client_block import (
    BLOCK_MOST_CHARACTERS,
    BadClientBlock,
    ClientBlock,
    client_command,
    read_client_block,
)
from troubleshoot.probes.client_facts import FACTS as CLIENT_FACTS
from troubleshoot.probes.client_facts import client_facts
from troubleshoot.probes.extended_checks import LATER
from troubleshoot.probes.gateway import Gateway
from troubleshoot.probes.network import OnVerdict, answered_from_outside, probe_network
from troubleshoot.probes.report import FACTS, ProbeReport
from troubleshoot.probes.saved_connection import saved_connection_facts
from troubleshoot.probes.user_answers import WORDS as TOLD_WORDS
from troubleshoot.probes.user_answers import answer_facts
from troubleshoot.probes.windows_facts import FACTS as WINDOWS_FACTS
from troubleshoot.probes.windows_facts import WINDOWS_READINGS, derive_windows_facts
from troubleshoot.probes.windows_facts.certificates import CERTIFICATE
from troubleshoot.probes.windows_facts.environment import SESSIONS

__all__ = [
    "BLOCK_MOST_CHARACTERS",
    "CERTIFICATE",
    "CLIENT_FACTS",
    "FACTS",
    "LATER",
    "SESSIONS",
    "TOLD_WORDS",
    "WINDOWS_FACTS",
    "WINDOWS_READINGS",
    "BadClientBlock",
    "ClientBlock",
    "Gateway",
    "OnVerdict",
    "ProbeReport",
    "answer_facts",
    "answered_from_outside",
    "client_command",
    "client_facts",
    "derive_windows_facts",
    "probe_network",
    "read_client_block",
    "saved_connection_facts",
]
