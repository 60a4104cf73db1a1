"""Simulated Windows hosts that speak the real protocols, for the demo, training and tests."""

from troubleshoot.lab.faults import FAULTS
from troubleshoot.lab.host import LabHost, LabOptions, file_mark
from troubleshoot.lab.powershell import check_text
from troubleshoot.lab.powershell import run as run_script
from troubleshoot.lab.powershell.errors import ScriptRefused
from troubleshoot.lab.state import HostState
from troubleshoot.lab.state_document import BadStateError, build_state, parse_setting

__all__ = [
    "FAULTS",
    "BadStateError",
    "HostState",
    "LabHost",
    "LabOptions",
    "ScriptRefused",
    "build_state",
    "check_text",
    "file_mark",
    "parse_setting",
    "run_script",
]
