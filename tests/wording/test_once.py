"""What several pages need is written down once; a second one would drift from the first."""

import datetime as dt
import re
from pathlib import Path

import pytest

import troubleshoot
from troubleshoot import wording
from troubleshoot.models import Case, Host
from troubleshoot.reports.figures import FEW, usual_length

ROOT = Path(troubleshoot.__file__).parent
#: What is looked for, and the one module that may have it, among those above the wording.
ONCE = {
    "how late an undo is on time": (r"(?m)^GRACE\b.*= ", "reports/outcome_groups.py"),
    "the digits of a digest that are read out": (r"\[:4\]\} \{", "reports/change_record.py"),
    "a median": (r"\bmedian\(", "reports/figures.py"),
    "a length of time in a template": (r"\) -> str:\n.*Write a length of time", "templatetags/moments.py"),
}


@pytest.mark.parametrize("what", ONCE)
def test_is_written_once(what: str) -> None:
    pattern, place = ONCE[what]
    files = [path for name in ("reports", "templatetags", "web", "wording") for path in (ROOT / name).rglob("*.py")]
    found = [str(path.relative_to(ROOT)) for path in files if re.search(pattern, path.read_text(encoding="utf-8"))]
    assert found == [place]


def test_a_moment_is_read_from_text_in_one_way() -> None:
    files = [path for name in ("templatetags", "web") for path in (ROOT / name).rglob("*.py")]
    assert [path.name for path in files if "fromisoformat" in path.read_text(encoding="utf-8")] == []
    noon = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
    assert [wording.parsed_moment(text) for text in ("2026-11-02T12:00:00Z", "2026-11-02T12:00:00")] == [noon, noon]
    assert [wording.parsed_moment(text) for text in ("", "soon", None, 7)] == [None] * 4


def test_what_a_case_calls_its_computer_and_how_often_a_visit_is_tried_have_one_place() -> None:
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}
    assert [path for path, text in texts.items() if "host.name if self." in text or "host.name if case." in text] == []
    assert [path for path, text in texts.items() if re.search(r"(?m)^TRIES\b", text)] == ["remediation/execution.py"]
    assert Case(host=Host(name="ACC-07"), named_host="my other PC").computer_name == "ACC-07"
    assert Case(named_host="my other PC").computer_name == "my other PC"


def test_how_long_something_usually_takes_is_said_of_enough_only() -> None:
    times = [dt.timedelta(minutes=number) for number in range(FEW)]
    assert usual_length(times) == dt.timedelta(minutes=FEW // 2)
    assert usual_length(times[1:]) is None
