"""Sentences of a guide that name the computer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sample import sample, spoiled
from troubleshoot.engine.placeholders import NO_TEXT, Text, fault

PLAIN = st.text(st.characters(exclude_characters="{}"), max_size=30)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


class TestText:
    @pytest.mark.parametrize(
        ("template", "for_any", "for_one"),
        [
            ("{host} is off", "The computer is off", "ACC-07 is off"),
            ("The way to {host} is long", "The way to the computer is long", "The way to ACC-07 is long"),
            ("It is off. {host} sleeps", "It is off. The computer sleeps", "It is off. ACC-07 sleeps"),
            ("Is it {host}'s? {host}", "Is it the computer's? The computer", "Is it ACC-07's? ACC-07"),
            ("No computer is named", "No computer is named", "No computer is named"),
        ],
    )
    def test_speaks_of_any_computer_or_of_one_by_its_name(self, template: str, for_any: str, for_one: str) -> None:
        text = Text.filled(template)
        assert (str(text), text.about("ACC-07"), text.about("")) == (for_any, for_one, for_any)

    @given(st.lists(PLAIN, min_size=1, max_size=5), NAMES)
    def test_puts_the_name_where_the_placeholders_stand_and_changes_nothing_else(
        self, pieces: list[str], name: str
    ) -> None:
        text = Text.filled("{host}".join(pieces))
        assert text.about(name) == name.join(pieces)
        assert "{host}" not in text
        assert text.casefold() == "the computer".join(pieces).casefold()

    @given(st.text(), NAMES)
    def test_that_is_literal_stays_as_it_is(self, text: str, name: str) -> None:
        assert Text.literal(text) == Text.literal(text).about(name) == text

    def test_that_is_empty_says_nothing_of_any_computer(self) -> None:
        assert NO_TEXT.about("ACC-07") == NO_TEXT == ""
        assert not NO_TEXT


@given(st.lists(PLAIN, min_size=1, max_size=5))
def test_a_sound_template_has_no_fault(pieces: list[str]) -> None:
    assert fault("{host}".join(pieces)) is None


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{hosts} is off", "there is no placeholder {hosts}, only {host}"),
        ("{} is off", "there is no placeholder {}, only {host}"),
        ("{host is off", "a brace stands only around a placeholder"),
        ("host} is off", "a brace stands only around a placeholder"),
        ("{{host} is off", "a brace stands only around a placeholder"),
    ],
)
def test_a_faulty_template_is_said(template: str, said: str) -> None:
    assert fault(template) == said


def test_a_step_says_its_text_and_what_it_is_not() -> None:
    step = sample().guides["lamp-dark"].steps["switch"]
    assert (step.title, step.title.about("LAMP-1")) == (
        "The computer has a lamp that is off",
        "LAMP-1 has a lamp that is off",
    )
    assert step.full_text == "Somebody switched it off. It is not your bulb."
    assert sample().guides["lamp-dark"].steps["solved"].full_text == "Leave it on."


GUIDE, ACTION, ERRORS = "guides/lamp-dark.toml", "actions/switch-on.toml", "errors/lamp.toml"
NOTHING = "nothing is put in here: placeholders stand in title, text and not_your of a guide's steps"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (GUIDE, "{host} has", "{hsot} has", f"{GUIDE}:20: steps.switch.title: there is no placeholder {{hsot}}"),
        (GUIDE, "your bulb.", "your {bulb}.", f"{GUIDE}:22: steps.switch.not_your: there is no placeholder {{bulb}}"),
        (GUIDE, "They look at {host}.", "They look at {host.", f"{GUIDE}:38: steps.call.text: a brace stands only"),
        (GUIDE, "Where is the lamp?", "Where is {host}?", f"{GUIDE}:10: steps.where.ask: {NOTHING}"),
        (GUIDE, "In the hall", "In {host}", f"{GUIDE}:11: steps.where.answers.hall: {NOTHING}"),
        (GUIDE, "The lamp is dark", "{host} is dark", f"{GUIDE}:2: title: {NOTHING}"),
        (GUIDE, "It is on", "{host} is on", f"{GUIDE}:41: example[1].name: {NOTHING}"),
        (ACTION, "The lamp is switched", "{host} is switched", f"{ACTION}:4: explain: {NOTHING}"),
        (ACTION, "It is bright.", "{host} is bright.", f"{ACTION}:5: risk_reasons[1]: {NOTHING}"),
        (ERRORS, "The lamp gives", "{host} gives", f"{ERRORS}:14: cause[1].sentence: {NOTHING}"),
    ],
)
def test_a_placeholder_that_would_reach_a_page_is_found(file: str, old: str, new: str, said: str) -> None:
    assert [text for text in spoiled(file, old, new) if text.startswith(said)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("format = 2\n", "", f"{GUIDE}:1: format: is missing"),
        ("format = 2", "format = 1", f"{GUIDE}:1: format: guides are written in format 2, not 1"),
        ("format = 2", "format = 3", f"{GUIDE}:1: format: guides are written in format 2, not 3"),
        ('title = "It shines"\n', "", f"{GUIDE}:25: steps.solved.title: is missing"),
        ('text = "Leave it on."\n', "", f"{GUIDE}:25: steps.solved.text: is missing"),
        ('text = "Somebody switched it off."\n', "", f"{GUIDE}:18: steps.switch.text: is missing"),
        ('not_your = "It is not your bulb."', "not_your = 5", f"{GUIDE}:22: steps.switch.not_your: must be a text"),
        ('attic = "In the attic", ', "", f"{GUIDE}:11: steps.where.answers: the answer attic has no words"),
        ('start = "light"', 'start = "light"\nmeanwhile = ["shake"]', f"{GUIDE}:4: meanwhile[1]: there is no question"),
        ('start = "light"', 'start = "light"\nmeanwhile = "where"', f"{GUIDE}:4: meanwhile: must be a list of texts"),
    ],
)
def test_a_missing_or_wrong_field_of_a_guide_is_found(old: str, new: str, said: str) -> None:
    assert [text for text in spoiled(GUIDE, old, new) if text.startswith(said)]
