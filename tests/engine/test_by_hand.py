"""What the portal does not run: remedies that a person carries out, and those that it refuses."""

import pytest

from tests.engine.sample import FACTS, FILES, problems
from troubleshoot.engine import parse_catalog

HEAD = """\
title = "Turn the lamp by hand"
risk = "low"
explain = "You turn it."
source = ["the lamp's manual"]
"""
MANUAL = HEAD + 'manual = true\nsteps = ["Turn it."]\n[verify]\nwithin = "30s"\n"lamp.light" = ["on"]\n'
REFUSED = HEAD + 'refused = "It breaks."\ninstead = "Switch it on."\n'


def files(text: str) -> dict[str, bytes]:
    """Return the sample catalogue with one more action, `by-hand`."""
    return {"actions/by-hand.toml": text.encode()}


def test_are_read_beside_the_automatic_ones() -> None:
    sample = {name: text.encode() for name, text in FILES.items()}
    found = parse_catalog(sample | files(MANUAL), FACTS).actions
    assert {name: action.kind for name, action in found.items()} == {"by-hand": "manual", "switch-on": "automatic"}
    assert found["by-hand"].how.steps == ("Turn it.",)
    assert found["by-hand"].certainty == "documented"
    refused = parse_catalog(sample | files(REFUSED + 'certainty = "field_report"\n'), FACTS).actions["by-hand"]
    assert (refused.kind, refused.refused, refused.instead) == ("refused", "It breaks.", "Switch it on.")
    assert refused.certainty == "field_report"


@pytest.mark.parametrize(
    ("text", "old", "new", "problem"),
    [
        (MANUAL, 'steps = ["Turn it."]', "", "steps: is missing"),
        (MANUAL, "[verify]", '[guards]\n"lamp.bulb" = ["good"]\n[verify]', "guards: nothing is run"),
        (MANUAL, "[verify]", 'temporary = "1h"\n[verify]', "temporary: what a person does by hand"),
        (MANUAL, '[verify]\nwithin = "30s"\n"lamp.light" = ["on"]\n', "", "verify: is missing"),
        (
            MANUAL,
            "[verify]",
            '[[example]]\nend = "verified"\n[verify]',
            "example: what a person does by hand cannot be",
        ),
        (MANUAL, "manual = true\n", "", "steps: the portal runs this"),
        (MANUAL, "manual = true", 'manual = true\ninstead = "Wait."', "instead: stands beside what is refused"),
        (MANUAL, "manual = true", 'manual = true\ncertainty = "sure"', "certainty: must be one of documented"),
        (
            REFUSED,
            'instead = "Switch it on."',
            'instead = "Switch it on."\n[beside]\n"lamp.bulb" = ["good"]',
            "beside: what is refused is never offered",
        ),
        (MANUAL, "[verify]", '[beside]\n"lamp.bulb" = ["god"]\n[verify]', "lamp.bulb is never 'god'"),
        (REFUSED, 'instead = "Switch it on."', "", "instead: is missing"),
        (REFUSED, "refused", "manual = true\nrefused", "manual: what is refused is never offered"),
        (REFUSED, "refused", 'steps = ["Turn it."]\nrefused', "steps: what is refused is never offered"),
        (REFUSED, "refused", "refused = 5\nother", "refused: must be a text"),
    ],
)
def test_that_are_wrong_are_named_by_line_and_key(text: str, old: str, new: str, problem: str) -> None:
    assert old in text
    found = problems(files(text.replace(old, new)))
    assert any(problem in one and one.startswith("actions/by-hand.toml:") for one in found), found


def test_that_are_refused_stand_in_no_guide() -> None:
    guide = FILES["guides/lamp-dark.toml"].replace('fix = "switch-on"', 'fix = "by-hand"').encode()
    found = problems(files(REFUSED) | {"guides/lamp-dark.toml": guide})
    assert any("there is no action by-hand" in one for one in found), found
