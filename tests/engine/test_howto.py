"""What a person does step by step, in a guide's file: numbered texts, and commands to copy."""

import pytest

from tests.engine.sample import FACTS, FILES, problems
from troubleshoot.engine import parse_catalog
from troubleshoot.engine.instructions import CommandToCopy, HowTo

STEPS = 'steps = ["Open the hatch.", "Shake it."]'
SHAKE = 'try = "Shake it."'


def guide(*lines: str, at: str = SHAKE) -> dict[str, bytes]:
    """Return the sample guide with more lines in one of its steps."""
    text = FILES["guides/lamp-dark.toml"]
    assert at in text
    return {"guides/lamp-dark.toml": text.replace(at, "\n".join([at, *lines])).encode()}


def test_is_read_with_its_commands() -> None:
    files = {name: text.encode() for name, text in FILES.items()}
    lines = [
        STEPS,
        'different = "Look for the hatch below."',
        'commands = [{ where = "this computer", text = "lamp --shake", warning = "It rattles." }]',
    ]
    found = parse_catalog(files | guide(*lines), FACTS).guides["lamp-dark"].steps["shake"].how
    command = CommandToCopy("this computer", "lamp --shake", "It rattles.")
    assert found == HowTo(("Open the hatch.", "Shake it."), "Look for the hatch below.", (command,))
    assert found
    assert not HowTo()


@pytest.mark.parametrize(("where", "elsewhere"), [("this computer", ""), ("the moon", "the moon"), ("Azure", "")])
def test_names_any_other_place_as_its_heading_does(where: str, elsewhere: str) -> None:
    files = {name: text.encode() for name, text in FILES.items()}
    lines = [f'commands = [{{ where = "{where}", text = "lamp --shake" }}]']
    (command,) = parse_catalog(files | guide(*lines), FACTS).guides["lamp-dark"].steps["shake"].how.commands
    assert command.elsewhere == elsewhere


@pytest.mark.parametrize(
    ("line", "key", "text"),
    [
        ('steps = ["Open it.", "Open it."]', "shake.steps[2]", "stands here twice"),
        ('steps = ["<b>Open</b> it."]', "shake.steps[1]", "plain text"),
        (f'steps = ["{"x" * 301}"]', "shake.steps[1]", "1 to 300 characters"),
        (f"steps = {[str(number) for number in range(13)]}", "shake.steps", "more than 12 steps"),
        ('different = "Elsewhere."', "shake.different", "no steps that could look different"),
        ('commands = [{ where = "moon", text = "x" }]', "shake.commands[1].where", "must be one of this computer"),
        ('commands = [{ where = "that computer", text = "x" }]', "shake.commands[1].where", "must be one of"),
        ('commands = [{ where = "the first computer", text = "x" }]', "shake.commands[1].where", "must be one of"),
        ('commands = [{ where = "Azure" }]', "shake.commands[1].text", "is missing"),
        ('commands = [{ where = "Azure", text = "x", run = true }]', "shake.commands[1].run", "unknown key"),
    ],
)
def test_that_is_wrong_is_named_by_line_and_key(line: str, key: str, text: str) -> None:
    assert any(key in one and text in one and one.startswith("guides/lamp-dark.toml:") for one in problems(guide(line)))


def test_is_for_people_and_not_for_readings_or_remedies() -> None:
    for at in ('fact = "lamp.light"', 'fix = "switch-on"'):
        (problem,) = problems(guide(STEPS, at=at))
        assert "nobody follows steps here" in problem
