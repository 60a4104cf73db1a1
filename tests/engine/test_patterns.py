"""Patterns of parameters: those that a value could keep busy are refused, the others are quick whatever the value."""

import re
import time

import pytest

from troubleshoot.engine import safe_patterns as patterns

SOUND = [
    "[a-z]+",
    r"[A-Za-z0-9_.$ -]{1,256}",
    "RemoteDesktop-UserMode-In-(TCP|UDP)",
    r"HKLM:(\\[^\\/*?\[\]]{1,255}){1,40}",
    r"(?i)(?!\(default\)$)[^*?\[\]]{1,255}",
    "System|Security",
    r"[0-9]{4}-[0-9]{2}",
    "(ab){2}",
    "[^,]+,[^,]+",
    r"\(a\)+\+",
]
BOMBS = [
    ("(a+)+b", "a" * 30),
    ("(a*)*b", "a" * 30),
    ("(a|a)*b", "a" * 30),
    ("(a|aa)+b", "a" * 40),
    ("([a-z]+)*b", "a" * 30),
    ("((a+)b?)+c", "a" * 30),
    (r"(.*)\1b", "a" * 999),
    ("(?P<x>a+)(?P=x)+b", "a" * 999),
    ("a*a*a*a*a*b", "a" * 999),
    (".*.*.*=.*", "a" * 999),
    (r"(\\[^/]+)+b", "\\" * 30),
    ("(?:a+){1,30}b", "a" * 30),
    ("(a{1,9}){1,9}b", "a" * 60),
]


@pytest.mark.parametrize("pattern", SOUND)
def test_a_sound_pattern_is_quick_whatever_the_value(pattern: str) -> None:
    assert patterns.fault(pattern) == ""
    started = time.process_time()
    for value in ("a" * 1000, "HKLM:" + "\\a" * 400, "\\" * 1000, "," * 1000, "1-" * 500):
        re.fullmatch(pattern, value)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in BOMBS])
def test_a_bomb_is_refused_before_any_value_meets_it(pattern: str) -> None:
    assert "busy" in patterns.fault(pattern)


@pytest.mark.parametrize("pattern", ["[a-z", "(", "*", "a{2,1}", "(?P<", "\\"])
def test_what_is_no_regular_expression_is_called_so(pattern: str) -> None:
    assert patterns.fault(pattern) == "must be a regular expression"
