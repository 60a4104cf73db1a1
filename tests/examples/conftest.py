"""Simulated hosts and people as in the chain's tests, with the example's catalogue loaded beside the built-in one."""

import functools
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.chain.conftest import approver, employee, helpdesk, lab, north, work
from tests.support import replace_everywhere
from troubleshoot.catalog import loader as content
from troubleshoot.catalog import probed_facts
from troubleshoot.catalog import registry as library
from troubleshoot.engine import Catalog

__all__ = ["approver", "employee", "helpdesk", "lab", "north", "work"]
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "catalog"


@pytest.fixture(autouse=True)
def _quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example is installed, and nobody waits longer than a second for a check."""
    settings.MENDPOINT_PROBE_SECONDS = 3
    monkeypatch.setattr("troubleshoot.remediation.execution.POLL_SECONDS", 0.05)
    replace_everywhere(monkeypatch, library, "installed_catalog", lambda: impatient(EXAMPLE))


@functools.cache
def impatient(folder: Path) -> Catalog:
    """The built-in catalogue and a folder, read once, with remedies whose check takes a second at most."""
    catalog = content.load_catalog([content.SHIPPED_CATALOG, folder], probed_facts())
    actions = {name: replace(one, verify=replace(one.verify, within=1)) for name, one in catalog.actions.items()}
    return replace(catalog, actions=actions)
