"""No guide, part or remedy teaches a person to paste commands: a page that does so is what attackers build."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from troubleshoot.catalog import installed_catalog
from troubleshoot.engine import Action, Guide, GuideStep
from troubleshoot.engine.instructions import HowTo

#: Words that tell somebody to run or paste something. `Run as administrator` is an entry of a menu.
TELLS = re.compile(
    r"windows ?(key)? ?\+ ?r\b|\bwin ?\+ ?r\b|\brun (the|this|it|these)\b"
    r"|\bpaste\b|\bcommand\b|\bcmd\b|powershell|terminal"
    r"|\b(ipconfig|nslookup|netsh|sfc|regedit|gpupdate|net (stop|start|use)|reg (add|delete|import))\b|\bping -",
    re.IGNORECASE,
)
#: What is pasted into the case itself.
INTO_THE_CASE = re.compile(r"press Ctrl\+C, then paste it here", re.IGNORECASE)


def guides() -> list[Guide]:
    return list(installed_catalog().guides.values())


def for_a_person(guide: Guide) -> Iterator[GuideStep]:
    """The steps whose instructions a page shows to an employee."""
    for step in guide.steps.values():
        if step.kind in {"ask", "try"} or (step.kind == "end" and step.subject != "escalate"):
            yield step


def told(step: GuideStep | Action) -> str:
    how: HowTo = step.how
    said = [step.title, *how.steps, how.different]
    said += [step.text, step.subject, *step.answers.values()] if isinstance(step, GuideStep) else [step.explain]
    return INTO_THE_CASE.sub("", "\n".join(map(str, said)))


def faults(step: GuideStep | Action) -> list[str]:
    """What a person would be told to run, unless the page shows it to them folded, as something that only reads."""
    commands = step.how.commands
    hidden = [one.text for one in commands if not one.only_reads]
    found = TELLS.findall(told(step))
    return [*hidden, "told of what the page does not show"] if found and (hidden or not commands) else []


def by_themselves() -> list[Action]:
    """The remedies that a person carries out alone, on their own PC."""
    return [one for one in installed_catalog().actions.values() if one.manual and one.self_service]


@pytest.mark.parametrize("guide", guides(), ids=lambda guide: guide.name)
def test_no_step_for_a_person_tells_them_to_run_something_that_changes(guide: Guide) -> None:
    assert {step.name: bad for step in for_a_person(guide) if (bad := faults(step))} == {}


@pytest.mark.parametrize("guide", guides(), ids=lambda guide: guide.name)
def test_no_step_for_a_person_carries_a_command_that_changes(guide: Guide) -> None:
    carried = {step.name: one.text for step in for_a_person(guide) for one in step.how.commands if not one.only_reads}
    assert carried == {}


@pytest.mark.parametrize("action", by_themselves(), ids=lambda action: action.name)
def test_no_remedy_for_a_person_needs_a_command_that_changes(action: Action) -> None:
    assert "Windows+R" not in told(action)
    found = TELLS.findall(told(action))
    if found:
        assert [one.text for one in action.how.commands if not one.only_reads] == []
    else:
        assert action.how.steps, "it can be done by the windows of Windows alone"


def test_there_is_something_to_look_through() -> None:
    assert {"udp-off-own-pc", "forget-names", "gateway-settings"} <= {one.name for one in by_themselves()}
    assert any(step.how.commands for guide in guides() for step in for_a_person(guide))


def test_a_step_that_does_it_would_be_found() -> None:
    step = next(one for guide in guides() for one in for_a_person(guide) if one.name == "own_pc")
    spoiled = [
        HowTo(("Press Windows+R, paste this and press Enter.",)),
        HowTo(("Run the command below.",)),
        HowTo(("Open a terminal and type sfc /scannow.",)),
    ]
    assert [bool(faults(replace(step, how=how))) for how in spoiled] == [True, True, True]
    assert faults(step) == []
