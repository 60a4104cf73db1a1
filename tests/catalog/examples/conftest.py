"""Simulated hosts and people as in the chain's tests, with the example's catalogue loaded beside the built-in one."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.fixtures.chain import north
from tests.fixtures.computers import impatient
from tests.support import replace_everywhere
from troubleshoot.catalog import registry as library

__all__ = ["north"]
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "catalog"


@pytest.fixture(autouse=True)
def _quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example is installed, and nobody waits longer than a second for a check."""
    settings.MENDPOINT_PROBE_SECONDS = 3
    monkeypatch.setattr("troubleshoot.remediation.execution.POLL_SECONDS", 0.05)
    replace_everywhere(monkeypatch, library, "installed_catalog", lambda: impatient(EXAMPLE))
