"""What `manage.py catalog` finds in a catalogue that a start would take."""

import pytest

from tests.engine.sample import FACTS, FILES, READING, WORDS
from troubleshoot.engine import FactList, FactWords, faults, parse_catalog, values_by_name

GUIDE, ACTION, ERRORS, PART = "guides/lamp-dark.toml", "actions/switch-on.toml", "errors/lamp.toml", "parts/cord.toml"


def found(more: dict[str, str] | None = None, facts: FactList = FACTS) -> list[str]:
    """What is still owed by the sample with more, or other, files."""
    files = {name: text.encode() for name, text in (FILES | (more or {})).items()}
    return [str(one) for one in faults(parse_catalog(files, facts), files, {"bulb-broken"})]


def spoiled(file: str, old: str, new: str) -> list[str]:
    assert old in FILES[file], f"{old!r} is not in {file}"
    return found({file: FILES[file].replace(old, new, 1)})


def test_a_sound_catalogue_owes_nothing() -> None:
    assert found() == []
    assert found({"facts/hall.toml": READING}) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (GUIDE, 'light = ["off", "unknown"]', 'light = "off"', f"{GUIDE}:7: steps.light.to.unknown: no example walks"),
        (GUIDE, '"declined", ', "", f"{GUIDE}:23: steps.switch.to.declined: no example walks this branch"),
        (GUIDE, "They look at {host}.", 'They look.\\ntitle = \\"x', f"{GUIDE}:38: steps.call.text: holds a line of"),
        (ACTION, '"lamp.bulb" = "The bulb is broken."', "", f'{ACTION}:9: guards."lamp.bulb": has no words in'),
        (
            ACTION,
            "[verify]",
            '[[example]]\nfaults = ["bulb-broken", "no-bulb"]\nend = "verified"\n\n[verify]',
            f"{ACTION}:29: example[1].faults: the lab knows no fault no-bulb",
        ),
        (
            GUIDE,
            'try = "Shake it."',
            'try = "Shake it."\ncommands = [{ where = "Azure", text = "x", warning = "Run it on the gateway." }]',
            f"{GUIDE}:16: steps.shake.commands[1].warning: begins with the place, which belongs into `where`",
        ),
        (ERRORS, 'text = "It does not shine."\n', "", f"{ERRORS}:21: code[1].text: is missing"),
        (ERRORS, 'is_not = "It is not the wall."\n', "", f"{ERRORS}:21: code[1].is_not: is missing"),
        (ERRORS, 'guide = "lamp-dark"\n', "", f"{ERRORS}:21: code[1].guide: is missing"),
        (
            ERRORS,
            '[[family]]\nnamespace = "lamp"',
            '[[family]]\nnamespace = "bulb"',
            f"{ERRORS}:22: code[1].namespace: no [[family]] gives this namespace words",
        ),
        (
            ERRORS,
            'fits = [{ "lamp.bulb" = ["broken"] }]',
            'fits = [{ "lamp.bulb" = ["broken"] }, { "lamp.light" = ["on"] }]',
            f"{ERRORS}:17: cause[1].fits[2]: never decides: by these facts the cause is “ruled out”",
        ),
        (
            ERRORS,
            (
                'excluded_by = [{ "lamp.light" = ["on"] }]\nfits = [{ "lamp.bulb" = ["broken"] }]\n'
                'produces = { light = ["off"] }\n'
            ),
            'fits = [{ "lamp.bulb" = ["broken"] }]\n',
            f"{ERRORS}:11: cause[1].excluded_by: nothing speaks against this cause",
        ),
    ],
)
def test_what_is_owed_is_found_at_its_line_and_key(file: str, old: str, new: str, said: str) -> None:
    problems = spoiled(file, old, new)
    assert [one.startswith(said) for one in problems] == [True], problems


def test_one_kind_of_rule_is_enough_to_speak_for_a_cause() -> None:
    shown, fits = 'shown_by = [{ "lamp.light" = ["off"] }]\n', 'fits = [{ "lamp.bulb" = ["broken"] }]\n'
    assert spoiled(ERRORS, shown, "") == spoiled(ERRORS, fits, "") == []
    without = FILES[ERRORS].replace(shown, "").replace(fits, "")
    assert found({ERRORS: without}) == [], "the code of the sample is documented, and names this cause alone"
    unsure = without.replace('certainty = "documented"', 'certainty = "field_report"')
    assert found({ERRORS: unsure}) == [
        f"{ERRORS}:11: cause[1].fits: no rule speaks for this cause, here or in shown_by, "
        "and no documented code names it alone"
    ]


def test_more_questions_than_a_person_bears_before_a_remedy_are_found() -> None:
    text = FILES[GUIDE].replace('off = "where"', 'off = "near"').replace('unknown = "where"', 'unknown = "near"')
    near = '[steps.near]\nask = "Are you near it?"\nanswers = { yes = "Yes" }\nto = { yes = "where" }\n\n[steps.where]'
    text = text.replace("[steps.where]", near).replace(", where =", ', near = "yes", where =')
    assert found({GUIDE: text}) == [f"{GUIDE}:23: steps.switch: 3 questions come before this remedy, 2 at most"]


def test_a_branch_of_a_part_is_found_once_in_the_part() -> None:
    part = '[steps.cord]\nask = "Is it in?"\nanswers = { yes = "Yes", no = "No" }\nto = { yes = "call", no = "call" }\n'
    first = FILES[GUIDE].replace("format = 2\n", 'format = 2\nparts = ["cord"]\n')
    first = first.replace('dont_know = "call"', 'dont_know = "cord"').replace(
        'where = "dont_know" }', 'where = "dont_know", cord = "yes" }'
    )
    files = {GUIDE: first, "guides/lamp-hums.toml": first, PART: part}
    assert found(files) == [f"{PART}:4: steps.cord.to.no: no example walks this branch"]


class TestAFactOfAProbe:
    def test_without_words_is_found_though_no_file_declares_it(self) -> None:
        facts = FactList(values_by_name(WORDS), {"lamp.cord": ("in", "out")}, words=WORDS)
        assert found(facts=facts) == ["(probes):1: lamp.cord: this fact has no words: its probe declares it without"]

    def test_with_a_value_without_words_is_found(self) -> None:
        cord = FactWords("lamp.cord", "Cord", "inside", {"in": "in its socket"})
        facts = FactList(values_by_name(WORDS), {"lamp.cord": ("in", "out")}, words=[*WORDS, cord])
        assert found(facts=facts) == ["(probes):1: lamp.cord.out: this value has no words"]
