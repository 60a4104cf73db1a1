"""What a test needs from its surroundings, and what happens when it is not there."""

import os

import pytest


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
