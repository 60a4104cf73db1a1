"""Readings that content declares: facts without a line of Python."""

import pytest

from tests.engine.sample import ACTION, FACTS, FILES, GUIDE, READING, RESOURCE, problems
from troubleshoot.engine import Catalog, CatalogError, Fact, FactList, FactWords, ResourceState, parse_catalog

FILE = "facts/hall.toml"
TEXT = READING


def catalog(**more: str) -> Catalog:
    files = {name: text.encode() for name, text in (FILES | {FILE: TEXT} | more).items()}
    return parse_catalog(files, FACTS)


def told(state: ResourceState | None) -> dict[str, str]:
    return {fact.name: fact.value for fact in catalog().readings["hall"].told(state)}


class TestADeclaredFact:
    @pytest.mark.parametrize(
        ("state", "value"),
        [
            ({"switch": False, "watts": 60}, "off"),
            ({"switch": True, "watts": 60}, "bright"),
            ({"switch": True, "watts": 59}, "on"),
            ({"switch": True, "watts": 0}, "unknown"),
            ({"switch": True, "watts": None}, "unknown"),
            ({"switch": 1, "watts": 60}, "on"),
            ({"switch": None, "watts": True}, "unknown"),
            ({}, "unknown"),
            (None, "unknown"),
        ],
    )
    def test_has_the_value_of_the_first_line_that_holds(self, state: ResourceState | None, value: str) -> None:
        assert told(state)["hall.lamp"] == value

    def test_says_which_fields_decided_with_a_host_s_text_escaped(self) -> None:
        reading = catalog().readings["hall"]
        assert list(reading.told({"switch": True, "watts": 60, "temperature": "ü" * 99}))[1] == Fact(
            "hall.heat", "unknown", ('Lamp in the hall: temperature "' + "\\u00fc" * 9 + "\\u00f",)
        )
        assert next(reading.told(None)).readings == ("Lamp in the hall: could not be read",)

    def test_can_be_routed_guarded_and_proved_by_like_those_of_probes(self) -> None:
        action = ACTION.replace('"lamp.bulb"  = ["good"]', '"hall.lamp" = ["on", "bright"]')
        to = '{ off = "where", on = "explained", bright = "explained", unknown = "where" }'
        guide = GUIDE.replace("lamp.light", "hall.lamp").replace(
            '{ on = "explained", off = "where", unknown = "where" }', to
        )
        made = catalog(**{"actions/switch-on.toml": action, "guides/lamp-dark.toml": guide})
        assert made.actions["switch-on"].verify.facts == {"hall.lamp": ("on", "bright")}
        # "lamp.light" judges the cause of a code that leads here.
        assert made.facts_of(made.guides["lamp-dark"]) == {"hall.lamp", "lamp.bulb", "lamp.light"}

    def test_counts_for_the_digest(self) -> None:
        other = TEXT.replace('value = "hot"', 'value = "warm"')
        assert catalog(**{FILE: other}).digest != catalog().digest


SPOILED = [
    ('resource = "lamp"', 'resource = "lmap"', f"{FILE}:2: resource: there is no resource lmap"),
    ('room = "hall"', 'room = "9"', f"{FILE}:3: params: lamp: the parameter room may not be '9'"),
    ('"hall.lamp"', '"hall"', f"{FILE}:6: fact[1].name: a fact is named with"),
    ('"hall.lamp"', '"lamp.light"', f"{FILE}:6: fact[1].name: a probe declares the fact lamp.light"),
    ('"hall.heat"', '"hall.lamp"', f"{FILE}:15: fact[2].name: the fact hall.lamp stands twice"),
    ("switch = false", "swich = false", f"{FILE}:9: fact[1].values[1].when.swich: lamp has no field swich"),
    ("switch = false", 'switch = "off"', f"{FILE}:9: fact[1].values[1].when.switch: switch must be boolean"),
    ("watts = 60 ", 'watts = "60" ', "values[2].at_least.watts: must be an integer"),
    ("at_least = { watts = 60 }", "at_least = { switch = 1 }", "at_least.switch: switch of lamp is no number"),
    ('value = "off"', 'value = "Off!"', "values[1].value: a value has lower-case letters"),
    ('value = "off"', 'value = "unknown"', "values[1].value: unknown is what a fact is where nothing else holds"),
    ("when = { switch = false }, ", "", "values[1]: an empty rule would always hold"),
    ('words = "No", ', "", "fact[1].values[1].words: is missing"),
    ('words = "No"', 'words = "<b>No</b>"', "values[1].words: is plain text"),
    ("bad = true }", 'bad = "yes" }', "values[1].bad: must be true or false"),
    ("bad = true }", "worse = true }", "values[1].worse: unknown key"),
    ('question = "Is it hot?"\n', "", "fact[2].question: is missing"),
    ("[[fact]]", "[[fcat]]", "fcat: unknown key"),
]


@pytest.mark.parametrize(("old", "new", "expected"), SPOILED, ids=[one[1][:40] for one in SPOILED])
def test_a_fault_of_a_reading_is_found_at_its_line_and_key(old: str, new: str, expected: str) -> None:
    assert old in TEXT
    found = problems({FILE: TEXT.replace(old, new, 1).encode()})
    assert [text for text in found if expected in text], found


def test_a_secret_field_is_never_made_a_fact() -> None:
    secret = RESOURCE.replace('words = "Temperature"', 'words = "Temperature"\nsecret = true')
    found = problems({FILE: TEXT.encode(), "resources/lamp/resource.toml": secret.encode()})
    assert found == [
        f"{FILE}:17: fact[2].values[1].at_least.temperature: temperature of lamp is secret: facts are stored and shown"
    ]


class TestSymptoms:
    SEEN = GUIDE.replace('start = "light"', 'start = "light"\nsymptoms = ["The room stays dark."]\ndefault = true')

    @pytest.mark.parametrize("text", ["The room stays dark.", "the room  stays dark", " THE ROOM\nSTAYS DARK!"])
    def test_lead_to_the_guide_that_names_them(self, text: str) -> None:
        symptom = catalog(**{"guides/lamp-dark.toml": self.SEEN}).codes.identify(text).symptom
        assert symptom is not None
        assert (symptom.text, symptom.guide) == ("The room stays dark.", "lamp-dark")

    @pytest.mark.parametrize("text", ["The room stays dark, and cold.", "", "The room stays dark." + " " * 200])
    def test_are_not_guessed(self, text: str) -> None:
        assert catalog(**{"guides/lamp-dark.toml": self.SEEN}).codes.identify(text).symptom is None

    def test_only_one_guide_is_for_everything_else(self) -> None:
        assert catalog(**{"guides/lamp-dark.toml": self.SEEN}).default_guide == "lamp-dark"
        assert catalog().default_guide == ""
        other = GUIDE.replace('start = "light"', 'start = "light"\ndefault = true')
        found = problems({"guides/lamp-dark.toml": self.SEEN.encode(), "guides/other.toml": other.encode()})
        assert found == ["guides/other.toml:4: default: lamp-dark is the guide for everything else already"]

    def test_lead_to_one_guide_only(self) -> None:
        other = GUIDE.replace('start = "light"', 'start = "light"\nsymptoms = ["THE room stays dark."]')
        found = problems({"guides/lamp-dark.toml": self.SEEN.encode(), "guides/other.toml": other.encode()})
        assert found == ["guides/other.toml:4: symptoms[1]: leads to lamp-dark already"]


CLOCK = {
    "resources/clock/resource.toml": """\
title = "Clock of the hall"
revert = "none"
revert_reason = "Only read."
[fields.build]
type = "string"
writable = false
compare = true
secret = false
words = "build"
[fields.revision]
type = "integer"
writable = false
compare = true
secret = false
words = "revision"
[fields.edition]
type = "string"
writable = false
compare = true
secret = false
words = "edition"
""",
    "resources/clock/read.ps1": "param()\n@{ build = $null; revision = $null; edition = $null }\n",
}
UPDATED = """\
title = "Clock"
resource = "clock"
[[fact]]
name = "clock.update"
question = "Is it known to stop?"
values = [
  { value = "stops", words = "Yes", bad = true },
  { value = "none", at_least = { revision = 1 }, words = "No" },
]
[[fact.update]]
kb = "KB1000001"
date = "2026-09-08"
build = "20348"
editions = ["Server"]
first = 10
repaired = 20
repaired_by = "KB1000002"
symptom = "stops"
certainty = "field_report"
source = "the clockmaker"
"""
SPOILED_UPDATES = [
    ('kb = "KB1000001"', 'kb = "1000001"', "update[1].kb: an update is named KB and its number"),
    ('repaired_by = "KB1000002"', 'repaired_by = "soon"', "repaired_by: an update is named KB and its number"),
    ('"2026-09-08"', '"8.9.2026"', "update[1].date: is a day such as 2026-09-08"),
    ('"2026-09-08"', '"2026-02-30"', "update[1].date: is a day such as 2026-09-08"),
    ('build = "20348"', 'build = "20348.5"', "update[1].build: is the number of a build"),
    ("repaired = 20", "repaired = 10", "update[1].repaired: must be later than first"),
    ('symptom = "stops"', 'symptom = "strikes"', "update[1].symptom: values has no words for strikes"),
    ('certainty = "field_report"', 'certainty = "sure"', "update[1].certainty: must be one of"),
    ('source = "the clockmaker"\n', "", "update[1].source: is missing"),
    ('source = "the clockmaker"', 'source = "x"\nsure = true', "update[1].sure: unknown key"),
    ('"stops", words', '"stopped", words', "values[1]: an empty rule would always hold"),
    ('resource = "clock"', 'resource = "bulb"', "fact[1].update: bulb has no string build by which updates"),
]


def clock(text: str = UPDATED) -> dict[str, bytes]:
    return {name: one.encode() for name, one in {**CLOCK, "facts/clock.toml": text}.items()}


class TestKnownBadUpdates:
    @pytest.mark.parametrize(
        ("build", "revision", "edition", "value"),
        [
            ("20348", 9, "Server", "none"),
            ("20348", 10, "Server", "stops"),
            ("20348", 19, "Server", "stops"),
            ("20348", 20, "Server", "none"),
            ("20348", 15, "Client", "none"),
            ("26100", 15, "Server", "none"),
            ("20348", None, "Server", "unknown"),
            ("20348", True, "Server", "unknown"),
            (None, None, None, "unknown"),
        ],
    )
    def test_count_from_the_build_that_has_them_to_the_one_that_is_repaired(
        self, build: str | None, revision: int | None, edition: str | None, value: str
    ) -> None:
        made = parse_catalog({name: text.encode() for name, text in FILES.items()} | clock(), FACTS)
        (fact,) = made.readings["clock"].told({"build": build, "revision": revision, "edition": edition})
        assert fact.value == value
        named = "KB1000001 of 2026-09-08, repaired by KB1000002 (field report)"
        assert (named in fact.readings) == (value == "stops")

    @pytest.mark.parametrize(("old", "new", "expected"), SPOILED_UPDATES, ids=[one[1][:40] for one in SPOILED_UPDATES])
    def test_are_checked_by_file_line_and_key(self, old: str, new: str, expected: str) -> None:
        assert old in UPDATED
        found = problems(clock(UPDATED.replace(old, new, 1)))
        assert [text for text in found if expected in text], found


ON_PC = (
    UPDATED
    + """[[fact.update]]
kb = "KB1000003"
date = "2026-01-13"
build = "26100"
first = 30
repaired = 40
repaired_by = "KB1000004"
symptom = "shows_nothing"
tells = "pc.clock"
certainty = "field_report"
source = "the clockmaker"
"""
)
PC_VALUES = {"shows_nothing": "It shows nothing", "none": "None"}
WITH_PC = FactList(
    {**FACTS.values, "pc.clock": tuple(PC_VALUES), "told.time": ("late", "early")},
    words=[
        *FACTS.words.values(),
        FactWords("pc.clock", "Updates on the own PC", "told", PC_VALUES),
        FactWords("told.time", "When", "told", {"late": "late", "early": "early"}),
    ],
)
SPOILED_ON_PC = [
    ('tells = "pc.clock"', 'tells = "pc.watch"', "update[2].tells: pc.watch is no told fact with a value none"),
    ('tells = "pc.clock"', 'tells = "told.time"', "update[2].tells: told.time is no told fact with a value none"),
    ('tells = "pc.clock"', 'tells = "lamp.light"', "update[2].tells: lamp.light is no told fact with a value none"),
    ('"shows_nothing"', '"stops"', "update[2].symptom: pc.clock is never stops"),
    ('build = "26100"', 'build = "26100"\neditions = ["Client"]', "update[2].editions: a PC that connects tells its"),
]


def with_pc(text: str) -> Catalog:
    return parse_catalog({name: one.encode() for name, one in FILES.items()} | clock(text), WITH_PC)


class TestUpdatesThatBreakThePcThatConnects:
    def test_say_nothing_of_the_computer_that_is_read(self) -> None:
        made = with_pc(ON_PC)
        (fact,) = made.readings["clock"].told({"build": "26100", "revision": 30, "edition": "Client"})
        assert (fact.name, fact.value) == ("clock.update", "none")
        assert made.facts.values["clock.update"] == ("stops", "none", "unknown")

    def test_are_judged_by_the_build_that_is_told(self) -> None:
        ((name, (case,)),) = with_pc(ON_PC).told_updates.items()
        assert (name, case.value, case.words) == ("pc.clock", "shows_nothing", "It shows nothing")
        assert case.note == "KB1000003 of 2026-01-13, repaired by KB1000004 (field report)"
        held = [case.holds({"build": "26100", "revision": revision}) for revision in (29, 30, 39, 40)]
        assert held == [False, True, True, False]
        assert not case.holds({"build": "20348", "revision": 30})

    def test_are_none_where_every_update_breaks_the_computer(self) -> None:
        assert with_pc(UPDATED).told_updates == {}

    @pytest.mark.parametrize(("old", "new", "expected"), SPOILED_ON_PC, ids=[one[1][:40] for one in SPOILED_ON_PC])
    def test_are_checked_by_file_line_and_key(self, old: str, new: str, expected: str) -> None:
        before, place, after = ON_PC.rpartition(old)
        assert place
        with pytest.raises(CatalogError) as found:
            with_pc(before + new + after)
        assert [one for one in found.value.problems if expected in str(one)], found.value
