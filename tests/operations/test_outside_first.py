"""What a look sees from outside is kept before Windows is asked, so that a waiting person can read it."""

from typing import Any

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import ERROR, Work
from troubleshoot import cases
from troubleshoot.hosts import visits
from troubleshoot.models import Person, Reading


def test_the_reading_from_outside_is_there_while_windows_is_asked(
    lab: MakeLab, employee: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    inside = visits._observe_inside

    def look_inside(*given: Any) -> None:
        seen.append(list(Reading.objects.values_list("source", flat=True)))
        inside(*given)

    monkeypatch.setattr(visits, "_observe_inside", look_inside)
    cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=lab().row)
    work()
    assert seen == [["network"]]
    assert Reading.objects.filter(source="network").count() == 1
    assert Reading.objects.filter(source="windows").count() > 1
