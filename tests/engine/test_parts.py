"""Parts that several guides share: how they are joined, and where a fault in one is found."""

from collections.abc import Iterable

import pytest

from tests.engine.sample import FACTS, FILES, problems
from troubleshoot.engine import (
    Catalog,
    CatalogError,
    FactList,
    Guide,
    GuidePart,
    parse_catalog,
    parse_guide,
    walk_guide,
)
from troubleshoot.engine.guide_examples import uncovered
from troubleshoot.engine.guide_parts import expand, joined
from troubleshoot.engine.toml import load
from troubleshoot.engine.toml_tables import top

TOLD = FactList({**FACTS.values, "told.when": ("at_once", "later")})
FIRST, SECOND, ROOM = "guides/first.toml", "guides/second.toml", "parts/room.toml"

GUIDES = {
    FIRST: """\
format = 2
title = "The lamp flickers"
start = "light"
parts = ["room"]

[steps.light]
fact = "lamp.light"
to = { on = "when", off = "room", unknown = "room" }

[steps.when]
ask = "When?"
answers = { at_once = "At once", later = "Later" }
tells = "told.when"
to = { at_once = "room", later = "end" }

[steps.end]
end = "escalate"
title = "Somebody comes"
text = "They look at the lamp."

[[example]]
name = "It is on"
answers = { light = "on", when = ["later"] }
end = "end"
""",
    SECOND: """\
format = 2
title = "The lamp hums"
start = "bulb"
parts = ["room"]

[steps.bulb]
fact = "lamp.bulb"
to = { good = "shared_only", broken = "end", unknown = "end" }

[steps.end]
end = "escalate"
title = "Somebody comes"
text = "They look at the lamp."

[[example]]
name = "The bulb is broken"
answers = { bulb = ["broken", "unknown"] }
end = "end"
""",
}
PART = """\
# What both guides ask.
[steps.room]
ask = "Where is the lamp?"
answers = { hall = "In the hall", attic = "In the attic" }
to = { hall = "end", attic = "shared_only" }

[steps.shared_only]
try = "Shake it."
to = { worked = "done", no_change = "end" }

[steps.done]
end = "solved"
title = "It shines"
text = "Leave it on."

[[example]]
name = "In the hall"
answers = { room = "hall" }
end = "end"

[[example]]
name = "Shaken"
answers = { shared_only = ["worked"] }
end = "done"
"""


def files(**changed: str) -> dict[str, bytes]:
    """Return the sample with the two guides and their part, some replaced."""
    texts = {**FILES, **GUIDES, ROOM: PART, **changed}
    return {name: text.encode() for name, text in texts.items()}


def both(**changed: str) -> Catalog:
    return parse_catalog(files(**changed), TOLD)


def faults(changed: dict[str, str]) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        both(**changed)
    return [str(problem) for problem in caught.value.problems]


def spoiled(file: str, old: str, new: str) -> list[str]:
    text = {**GUIDES, ROOM: PART}[file]
    assert old in text
    return faults({file: text.replace(old, new, 1)})


class TestExpanded:
    def test_holds_the_texts_of_guide_and_part(self) -> None:
        guide = both().guides["first"]
        assert guide.source == GUIDES[FIRST] + PART
        assert guide.steps["room"].part == "room"
        assert guide.steps["when"].part == ""
        assert walk_guide(guide, {"light": "off", "room": "attic"}).at.name == "shared_only"

    def test_has_another_digest_with_another_part(self) -> None:
        changed = both(**{ROOM: PART.replace("Shake it.", "Turn it.")})
        assert changed.guides["first"].digest != both().guides["first"].digest
        assert changed.guides["lamp-dark"].digest == both().guides["lamp-dark"].digest
        assert changed.digest != both().digest

    def test_leaves_out_what_the_guide_does_not_reach(self) -> None:
        assert set(both().guides["second"].steps) == {"bulb", "end", "shared_only", "done"}

    def test_is_read_back_from_its_stored_text_alone(self) -> None:
        for name in ("first", "second"):
            guide = both().guides[name]
            again = parse_guide(name, guide.source.encode(), TOLD)
            assert (again.digest, again.source, set(again.steps)) == (guide.digest, guide.source, set(guide.steps))
            assert {step.name: step.to for step in again.steps.values()} == {
                step.name: step.to for step in guide.steps.values()
            }

    def test_is_what_parsing_its_text_gives(self) -> None:
        """The pieces are parsed once and joined; the whole text is what a case keeps."""
        found = files(
            **{FIRST: GUIDES[FIRST] + PART[PART.index("[[example]]") :].replace('room = "hall"', 'when = "x"')}
        )
        own, part = (top(load(name, found[name]), []) for name in (FIRST, ROOM))
        text = expand(own, found[FIRST], [GuidePart("room", part, found[ROOM], "")])
        whole = joined(own, [GuidePart("room", part, found[ROOM], "")], text)
        parsed = load(FIRST, text.data)
        assert whole is not None
        assert (whole.data, whole.lines) == (parsed.data, parsed.lines)

    @pytest.mark.parametrize("more", ["[steps]\n", "example = 1\n"])
    def test_is_parsed_where_its_pieces_may_not_fit(self, more: str) -> None:
        part = top(load(ROOM, (more + PART.partition("[[example]]")[0]).encode()), [])
        own = top(load(FIRST, GUIDES[FIRST].encode()), [])
        pieces = [GuidePart("room", part, b"", "")]
        assert joined(own, pieces, expand(own, GUIDES[FIRST].encode(), pieces)) is None

    def test_may_end_without_a_line_break(self) -> None:
        guide = both(**{FIRST: GUIDES[FIRST].rstrip()}).guides["first"]
        assert guide.source == GUIDES[FIRST] + PART

    def test_is_listed_with_the_part_once(self) -> None:
        catalog = both()
        assert catalog.parts["room"].steps == ("room", "shared_only", "done")
        assert ROOM in catalog.digests


def left_out(name: str, guides: Iterable[Guide]) -> list[tuple[str, str]]:
    """The branches of one of the guides that no example of any walks."""
    return [(step.name, value) for guide, step, value in uncovered(guides) if guide.name == name]


class TestCoverage:
    def test_counts_what_another_guide_with_the_part_walks(self) -> None:
        changed = PART.replace('["worked"]', '["worked", "no_change"]').replace('end = "done"', 'end = "done"')
        guides = both().guides
        assert ("room", "attic") in left_out("first", guides.values())
        own = '\n[[example]]\nname = "Attic"\nanswers = { light = "off", room = "attic", shared_only = "no_change" }\n'
        more = both(**{FIRST: GUIDES[FIRST] + own + 'end = "end"\n', ROOM: PART}).guides
        assert ("shared_only", "no_change") in left_out("second", [more["second"]])
        assert ("shared_only", "no_change") not in left_out("second", more.values())
        assert "stops at end, not at done" in faults({ROOM: changed})[0]

    def test_does_not_count_a_step_of_another_guide_that_has_the_same_name(self) -> None:
        guides = both().guides
        assert ("light", "off") in left_out("first", guides.values())


# file, old text, new text, the problem that must be found
SPOILED = [
    (ROOM, 'attic = "shared_only"', 'attic = "nowhere"', f"{ROOM}:5: steps.room.to.attic: there is no step nowhere"),
    (ROOM, 'ask = "Where', 'colour = "red"\nask = "Where', f"{ROOM}:3: steps.room.colour: unknown key"),
    (ROOM, 'worked = "done"', 'helped = "done"', f"{ROOM}:9: steps.shared_only.to: the value worked leads nowhere"),
    (ROOM, 'hall = "end"', 'hall = "room"', f"{ROOM}:2: steps.room: the path from here comes back to here"),
    (
        ROOM,
        'end = "end"',
        'end = "done"',
        f"{ROOM}:16: example[1]: the example “In the hall” stops at end, not at done",
    ),
    (ROOM, "[steps.done]", "[steps.when]", f"{ROOM}:11: steps.when: this step stands in {FIRST}:10 already"),
    (ROOM, "# What", 'title = "x"\n# What', f"{ROOM}:1: title: unknown key"),
    (ROOM, "to = { hall", "to = { { hall", f"{ROOM}:5: steps.room.to: not valid TOML here"),
    (
        ROOM,
        "[[example]]",
        '[steps.lost]\nend = "solved"\ntitle = "x"\ntext = "x"\n[[example]]',
        f"{ROOM}:16: steps.lost: no path of any guide leads here",
    ),
    (FIRST, '["room"]', '["rooom"]', f"{FIRST}:4: parts[1]: there is no part rooom"),
    (FIRST, '["room"]', '["room", "room"]', f"{FIRST}:4: parts[2]: stands here twice"),
    (FIRST, '["room"]', '"room"', f"{FIRST}:4: parts: must be a list of texts"),
    (FIRST, 'off = "room"', 'off = "rom"', f"{FIRST}:8: steps.light.to.off: there is no step rom"),
    (
        FIRST,
        'later = "end"',
        'latre = "end"',
        f"{FIRST}:14: steps.when.to.latre: is no value of told.when; it is one of",
    ),
    (FIRST, "told.when", "told.how", f"{FIRST}:13: steps.when.tells: a question may tell one of told.when"),
    (FIRST, "told.when", "lamp.light", f"{FIRST}:13: steps.when.tells: a question may tell one of told.when"),
    (SECOND, 'broken = "end"', 'broken = "when"', f"{SECOND}:8: steps.bulb.to.broken: there is no step when"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), SPOILED, ids=[f"{f[0]} {f[2][:30]}" for f in SPOILED])
def test_a_fault_is_found_in_the_file_of_its_author(file: str, old: str, new: str, expected: str) -> None:
    found = spoiled(file, old, new)
    assert [text for text in found if text.startswith(expected)], found
    assert {text.partition(":")[0] for text in found} == {file}, "nothing is blamed on a file that is sound"


def test_a_part_that_no_guide_uses_is_named() -> None:
    assert problems({"parts/alone.toml": b'[steps.a]\nend = "solved"\n'}) == [
        "parts/alone.toml:1: steps.a: no path of any guide leads here"
    ]
