"""The lint rule about docstrings: what it must find, and what it must leave alone."""

import pytest

from tests.lint.docstrings import findings, main


@pytest.mark.parametrize(
    "text",
    [
        "The exit code.",
        "Returns the exit code.",
        "Whether it ran.",
        "What ran.",
        "Exit code: of the last.",
        "how it ran",
    ],
)
@pytest.mark.parametrize(
    "kind", ["def run():", "async def run():", "class Run:\n  def run(self):", "@cache\ndef run():"]
)
def test_another_beginning_is_found(kind: str, text: str) -> None:
    body = kind + f'\n    """{text}"""\n'
    assert [one.split(": ")[1] for one in findings(body, "here.py")] == ["run"]


@pytest.mark.parametrize(
    "code",
    [
        'def run():\n    """Return the exit code."""',
        'def run():\n    """Stop. Nothing follows."""',
        "def run():\n    return 0",
        '@property\ndef code(self):\n    """The exit code."""',
        '@cached_property\ndef code(self):\n    """The exit code."""',
        'class Run:\n    """One run."""',
        'TRIES = 3\n"""Of one run."""',
    ],
)
def test_what_is_written_well_is_left_alone(code: str) -> None:
    assert list(findings(code, "here.py")) == []


def test_the_product_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out
