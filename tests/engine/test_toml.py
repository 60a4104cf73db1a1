"""Reading TOML: lines, and clean ends for hostile files."""

import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot import engine
from troubleshoot.engine import toml
from troubleshoot.engine.toml import TomlError, dotted, load

SAMPLE = """\
# a comment
title = "x"
"quoted key" = 'y'
dotted.a.b = 1

[steps.stage]
fact = "f"
to = { a = "b", "c.d" = [1, 2] }

[steps."x.y"]
many = [
  "one",   # first
  { deep = true },
]

[[example]]
name = "first"
[example.answers]
stage = "a"

[[example]]
name = "second"
"""


def refused(data: bytes | str) -> engine.ContentProblem:
    with pytest.raises(TomlError) as caught:
        load("file.toml", data.encode() if isinstance(data, str) else data)
    assert caught.value.problem.file == "file.toml"
    return caught.value.problem


class TestLines:
    document = load("file.toml", SAMPLE.encode())

    @pytest.mark.parametrize(
        ("path", "line"),
        [
            (("title",), 2),
            (("quoted key",), 3),
            (("dotted", "a"), 4),
            (("dotted", "a", "b"), 4),
            (("steps", "stage"), 6),
            (("steps", "stage", "to", "c.d"), 8),
            (("steps", "stage", "to", "c.d", 1), 8),
            (("steps", "x.y"), 10),
            (("steps", "x.y", "many", 0), 12),
            (("steps", "x.y", "many", 1, "deep"), 13),
            (("example", 0, "name"), 17),
            (("example", 0, "answers", "stage"), 19),
            (("example", 1), 21),
            (("example", 1, "name"), 22),
        ],
    )
    def test_are_known_for_every_key(self, path: toml.Path, line: int) -> None:
        assert self.document.lines[path] == line

    def test_of_a_missing_key_are_those_of_its_table(self) -> None:
        problem = self.document.problem(("example", 1, "answers"), "is missing")
        assert str(problem) == "file.toml:21: example[2].answers: is missing"
        assert self.document.problem(("nothing",), "is missing").line == 1

    def test_do_not_depend_on_line_ends(self) -> None:
        assert load("file.toml", SAMPLE.replace("\n", "\r\n").encode()).lines == self.document.lines

    def test_values_are_those_of_the_standard_library(self) -> None:
        assert self.document.data == tomllib.loads(SAMPLE)

    def test_paths_read_as_an_author_writes_them(self) -> None:
        assert dotted(("set", 0, "desired", "a b")) == 'set[1].desired."a b"'


class TestHostileFile:
    @pytest.mark.parametrize(
        ("text", "line", "key", "words"),
        [
            ("a = 1\nb = = 2\n", 2, "b", "not valid TOML here"),
            ("a = 1\n\nc = {\n x = 1 }\n", 3, "c", "not valid TOML here"),
            ("[steps.one]\nb = = 2\n", 2, "steps.one.b", "not valid TOML here"),
            ('[steps.one]\nb = 1\n"c d" = tru\n', 3, 'steps.one."c d"', "not valid TOML here"),
            ("a = 1\nb = 2\na = 3\n", 3, "a", "stands twice, first in line 1"),
            ("[t]\na = 1\n'a' = 2\n", 3, "t.a", "stands twice, first in line 2"),
            ("t = { a = 1, a = 2 }\n", 1, "t.a", "stands twice"),
            ("[t]\na = 1\n[t]\nb = 1\n", 3, "t", "stands twice, first in line 1"),
            ("a.b = 1\n[a]\nc = 1\n", 2, "a", "stands twice"),
            ("a = 1\n[a.b]\nc = 1\n", 2, "a.b", "not valid TOML"),
            ("a = 1\n[[a]]\nc = 1\n", 2, "a", "stands twice"),
            ("[[a]]\nb = 1\n[a]\nc = 1\n", 3, "a", "not valid TOML"),
            ("a = 1\nb = 999999999999999999999999999\n", 2, "(file)", "more than 24 digits"),
            ("a = " + "9" * 5000, 1, "(file)", "more than 24 digits"),
            ("a = 0x" + "f" * 5000, 1, "(file)", "more than 24 digits"),
            ("a = 0b" + "1" * 5000, 1, "(file)", "more than 24 digits"),
            ('a = 1\nb = "x\x01y"\n', 2, "(file)", "control or bidi character"),
            ('a = 1\nb = "x\u202ey"\n', 2, "(file)", "control or bidi character"),
            ("a = 1\n# \x00\n", 2, "(file)", "control or bidi character"),
            ("\ufeffa = 1\n", 1, "(file)", "byte order mark"),
            ("a = " + "[" * 20_000 + "]" * 20_000, 1, "a", "nested deeper"),
            ("a = " + "[" * 20_000, 1, "a", "not valid TOML here"),
            ("a = " + "{a = " * 20_000 + "1" + "}" * 20_000, 1, "a", "nested deeper"),
            ("a." * 50_000 + "a = 1", 1, "a" + ".a" * 20, "nested deeper"),
            ("[" + "a." * 50_000 + "a]\n", 1, "a" + ".a" * 20, "nested deeper"),
            ("a = 1" + "\n" * 300_000, 1, "(file)", "at most 262144 are allowed"),
            ("key: value\n- list\n", 1, "key", "not valid TOML here"),
            ("--- \na = 1\n", 1, "---", "not valid TOML here"),
            ("a = no\n", 1, "a", "not valid TOML here"),
            ("a = 2026-13-45\n", 1, "a", "not valid TOML"),
            ("a = 1\rb = 2\n", 1, "a", "not valid TOML"),
        ],
    )
    def test_ends_in_a_problem_with_its_place(self, text: str, line: int, key: str, words: str) -> None:
        started = time.process_time()
        problem = refused(text)
        assert time.process_time() - started < 2.0
        assert words in problem.text
        assert problem.line == line
        assert problem.key[:40] == key[:40]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ("a = 1".encode("utf-16"), "byte order mark"),
            (b"a = 1\nb = '\xff'", "not UTF-8 at byte 11"),
            (b"a = '\xed\xa0\x80'", "not UTF-8"),
            (b"\xff\xfea\x00", "byte order mark"),
        ],
    )
    def test_is_utf_8_or_nothing(self, data: bytes, words: str) -> None:
        assert words in refused(data).text

    @given(st.binary(max_size=200))
    def test_of_any_bytes_is_read_or_refused(self, data: bytes) -> None:
        problem = None
        try:
            document = load("file.toml", data)
        except TomlError as error:
            problem = error.problem
        assert problem is None or problem.line >= 1
        assert problem is not None or isinstance(document.data, dict)

    @given(st.text(st.sampled_from("ab.[]{}=,\"'\n #1"), max_size=60))
    def test_of_any_shape_agrees_with_the_standard_library(self, text: str) -> None:
        try:
            document = load("file.toml", text.encode())
        except TomlError:
            return
        assert document.data == tomllib.loads(text)
