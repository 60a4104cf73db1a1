"""The catalogue: what it refuses, where it says so, and what it gives back."""

import pickle
import time

import pytest

from tests.engine.sample import FACTS, FILES, problems, sample, spoiled
from troubleshoot.engine import CatalogError, FactList, parse_catalog, parse_guide

GUIDE, ACTION, ERRORS, LAMP = (
    "guides/lamp-dark.toml",
    "actions/switch-on.toml",
    "errors/lamp.toml",
    "resources/lamp/resource.toml",
)


class TestSound:
    def test_holds_what_the_files_say(self) -> None:
        catalog = sample()
        assert list(catalog.guides) == ["lamp-dark"]
        assert catalog.actions["switch-on"].wishes[0].desired["watts"] == 40
        assert catalog.resources["lamp"].fields["switch"].read_as(True) == "on"
        assert catalog.causes["dark"].shown_by == ({"lamp.light": ("off",)},)
        assert catalog.progress["lamp.light"] == {"off": 0, "on": 1}
        assert catalog.codes.identify("0x10") is not None

    def test_has_a_digest_of_its_content_not_of_its_place(self) -> None:
        moved = parse_catalog({f"/srv/catalog//{name}": text.encode() for name, text in FILES.items()}, FACTS)
        assert moved.digest == sample().digest
        assert moved.digests == sample().digests

    @pytest.mark.parametrize("file", list(FILES))
    def test_has_another_digest_for_any_changed_file(self, file: str) -> None:
        files = {name: (text + ("# x\n" if name == file else "")).encode() for name, text in FILES.items()}
        changed = parse_catalog(files, FACTS)
        assert changed.digest != sample().digest
        assert [name for name in changed.digests if changed.digests[name] != sample().digests[name]] == [file]

    def test_has_another_digest_for_other_facts(self) -> None:
        more = FactList({**FACTS.values, "lamp.cord": ("in", "out")})
        assert parse_catalog({name: text.encode() for name, text in FILES.items()}, more).digest != sample().digest

    def test_changes_the_digest_of_a_resource_with_its_scripts(self) -> None:
        files = {**FILES, "resources/lamp/write.ps1": "# other\n"}
        catalog = parse_catalog({name: text.encode() for name, text in files.items()}, FACTS)
        assert catalog.resources["lamp"].digest != sample().resources["lamp"].digest
        assert catalog.resources["bulb"].digest == sample().resources["bulb"].digest

    def test_cannot_be_changed_or_pickled(self) -> None:
        catalog = sample()
        for mapping in (catalog.guides, catalog.actions["switch-on"].guards, catalog.guides["lamp-dark"].steps):
            with pytest.raises(TypeError):
                mapping["x"] = None  # type: ignore[index]
        with pytest.raises(TypeError):
            pickle.dumps(catalog)

    def test_takes_more_from_a_later_folder(self) -> None:
        own = b'[[cause]]\nid = "cord"\ntitle = "Cord"\nsentence = "The cord is out."\n'
        files = {f"/a//{name}": text.encode() for name, text in FILES.items()} | {"/b//errors/own.toml": own}
        assert set(parse_catalog(files, FACTS).causes) == {"dark", "cord"}

    def test_takes_nothing_in_place_of_an_earlier_file(self) -> None:
        files = {f"/a//{name}": text.encode() for name, text in FILES.items()} | {"/b//" + GUIDE: b""}
        with pytest.raises(CatalogError) as caught:
            parse_catalog(files, FACTS)
        assert str(caught.value) == f"/b/{GUIDE}:1: (file): replaces nothing: /a/{GUIDE} has this name already"


# file, old text, new text, the problem that must be found
SPOILED = [
    # guides
    (GUIDE, 'start = "light"', 'start = "lihgt"', f"{GUIDE}:3: start: there is no step lihgt"),
    (GUIDE, 'attic = "shake"', 'attic = "shaek"', f"{GUIDE}:12: steps.where.to.attic: there is no step shaek"),
    (GUIDE, 'off = "where", unknown', "unknown", f"{GUIDE}:7: steps.light.to: the value off leads nowhere"),
    (GUIDE, 'on = "explained"', 'on = "explained", red = "where"', "steps.light.to.red: is no answer to this step"),
    (GUIDE, "lamp.light", "lamp.lihgt", f"{GUIDE}:6: steps.light.fact: no probe declares the fact lamp.lihgt"),
    (GUIDE, 'fix = "switch-on"', 'fix = "switch"', f"{GUIDE}:19: steps.switch.fix: there is no action switch"),
    (GUIDE, 'not_verified = "call", ', "", "steps.switch.to: the value not_verified leads nowhere"),
    (GUIDE, 'worked = "solved"', 'helped = "solved"', "steps.shake.to: the value worked leads nowhere"),
    (GUIDE, 'no_change = "switch"', 'no_change = "where"', "steps.shake: the path from here comes back to here"),
    (GUIDE, 'no_change = "switch"', 'no_change = "shake"', "steps.shake: the path from here comes back to here"),
    (
        GUIDE,
        '[steps.call]\nend = "escalate"',
        '[steps.call]\nend = "sovled"',
        "steps.call.end: must be one of solved, escal",
    ),
    (
        GUIDE,
        '[steps.call]\nend = "escalate"',
        '[steps.call]\nend = "escalate"\nto = { a = "solved" }',
        "is no answer to this",
    ),
    (
        GUIDE,
        '[steps.call]\nend = "escalate"',
        "[steps.call]",
        "steps.call: a step has exactly one of fact, cause, ask, try",
    ),
    (GUIDE, 'try = "Shake it."', 'try = "Shake it."\nask = "Or?"', "steps.shake: a step has exactly one of"),
    (GUIDE, 'try = "Shake it."', 'try = "Shake it."\ncolour = "red"', f"{GUIDE}:16: steps.shake.colour: unknown key"),
    (
        GUIDE,
        'hall = "In the hall", attic',
        'hall = "In the hall", cellar = "x", attic',
        "steps.where.answers.cellar: this answer le",
    ),
    (
        GUIDE,
        "[[example]]",
        '[steps.lost]\nend = "solved"\ntitle = "x"\ntext = "x"\n[[example]]',
        "steps.lost: no path leads here",
    ),
    (
        GUIDE,
        'answers = { light = "on" }',
        'answers = { light = "off" }',
        "example[1]: the example “It is on” stops at where",
    ),
    (GUIDE, 'ask = "Where is the lamp?"', 'ask = "Where is {{ lamp }}?"', "steps.where.ask: is plain text: no markup"),
    (GUIDE, 'ask = "Where is the lamp?"', 'ask = "<b>Where</b>"', "steps.where.ask: is plain text"),
    (GUIDE, 'ask = "Where is the lamp?"', 'ask = "see javascript:x"', "steps.where.ask: is plain text"),
    (GUIDE, 'title = "The lamp is dark"', 'title = "' + "x" * 121 + '"', f"{GUIDE}:2: title: must have 1 to 120"),
    (GUIDE, 'title = "The lamp is dark"', 'title = ""', f"{GUIDE}:2: title: must have 1 to 120"),
    (GUIDE, 'title = "The lamp is dark"', "", f"{GUIDE}:1: title: is missing"),
    (GUIDE, 'title = "The lamp is dark"', "title = 5", f"{GUIDE}:2: title: must be a text"),
    (GUIDE, 'title = "The lamp is dark"', "title = 1.5", f"{GUIDE}:2: title: must be a text"),
    (GUIDE, 'title = "The lamp is dark"', "title = 2026-01-01", f"{GUIDE}:2: title: must be a text"),
    (GUIDE, "[steps.shake]", '[steps."a b"]', 'steps."a b": a name has lower-case letters'),
    (GUIDE, "[[example]]", "[example]", f"{GUIDE}:45: example"),
    (GUIDE, "[[example]]", "[[exmaple]]", "exmaple: unknown key"),
    (GUIDE, 'start = "light"', 'start = "light"\nexample = 5', "stands twice"),
    # actions
    (
        ACTION,
        'risk = "disruptive"',
        'risk = "harmless"',
        f"{ACTION}:3: risk: must be one of low, disruptive, dangerous",
    ),
    (
        ACTION,
        'risk = "disruptive"',
        'risk = "disruptive"\nself_service = true',
        "self_service: only an action of low risk",
    ),
    (ACTION, 'risk = "disruptive"', 'risk = "disruptive"\nself_service = 1', "self_service: must be true or false"),
    (ACTION, 'risk_reasons = ["It is bright."]', "", f"{ACTION}:1: risk_reasons: a disruptive action must say"),
    (ACTION, 'risk_reasons = ["It is bright."]', "risk_reasons = [5]", "risk_reasons[1]: must be a text"),
    (ACTION, 'source = ["the lamp\'s manual"]', "source = []", "source: must not be empty"),
    (
        ACTION,
        '"lamp.bulb" = ["good"]',
        '"lamp.blub" = ["good"]',
        'guards."lamp.blub": no probe declares the fact lamp.blub',
    ),
    (
        ACTION,
        '"lamp.bulb" = ["good"]',
        '"lamp.bulb" = ["god"]',
        "lamp.bulb is never 'god'; it is one of good, broken, unkn",
    ),
    (ACTION, '"lamp.bulb" = ["good"]', '"lamp.bulb" = ["unknown"]', "what is unknown can neither allow nor prove"),
    (ACTION, '"lamp.bulb" = "The', '"lamp.light" = "The', 'refusals."lamp.light": has no guard of this name'),
    (ACTION, 'resource = "lamp"', 'resource = "lmap"', f"{ACTION}:15: set[1].resource: there is no resource lmap"),
    (ACTION, 'params = { room = "hall" }', "params = {}", "set[1].params: lamp takes the parameters ['room'], not []"),
    (ACTION, 'room = "hall"', 'room = "hall; rm"', "set[1].params: lamp: the parameter room may not be 'hall; rm'"),
    (ACTION, 'room = "hall"', "room = 5", "the parameter room may not be 5"),
    (ACTION, 'room = "attic"', 'room = "hall"', "set[2]: the same resource is set twice"),
    (ACTION, "watts = 40", "wats = 40", "set[1].desired.wats: lamp has no field or event wats"),
    (ACTION, "watts = 40", 'watts = "40"', f"{ACTION}:17: set[1].desired.watts: watts must be integer"),
    (ACTION, "watts = 40", "watts = true", "watts must be integer"),
    (ACTION, "watts = 40", "watts = 9007199254740992", "watts must be integer"),
    (ACTION, "watts = 40", "temperature = 40", "temperature of lamp can only be read"),
    (ACTION, "flashed = true", "flashed = false", "flashed is an event of lamp: it can only be true"),
    (ACTION, "colours = []", "colours = [1]", "colours must be list"),
    (ACTION, "desired = { fresh = true }", "desired = {}", "set[3].desired: must name at least one field"),
    (ACTION, 'within = "90s"', "", "verify.within: is missing"),
    (ACTION, 'within = "90s"', 'within = "90"', "verify.within: must be a duration"),
    (ACTION, 'within = "90s"', 'within = "99h"', "verify.within: must be a duration"),
    (ACTION, '"lamp.bulb"  = ["good"]', "", "verify: must name at least one fact"),
    (ACTION, "[guards]", 'temporary = "2h"\n[guards]', "temporary: lamp cannot be put back exactly"),
    (ACTION, "[guards]", 'temporary = "2h"\n[guards]', "temporary: bulb cannot be put back exactly"),
    (
        ACTION,
        "[verify]",
        '[caution]\ntext = "Wait."\nover = "Go on."\nuntil = {}\n[verify]',
        "caution: only a temporary change is in force until its time is over",
    ),
    (
        ACTION,
        "[verify]",
        '[caution]\ntext = "Wait."\nover = "Go on."\nuntil = {}\n[verify]',
        "caution.until: must name at least one fact",
    ),
    (ACTION, "[guards]", "manual = true\n[guards]", "manual: a manual action is never run"),
    (
        ACTION,
        "[verify]",
        '[[example]]\nend = "mended"\n[verify]',
        "example[1].end: must be one of verified, nothing_to",
    ),
    (ACTION, "[verify]", '[[example]]\nend = "refused"\n[verify]', "example[1].says: is missing"),
    (ACTION, "[verify]", '[[example]]\nend = "verified"\nsays = "x"\n[verify]', "example[1].says: only a refusal says"),
    (ACTION, "[guards]", "sript = 1\n[guards]", f"{ACTION}:8: sript: unknown key"),
    # error codes and causes
    (ERRORS, "code = 0x10", 'code = "0x10"', f"{ERRORS}:23: code[1].code: must be an integer"),
    (ERRORS, "code = 0x10", "code = -1", "code[1].code: must be from 0"),
    (ERRORS, "code = 0x10", "code = 0x100000000", "code[1].code: a code has 32 bits"),
    (
        ERRORS,
        'certainty = "documented"',
        'certainty = "sure"',
        "code[1].certainty: must be one of documented, field_report",
    ),
    (ERRORS, 'causes = ["dark"]', 'causes = ["darkk"]', f"{ERRORS}:27: code[1].causes[1]: there is no cause darkk"),
    (ERRORS, 'guide = "lamp-dark"', 'guide = "lamp-drak"', f"{ERRORS}:28: code[1].guide: there is no guide lamp-drak"),
    (
        ERRORS,
        'excluded_by = [{ "lamp.light" = ["on"] }]',
        "excluded_by = [{}]",
        "excluded_by[1]: an empty rule would always hold",
    ),
    (
        ERRORS,
        'fact = "lamp.light"\n\n',
        'fact = "lamp.lihgt"\n\n',
        "seen.light.fact: no probe declares the fact lamp.lihgt",
    ),
    (ERRORS, 'like = "light"', 'like = "lihgt"', "seen.glow.like: nothing is seen under the name lihgt"),
    (
        ERRORS,
        'fact = "lamp.light"\n\n',
        'fact = "lamp.light"\nnothing = ["dim"]\n\n',
        "seen.light.nothing[1]: is one of on, off, not dim",
    ),
    (
        ERRORS,
        'produces = { light = ["off"] }',
        'produces = { lihgt = ["off"] }',
        "cause[1].produces.lihgt: nothing is seen under this name; it is one of light, glow",
    ),
    (
        ERRORS,
        'produces = { light = ["off"] }',
        'produces = { light = ["unknown"] }',
        "cause[1].produces.light[1]: is one of on, off, not unknown",
    ),
    (
        ERRORS,
        'remedies = ["switch-on"]',
        'remedies = ["switch-off"]',
        "cause[1].remedies[1]: there is no action switch-off",
    ),
    (
        ERRORS,
        'remedies = ["switch-on"]',
        'before = ["dark"]',
        "cause[1].before[1]: there is no other cause dark",
    ),
    (
        "actions/switch-on.toml",
        'for = ["dark"]\n',
        "",
        "cause[1].remedies[1]: switch-on does not say that it is for dark",
    ),
    (
        "actions/switch-on.toml",
        'for = ["dark"]',
        'for = ["dark", "bright"]',
        "for[2]: there is no cause bright",
    ),
    (ERRORS, 'fits = [{ "lamp.bulb" = ["broken"] }]', "fits = [5]", "cause[1].fits[1]: must be a table"),
    (ERRORS, 'fits = [{ "lamp.bulb" = ["broken"] }]', 'fits = [{ "lamp.bulb" = "broken" }]', "must be a list of texts"),
    (ERRORS, '["off", "on"]', '["off"]', f'{ERRORS}:2: progress."lamp.light": must hold every value'),
    (ERRORS, "low_byte = 0x10", "low_byte = 0x100", "class[1].low_byte: a byte is at most 0xff"),
    # resources
    (LAMP, 'revert = "exact"', 'revert = "perhaps"', f"{LAMP}:2: revert: must be one of exact, none"),
    (LAMP, 'revert = "exact"', 'revert = "none"', f"{LAMP}:1: revert_reason: is missing"),
    (LAMP, 'pattern = "[a-z]+"', 'pattern = "[a-z"', "params.room.pattern: must be a regular expression"),
    (LAMP, 'type = "boolean"', 'type = "bool"', "fields.switch.type: must be one of string, integer, boolean, list"),
    (LAMP, "compare = true", "compare = false", "fields.switch.compare: must be true for a writable field"),
    (LAMP, "compare = true", "compare = true\nsecret = true", "fields.switch.secret: a secret field can be neither"),
    (LAMP, 'words = "Switch"', "", "fields.switch.words: is missing"),
    (
        LAMP,
        'words = "Switch"',
        'words = "Switch"\nforms.watts.x = "y"',
        "fields.switch.forms: only what is written as a text",
    ),
    (LAMP, 'words = "Switch"', 'words = "Switch"\nforms.volts.x = "y"', "fields.switch.forms.volts: there is no field"),
    (LAMP, 'words = "Switch"', 'words = "Switch"\nforms.watts.x = "["', "forms.watts.x: must be a regular expression"),
    (LAMP, 'words = "Switch"', 'words = "Switch"\ndescriptor = true', "fields.switch.descriptor: only a text"),
    (LAMP, 'words = "Flash once"', 'words = "Flash once"\npasses = { x = ["off"] }', "there is no writable field x"),
    (LAMP, 'words = "Flash once"', 'words = "Flash once"\nundo_only = true', "flashed of lamp is only for undoing"),
    (LAMP, "[events.flashed]", "[events.watts]", "events.watts: is a field already"),
    (LAMP, "[fields.watts]", "[fields.Watts]", "fields.Watts: a"),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), SPOILED, ids=[f"{f[0]} {f[2][:40]}" for f in SPOILED])
def test_a_fault_is_found_at_its_file_line_and_key(file: str, old: str, new: str, expected: str) -> None:
    found = spoiled(file, old, new)
    assert [text for text in found if expected in text], found
    assert all(text.startswith(("guides/", "actions/", "errors/", "resources/")) for text in found)


class TestSeveralFaults:
    def test_are_all_named_at_once(self) -> None:
        more = {
            GUIDE: FILES[GUIDE].replace("lamp.light", "x.y").replace('start = "light"', "start = 1").encode(),
            ACTION: FILES[ACTION].replace("disruptive", "big").encode(),
            LAMP: b"a = = 1",
            "errors/other.toml": b'[[cause]]\nid = "dark"\ntitle = "x"\nsentence = "y"\n',
        }
        found = problems(more)
        assert [text.split(":")[0] for text in found] == [ACTION, "errors/other.toml", GUIDE, GUIDE, LAMP]
        assert "errors/other.toml:2: cause[1].id: the cause dark stands twice" in found

    def test_of_a_broken_resource_are_not_repeated_for_its_actions(self) -> None:
        assert problems({LAMP: b"a = = 1"}) == [f"{LAMP}:1: a: not valid TOML here (an inline table stays on one line)"]

    def test_include_codes_and_classes_that_stand_twice(self) -> None:
        code = '[[code]]\nnamespace = "lamp"\ncode = 16\nextended = 2\nname = "x"\ncertainty = "documented"\n'
        code += 'source = "y"\n'
        one = '[[class]]\nnamespace = "lamp"\nlow_byte = 16\nname = "x"\nsource = "y"\n'
        order = '[progress]\n"lamp.light" = ["on off"]\n'
        kind = '[[family]]\nnamespace = "bulb"\ntitle = "Lamps"\ntext = "Of lamps."\n' * 2
        kind += '[[class]]\nnamespace = "lamp"\nfirst = 9\nlast = 8\nname = "x"\nsource = "y"\n'
        found = problems({"errors/more.toml": (order + code + one + kind).encode()})
        assert [text.split(": ", 1)[1] for text in found] == [
            'progress."lamp.light": this order stands twice',
            "code[1].code: the code 0x10 / 0x2 stands twice",
            "class[1].low_byte: this class stands twice",
            "family[2].namespace: this family stands twice",
            "class[2].last: must not lie before first",
        ]

    def test_include_what_is_healthy(self) -> None:
        found = problems({"errors/more.toml": b'[[healthy]]\n"lamp.light" = ["unknown"]\n[[healthy]]\n'})
        assert [text.split(": ", 1)[1] for text in found] == [
            'healthy[1]."lamp.light": what is unknown can neither allow nor prove anything',
            "healthy[2]: an empty rule would always hold",
        ]


class TestLargeGuide:
    def test_is_checked_in_linear_time(self) -> None:
        size = 3000
        steps = [f'[steps.s{n}]\nask = "?"\nto = {{ a = "s{n + 1}", b = "s{n + 1}" }}\n' for n in range(size)]
        text = f'title = "x"\nstart = "s0"\n{"".join(steps)}[steps.s{size}]\nend = "solved"\n'
        started = time.process_time()
        assert len(parse_guide("large", text.encode(), FACTS).steps) == size + 1
        with pytest.raises(CatalogError, match="comes back to here"):
            parse_guide("large", text.replace('a = "s2999"', 'a = "s1"').encode(), FACTS)
        assert time.process_time() - started < 10


class TestFiles:
    @pytest.mark.parametrize(
        "name",
        [
            "guides/lamp-dark.de.toml",
            "guides/Lamp.toml",
            "guides/sub/lamp.toml",
            "guides/lamp.yaml",
            "actions/run.ps1",
            "resources/lamp/other.ps1",
            "resources/resource.toml",
            "resources/La mp/resource.toml",
            "scripts/x.toml",
            "x.toml",
            "guides/../actions/x.toml",
        ],
    )
    def test_that_belong_nowhere_are_refused(self, name: str) -> None:
        found = problems({name: b""})
        assert [text.split(":")[0] for text in found] == [name]

    def test_of_a_resource_must_be_complete(self) -> None:
        found = problems({"resources/new/write.ps1": b""})
        assert found == [
            "resources/new/read.ps1:1: (file): is missing",
            "resources/new/resource.toml:1: (file): is missing",
        ]

    def test_of_a_writable_resource_include_a_write_script(self) -> None:
        files = {name: text.encode() for name, text in FILES.items() if name != "resources/bulb/write.ps1"}
        with pytest.raises(CatalogError, match=r"has writable fields or events, but no write\.ps1"):
            parse_catalog(files, FACTS)

    def test_of_scripts_are_small_and_ascii(self) -> None:
        assert problems({"resources/lamp/read.ps1": b"# a\n# \xc3\xa9\n"}) == [
            "resources/lamp/read.ps1:2: (file): has characters beyond ASCII"
        ]
        assert "at most 16384" in problems({"resources/lamp/read.ps1": b"#" * 20_000})[0]
