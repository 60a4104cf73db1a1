"""Guides that were stored before format 2: they open, and are shown as they are."""

import hashlib
from pathlib import Path

import pytest

from troubleshoot import engine
from troubleshoot.engine import CatalogError, Guide, parse_guide, walk_guide

STORED = {
    "documents-do-not-print": "c1ee4936f617",
    "rdp-connection-closed": "57714acdbabf",
    "rdp-name": "09b1fc466a5a",
}
"""Guides as commit 9c313a4 stored them, each with how its digest began there."""


def stored(name: str) -> Guide:
    return parse_guide(name, (Path(__file__).parent / "format_1" / f"{name}.toml").read_bytes(), None)


@pytest.mark.parametrize("name", STORED)
def test_keeps_its_digest_and_its_text(name: str) -> None:
    guide = stored(name)
    assert guide.digest.startswith(STORED[name])
    assert hashlib.sha256(guide.source.encode()).hexdigest() == guide.digest


@pytest.mark.parametrize("name", STORED)
def test_walks_its_examples_to_their_ends(name: str) -> None:
    guide = stored(name)
    walked = [
        (walk_guide(guide, answers).at.name, one.end)
        for one in guide.examples
        for answers in one.journeys()
        if not one.start or one.start == guide.start
    ]
    assert len(walked) > 5
    assert {reached for reached, _ in walked} == {end for _, end in walked}


@pytest.mark.parametrize("name", STORED)
def test_shows_each_sentence_as_it_stands_in_the_file(name: str) -> None:
    guide = stored(name)
    texts = [text for step in guide.steps.values() for text in (step.title, step.text) if text]
    assert texts
    for text in texts:
        assert text.about("ACC-07") == text
        assert text.split("\n")[0][:60] in guide.source
    assert {step.not_your for step in guide.steps.values()} == {""}
    assert any("It is not your" in text for text in texts)


def test_may_hold_braces_that_mean_nothing() -> None:
    old = b'title = "Of {host}"\nstart = "end"\n[steps.end]\nend = "solved"\ntitle = "{host} and {{"\n'.replace(
        b" and {{", b" and {"
    )
    step = parse_guide("old", old, None).steps["end"]
    assert step.title == step.title.about("ACC-07") == "{host} and {"


def test_asks_one_question_ahead_in_each_step_that_asks_it() -> None:
    guide = stored("rdp-connection-closed")
    assert guide.meanwhile == ("when", "outside_only")
    kept = {guide.steps["when"].subject: "at_once"}
    assert engine.said_ahead(kept, guide.steps) == {"when": "at_once", "outside_only": "at_once"}
    assert engine.said_ahead({"Something else?": "yes"}, guide.steps) == {}


@pytest.mark.parametrize("mark", ["format = 3", "format = 0", 'format = "2"'])
def test_an_unknown_format_is_refused(mark: str) -> None:
    with pytest.raises(CatalogError, match=r"new\.toml:1: format: "):
        parse_guide("new", f'{mark}\ntitle = "x"\nstart = "end"\n[steps.end]\nend = "solved"\n'.encode(), None)
