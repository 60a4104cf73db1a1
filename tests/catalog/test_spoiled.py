"""Content that somebody's editor, or enemy, has spoiled."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.sample import FACTS, FILES, READING
from troubleshoot.engine import CatalogError, ContentProblem, parse_catalog

SOUND = FILES | {"facts/hall.toml": READING}
TOKENS = [
    "",
    "0",
    "-1",
    "1.5",
    "true",
    "[]",
    "{}",
    '"x"',
    "x",
    "=",
    "[x]",
    "[[x]]",
    "\n",
    "2026-01-01",
    "nan",
    '"\\u0000"',
    "9" * 20,
]


@settings(max_examples=150)
@given(st.sampled_from(sorted(SOUND)), st.data())
def test_is_refused_cleanly_or_still_sound(file: str, data: st.DataObject) -> None:
    text = SOUND[file]
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 30)))
    spoiled = text[:start] + data.draw(st.sampled_from(TOKENS) | st.text(max_size=5)) + text[stop:]
    files = {name: one.encode() for name, one in SOUND.items()} | {file: spoiled.encode("utf-8", "surrogatepass")}
    problems: tuple[ContentProblem, ...] = ()
    try:
        parse_catalog(files, FACTS)
    except CatalogError as error:
        problems = error.problems
    assert all(problem.file and problem.line >= 1 and problem.key and problem.text for problem in problems)


@settings(max_examples=100)
@given(st.sampled_from(sorted(name for name in SOUND if name.endswith(".toml"))), st.data())
def test_with_any_value_of_another_type_is_refused_cleanly(file: str, data: st.DataObject) -> None:
    lines = SOUND[file].splitlines()
    pairs = [n for n, line in enumerate(lines) if " = " in line]
    place = data.draw(st.sampled_from(pairs))
    lines[place] = lines[place].split(" = ")[0] + " = " + data.draw(st.sampled_from([t for t in TOKENS if t]))
    files = {name: one.encode() for name, one in SOUND.items()} | {file: "\n".join(lines).encode()}
    problems: tuple[ContentProblem, ...] = ()
    try:
        parse_catalog(files, FACTS)
    except CatalogError as error:
        problems = error.problems
    assert all(
        str(problem).startswith(("guides/", "actions/", "errors/", "resources/", "facts/")) for problem in problems
    )
