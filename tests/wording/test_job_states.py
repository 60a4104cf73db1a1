"""How a job stands or ended is said in one vocabulary."""

from pathlib import Path

import pytest

import troubleshoot
from troubleshoot import wording
from troubleshoot.models import JobState

ROOT = Path(troubleshoot.__file__).parent


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_words_that_fit_into_a_sentence(state: JobState) -> None:
    words = wording.state_words(state)
    assert words
    assert words[0].islower()


def test_no_page_shows_the_label_of_a_column_instead() -> None:
    files = [*ROOT.rglob("*.py"), *(ROOT.parent / "templates").rglob("*.html")]
    assert [path.name for path in files if "get_state_display" in path.read_text(encoding="utf-8")] == []
