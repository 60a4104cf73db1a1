"""What keeps Mendpoint running: worker, keeper, health, connection test, first steps."""

from troubleshoot.operations.connection_test import connection_stages, connection_tests, request_connection_test
from troubleshoot.operations.draining import drain
from troubleshoot.operations.first_steps import first_steps
from troubleshoot.operations.health import (
    ProcessKind,
    channel_troubles,
    check_health,
    hosts_in_the_clear,
    is_well,
    keep_beating,
    live_processes,
    site_workers,
)
from troubleshoot.operations.keeper import sweep
from troubleshoot.operations.overlooked import take_overlooked
from troubleshoot.operations.worker import run_job

__all__ = [
    "ProcessKind",
    "channel_troubles",
    "check_health",
    "connection_stages",
    "connection_tests",
    "drain",
    "first_steps",
    "hosts_in_the_clear",
    "is_well",
    "keep_beating",
    "live_processes",
    "request_connection_test",
    "run_job",
    "site_workers",
    "sweep",
    "take_overlooked",
]
