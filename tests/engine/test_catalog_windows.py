"""Windows as content: what a file may say, and where a fault of it is found."""

import pytest

from tests.engine.sample import FACTS, FILES, GUIDE, problems
from troubleshoot.engine import Catalog, parse_catalog

FILE = "errors/windows-lamp.toml"
TEXT = """\
[[window]]
name = "Nobody switched it on"
guide = "lamp-dark"
start = "where"
en = ["The lamp in … was not switched on in time"]
de = ["Die Lampe in … wurde nicht rechtzeitig eingeschaltet"]
words = ["lamp forgotten"]
certainty = "documented"
source = "the lamp's manual"

[[window]]
code = "lamp/0x10/0x2"
en = ["It gives no light whatever you do"]
general = true
certainty = "field_report"
source = "the lamp's manual"

[[window]]
name = "It hangs in the attic"
guide = "lamp-dark"
refines = ["lamp/0x10/0x2"]
words = ["attic"]
certainty = "unconfirmed"
source = "the lamp's manual"

[subjects]
ours = ["lamp"]
others = ["car"]
"""
STARTS = GUIDE.replace('start = "light"', 'start = "light"\nstarts = ["where"]')
BEGUN = STARTS + '\n[[example]]\nname = "Begun at the question"\nanswers = { where = "dont_know" }\nend = "call"\n'
MORE = {FILE: TEXT.encode(), "guides/lamp-dark.toml": BEGUN.encode()}


def sample() -> Catalog:
    return parse_catalog({name: text.encode() for name, text in FILES.items()} | MORE, FACTS)


def test_a_sentence_leads_to_its_guide_and_the_step_where_that_begins() -> None:
    found = sample().codes.identify("The lamp in the hall was not switched on in time.")
    assert found.leads_to == ("lamp-dark", "where")
    assert found.window is not None
    assert (found.window.sentence, found.window.ask) == ("Nobody switched it on.", False)


def test_a_window_with_a_code_has_its_name_and_its_guide() -> None:
    found = sample().codes.identify("It gives no light, whatever you do!")
    assert found.used is not None
    assert (found.used.sentence, found.leads_to) == ("0x10 / 0x2: No light.", ("lamp-dark", ""))
    assert found.used.found.why == "the words of this window"


def test_an_example_may_begin_where_the_guide_may() -> None:
    catalog = sample()
    assert [one.start for one in catalog.guides["lamp-dark"].examples][-1] == "where"
    assert catalog.guides["lamp-dark"].begun_at("where").start == "where"
    assert catalog.guides["lamp-dark"].begun_at("shake").start == "light"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'start = "where"',
            'start = "shake"',
            "window[1].start: lamp-dark does not name shake among its starts",
        ),
        ('guide = "lamp-dark"\nstart', 'guide = "no-guide"\nstart', "window[1].guide: there is no guide no-guide"),
        ('code = "lamp/0x10/0x2"', 'code = "lamp/0x11"', "window[2].code: there is no code lamp/0x11; write it as"),
        ('code = "lamp/0x10/0x2"', 'name = "It hangs"', "window[2]: needs a code or a guide"),
        ('refines = ["lamp/0x10/0x2"]', 'refines = ["0x10"]', "window[3].refines[1]: there is no code 0x10"),
        ('words = ["attic"]\n', "", "window[3]: needs sentences (en, de"),
        ('words = ["attic"]', 'words = ["a"]', "window[3].words[1]: needs more letters"),
        ('words = ["attic"]', 'words = ["attic|"]', "window[3].words[1]: needs more letters"),
        ('["It gives no light whatever you do"]', '["It is dark"]', "window[2].en[1]: needs enough letters"),
        ('["It gives no light whatever you do"]', '["The lamp in … was not switched on in time"]', "stands under"),
        (
            'name = "It hangs in the attic"',
            'name = "Nobody switched it on"',
            "window[3].name: this window stands",
        ),
        ('certainty = "unconfirmed"', 'certainty = "sure"', "window[3].certainty: must be one of"),
        ('others = ["car"]', 'other = ["car"]', "subjects.other: unknown key"),
        ("general = true", "generally = true", "window[2].generally: unknown key"),
        ('name = "It hangs in the attic"\n', "", "window[3].name: is missing"),
    ],
)
def test_a_fault_is_found_at_its_line_and_key(old: str, new: str, expected: str) -> None:
    assert old in TEXT
    found = problems({**MORE, FILE: TEXT.replace(old, new, 1).encode()})
    assert [text for text in found if expected in text and text.startswith(f"{FILE}:")], found


def test_a_code_begins_only_where_its_guide_may() -> None:
    errors = FILES["errors/lamp.toml"].replace('guide = "lamp-dark"', 'guide = "lamp-dark"\nstart = "where"')
    assert problems({**MORE, "errors/lamp.toml": errors.encode()}) == []
    assert problems({"errors/lamp.toml": errors.encode()}) == [
        "errors/lamp.toml:29: code[1].start: lamp-dark does not name where among its starts (none)"
    ]


def test_a_further_start_has_to_be_a_step() -> None:
    guide = GUIDE.replace('start = "light"', 'start = "light"\nstarts = ["no"]')
    found = problems({"guides/lamp-dark.toml": guide.encode()})
    assert found == ["guides/lamp-dark.toml:4: starts[1]: there is no step no"]
