"""Failpoints: nothing happens at them in real use, each is passed, and what a test puts there is what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

from tests.support import PRODUCT
from troubleshoot.operations import failing
from troubleshoot.remote import Failpoint, failpoint, put_at_failpoints


@pytest.fixture(autouse=True)
def harmless() -> Iterator[None]:
    yield
    put_at_failpoints({})


def test_every_point_is_passed_at_one_place() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PRODUCT.rglob("*.py")]
    passed = [name for text in texts for name in re.findall(r"failpoint\(Failpoint\.([A-Z_]+)\)", text)]
    assert sorted(passed) == sorted(one.name for one in Failpoint)


@pytest.mark.parametrize("point", Failpoint)
def test_nothing_happens_at_one_unless_somebody_wants_it(point: Failpoint) -> None:
    failpoint(point)
    failing.arm_failpoints(f"{point}:raise")
    with pytest.raises(failing.FailpointReached):
        failpoint(point)
    for other in set(Failpoint) - {point}:
        failpoint(other)
    failing.arm_failpoints("")
    failpoint(point)


def test_one_can_wait_for_another() -> None:
    failing.arm_failpoints("after_start>before_send:raise")
    failpoint(Failpoint.BEFORE_SEND)
    failpoint(Failpoint.AFTER_START)
    with pytest.raises(failing.FailpointReached):
        failpoint(Failpoint.BEFORE_SEND)


@pytest.mark.parametrize(
    "wanted", ["after_claim", "no>after_claim:kill", "after_claim:burn", "nowhere:kill", "after_claim:sleep=long"]
)
def test_what_is_no_point_or_no_act_stops_the_start(wanted: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        failing.arm_failpoints(wanted)


def test_a_deployment_with_failpoints_is_refused(settings: Any) -> None:
    def told() -> list[str | None]:
        return [one.id for one in run_checks(tags=["security"], include_deployment_checks=True)]

    assert "troubleshoot.E006" not in told()
    settings.MENDPOINT_FAILPOINTS = "after_claim:kill"
    assert "troubleshoot.E006" in told()
