"""What a test needs from its surroundings, and what happens when it is not there."""

import ast
import functools
import importlib
import os
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

import troubleshoot
from troubleshoot.catalog import loader as content
from troubleshoot.catalog import probed_facts
from troubleshoot.engine import Catalog

PRODUCT = Path(troubleshoot.__file__).parent


def strict() -> bool:
    """Whether a missing need fails the test (continuous integration) instead of skipping it."""
    return os.environ.get("MENDPOINT_STRICT") == "1"


def need(condition: object, reason: str) -> None:
    """Skip the test for ``reason`` when ``condition`` is false; fail it under MENDPOINT_STRICT=1."""
    if condition:
        return
    if strict():
        pytest.fail(f"needed here: {reason}")
    pytest.skip(reason)


def replace_everywhere(patch: pytest.MonkeyPatch, module: ModuleType, name: str, value: object) -> None:
    """Replace a function in every module of the product that holds it by name, its package's door included.

    Each module is loaded before: one that was loaded meanwhile would keep what it found then, long after the test.
    """
    load_everything()
    original = getattr(module, name)
    for loaded in [found for path, found in sys.modules.items() if path.startswith("troubleshoot")]:
        for attribute in [held for held, kept in vars(loaded).items() if kept is original]:
            patch.setattr(loaded, attribute, value)


@functools.cache
def syntax_of_the_product() -> dict[Path, ast.Module]:
    """Each module of the product, read once for all tests that look at how it is written; not to be changed."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PRODUCT.rglob("*.py"))}


@functools.cache
def shipped_catalog() -> Catalog:
    """The shipped catalogue alone, read once."""
    return content.load_catalog([content.SHIPPED_CATALOG], probed_facts())


@functools.cache
def load_everything() -> None:
    """Import every module of the product."""
    for found in pkgutil.walk_packages(troubleshoot.__path__, f"{troubleshoot.__name__}."):
        importlib.import_module(found.name)
