"""The maps of the guides: the picture, the outline that says the same, and the path of a case."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from xml.etree import ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import MakePerson
from tests.support import replace_everywhere
from troubleshoot import cases, diagnosis
from troubleshoot.catalog import installed_catalog, parse_stored_guide
from troubleshoot.catalog import registry as library
from troubleshoot.engine import Guide, GuideStep, GuideSteps
from troubleshoot.engine.placeholders import Text
from troubleshoot.models import Case, Person, Site
from troubleshoot.web.author import guide_map as maps

GUIDES = installed_catalog().guides
ERROR = "Error code: 0x904\nExtended error code: 0x7"
HOSTILE = "<script>alert('1')</script> & \"]]>\u202e {{ x }} <svg/onload=x>"
MOST_QUERIES = 7


def branches(guide: Guide) -> Counter[tuple[str, str, str]]:
    return Counter((step.name, answer, target) for step in guide.steps.values() for answer, target in step.to.items())


@pytest.fixture
def helpdesk(person: MakePerson, north: Site) -> Person:
    return person("Hanna", "helpdesk", site=north)


@pytest.fixture
def case(person: MakePerson, north: Site) -> Case:
    """A case that was answered a little."""
    emil = person("Emil", "employee", site=north)
    made = cases.open_case(actor=emil, beneficiary=emil, error_text=ERROR, host=None, named_host="ACC-07")
    for _ in range(2):
        step = diagnosis.replay_case(made).at
        cases.answer_step(actor=emil, case=made, step=step.name, value=list(step.to)[-1])
    return Case.objects.get(pk=made.pk)


def page(person: Person, path: str) -> str:
    client = Client()
    client.force_login(person)
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def pictures_on(source: str) -> list[ET.Element]:
    """Every picture of a page; not well-formed ones raise."""
    return [ET.fromstring(found) for found in re.findall(r"(?s)<div class=\"map\".*?(<svg.*?</svg>)", source)]


def classes(element: ET.Element) -> set[str]:
    return set(element.get("class", "").split())


def lit(source: str) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """The steps that are lit at home, with their numbers, and the lines."""
    boxes, lines = dict[str, int](), set[tuple[str, str]]()
    for picture in pictures_on(source):
        for box in picture.iter("g"):
            if {"is-lit"} <= classes(box) and "is-out" not in classes(box):
                number = next(one.text or "" for one in box.iter("text") if "kind" in classes(one))
                boxes[box.attrib["data-step"]] = int(number.partition(".")[0])
        for line in picture.iter("path"):
            if {"way", "is-lit"} <= classes(line):
                lines.add((line.attrib["data-from"], line.attrib["data-to"]))
    return boxes, lines


@pytest.mark.parametrize("name", GUIDES)
class TestThePictures:
    def test_hold_every_step_and_every_answer_once(self, name: str) -> None:
        guide, drawn = GUIDES[name], maps.guide_pictures(GUIDES[name])
        assert Counter(step.name for one in drawn for step in one.steps) == Counter(list(guide.steps))
        rows = Counter(
            (box.step.name, answer, row.target)
            for one in drawn
            for box in one.boxes
            for row in box.rows
            for answer in row.answers
        )
        lines = Counter(
            (path.step, answer, path.target) for one in drawn for path in one.paths for answer in path.answers
        )
        assert rows == lines == branches(guide)

    def test_lead_from_left_to_right_and_no_box_lies_on_another(self, name: str) -> None:
        for one in maps.guide_pictures(GUIDES[name]):
            at = {box.step.name: box for box in one.boxes}
            onward = [path for path in one.paths if not GUIDES[name].comes_back(path.step, path.target)]
            assert all(at[path.step].x < at[path.target].x for path in onward)
            columns = sorted(one.boxes, key=lambda box: (box.x, box.y))
            for upper, lower in pairwise(columns):
                assert upper.x != lower.x or upper.y + upper.height <= lower.y
            assert all(box.x >= 0 and box.y >= 0 for box in one.boxes)
            assert all(box.y + box.height <= one.height for box in one.boxes)

    def test_are_the_same_whenever_they_are_drawn(self, name: str) -> None:
        before = maps.guide_pictures(GUIDES[name])
        assert maps.guide_pictures(GUIDES[name]) is before
        maps._drawn.cache_clear()
        assert maps.guide_pictures(GUIDES[name]) == before


class TestAGuideOfAnyShape:
    def test_of_one_step_is_one_box(self) -> None:
        end = GuideStep("end", "end", "solved", MappingProxyType({}))
        guide = Guide("g", "G", "end", GuideSteps({"end": end}), (), "one", "")
        (one,) = maps.guide_pictures(guide)
        assert (len(one.boxes), one.paths) == (1, [])

    def test_of_parts_that_do_not_touch_within_is_drawn_whole(self) -> None:
        """Two steps of one part that only another part joins."""
        steps = [
            GuideStep("a", "ask", "A?", {"x": "b", "y": "c"}, part="one"),
            GuideStep("b", "try", "B", {"worked": "d", "no_change": "d"}, part="two"),
            GuideStep("c", "end", "escalate", {}, part="two"),
            GuideStep("d", "end", "solved", {}, part="three"),
        ]
        guide = Guide("g", "G", "a", GuideSteps({step.name: step for step in steps}), (), "apart", "")
        found = {one.part: {box.step.name for box in one.boxes} for one in maps.guide_pictures(guide)}
        assert found == {"one": {"a", "b", "c"}, "two": {"b", "c", "d"}, "three": {"d"}}

    def test_of_words_without_end_is_wrapped_and_cut(self) -> None:
        step = GuideStep("a", "ask", "w" * 500, {"x": "b"}, answers={"x": "v" * 500})
        end = GuideStep("b", "end", "solved", {})
        guide = Guide("g", "G", "a", GuideSteps({"a": step, "b": end}), (), "long", "")
        (one,) = maps.guide_pictures(guide)
        assert max(len(line) for box in one.boxes for line in box.lines) <= maps.LETTERS
        assert max(len(box.lines) for box in one.boxes) == maps.MOST_LINES


@pytest.mark.django_db
class TestThePage:
    @pytest.mark.parametrize("name", ["rdp-connection-closed", "rdp-name"])
    def test_says_the_same_in_picture_and_text(self, name: str, helpdesk: Person) -> None:
        source = page(helpdesk, f"/guides/{name}")
        steps = {box.attrib["data-step"] for one in pictures_on(source) for box in one.iter("g")}
        assert steps == set(GUIDES[name].steps) == set(re.findall(r'<li id="step-([^"]+)"', source))
        outline = Counter(
            (step, target)
            for step, text in re.findall(r'(?s)<li id="step-([^"]+)"(.*?)(?=<li id="step-|</ol>)', source)
            for target in re.findall(r'href="#step-([^"]+)"', text)
        )
        assert outline == Counter((step, target) for step, _, target in branches(GUIDES[name]).elements())

    def test_lights_exactly_the_walk_of_a_case(self, case: Case, helpdesk: Person) -> None:
        walk = diagnosis.replay_case(case)
        source = page(helpdesk, f"/guides/{case.guide.name}?case={case.pk}")
        steps = [*walk.steps, walk.at.name]
        boxes, lines = lit(source)
        assert boxes == {name: number for number, name in enumerate(steps, 1)}
        assert lines == set(pairwise(steps))
        assert source.count('id="here"') == 1
        assert source.count('<span class="badge ok">taken</span>') == len(walk.path)

    def test_lights_a_way_out_only_where_the_case_took_it(self, case: Case, helpdesk: Person) -> None:
        for picture in pictures_on(page(helpdesk, f"/guides/{case.guide.name}?case={case.pk}")):
            taken = {one.attrib["data-to"] for one in picture.iter("path") if {"way", "is-lit"} <= classes(one)}
            out = {one.attrib["data-step"] for one in picture.iter("g") if {"is-out", "is-lit"} <= classes(one)}
            assert out <= taken

    def test_keeps_the_version_and_the_parts_of_a_case_whose_guide_has_changed_since(
        self, case: Case, helpdesk: Person
    ) -> None:
        name = "rdp-name"
        older = GUIDES[name].source.replace('title = "', 'title = "Before: ', 1)
        version = diagnosis.publish_guide(parse_stored_guide(name, older))
        Case.objects.filter(pk=case.pk).update(guide=version, round=2)
        source = page(helpdesk, f"/guides/{name}?case={case.pk}")
        assert "Before: " in source
        assert len(pictures_on(source)) == len(maps.guide_pictures(GUIDES[name])) > 1
        assert list(lit(source)[0].values()) == [1]

    def test_lights_nothing_without_a_case(self, helpdesk: Person) -> None:
        assert lit(page(helpdesk, "/guides/rdp-connection-closed")) == ({}, set())

    @pytest.mark.parametrize("size", ["small", "natural", "large", "fit", "<b>", ""])
    def test_is_drawn_in_any_size(self, size: str, helpdesk: Person) -> None:
        (first, *_) = pictures_on(page(helpdesk, f"/guides/rdp-name?size={size}"))
        assert (first.attrib["width"] == "100%") == (size == "fit")

    def test_shows_hostile_words_as_words(self, helpdesk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        catalog = installed_catalog()
        steps = {
            "a": GuideStep("a", "ask", HOSTILE, {HOSTILE: "b"}, title=Text.literal(HOSTILE), part=HOSTILE),
            "b": GuideStep("b", "end", "solved", {}, title=Text.literal(HOSTILE)),
        }
        guide = Guide("bad", HOSTILE, "a", GuideSteps(steps), (), "hostile", "")
        replace_everywhere(monkeypatch, library, "installed_catalog", lambda: replace(catalog, guides={"bad": guide}))
        source = page(helpdesk, "/guides/bad")
        assert "<script>alert" not in source
        assert "<svg/onload" not in source
        assert [one.tag for picture in pictures_on(source) for one in picture.iter("script")] == []
        assert "style=" not in source.partition("<main")[2].partition("</main>")[0]

    def test_asks_few_questions_of_the_database(self, case: Case, helpdesk: Person) -> None:
        client = Client()
        client.force_login(helpdesk)
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/guides/{case.guide.name}?case={case.pk}")
        assert len(seen) <= MOST_QUERIES, [one["sql"] for one in seen.captured_queries]

    def test_is_found_from_list_code_and_case(self, case: Case, helpdesk: Person) -> None:
        address = f"/guides/{case.guide.name}"
        assert f'href="{address}"' in page(helpdesk, "/guides")
        assert f'href="{address}"' in page(helpdesk, "/codes/mstsc/0x904/0x7")
        assert f'href="{address}?case={case.pk}#here"' in page(helpdesk, f"/desk/cases/{case.pk}")
        assert "/codes/mstsc/0x904" in page(helpdesk, address)


@pytest.mark.django_db
class TestWhoMaySeeAMap:
    def test_is_not_the_employee(self, case: Case, client: Client) -> None:
        client.force_login(case.beneficiary)
        assert client.get("/guides").status_code == 403
        assert "/guides/" not in client.get("/codes/mstsc/0x904/0x7").content.decode()

    @pytest.mark.parametrize("query", ["case=999999", "case=x", "case=-1", f"case={10**30}", "case=%00"])
    def test_learns_nothing_of_a_case_that_is_not_there(self, query: str, helpdesk: Person, client: Client) -> None:
        client.force_login(helpdesk)
        assert client.get(f"/guides/rdp-connection-closed?{query}").status_code in {200, 404}

    def test_sees_no_case_that_is_not_theirs(self, case: Case, person: MakePerson, client: Client) -> None:
        client.force_login(person("Anja", "author"))
        assert client.get(f"/guides/{case.guide.name}").status_code == 200
        assert client.get(f"/guides/{case.guide.name}?case={case.pk}").status_code == 404

    def test_finds_no_case_of_another_guide(self, case: Case, helpdesk: Person, client: Client) -> None:
        client.force_login(helpdesk)
        other = next((name for name in GUIDES if name != case.guide.name), "none")
        assert client.get(f"/guides/{other}?case={case.pk}").status_code == 404

    def test_meets_404_for_a_guide_that_is_none(self, helpdesk: Person, client: Client) -> None:
        client.force_login(helpdesk)
        assert client.get("/guides/no-such").status_code == 404


@pytest.mark.django_db
class TestTheParts:
    def test_folds_every_part_but_the_first_so_that_it_can_be_looked_over(self, helpdesk: Person) -> None:
        source = page(helpdesk, "/guides/rdp-connection-closed")
        parts = re.findall(r'<details class="card map-part"( open)?>', source)
        assert len(parts) == len(maps.guide_pictures(GUIDES["rdp-connection-closed"]))
        assert parts == [" open", *[""] * (len(parts) - 1)]
        assert '<details class="pad" open>' not in source

    def test_unfolds_the_parts_that_a_case_has_met(self, helpdesk: Person, case: Case) -> None:
        source = page(helpdesk, f"/guides/{case.guide.name}?case={case.pk}")
        open_parts = source.count('<details class="card map-part" open>')
        assert 0 < open_parts == source.count('<span class="badge ok">on the path</span>')
        assert open_parts < source.count("map-part")
        folded = source.index('id="here"')
        assert source.rindex("<details", 0, folded) == source.rindex('<details class="pad">', 0, folded)
