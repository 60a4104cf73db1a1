"""One brain: whatever computer, code and answer, the remedy that is offered is for the cause that is named first…"""

import itertools
import random

import pytest

from tests.diagnosis.table import HOST, Row, row
from tests.diagnosis.test_table import _quick as quick
from tests.diagnosis.test_table import consulted, printed, ranking, recognised
from troubleshoot import catalog, diagnosis
from troubleshoot.engine import code_as_pasted

__all__ = ["quick"]  # the fixture of the table holds here too
#: When a person says that it fails; nothing where nobody has asked.
MOMENTS = ["", "at_once", "after_password", "after_desktop", "dont_know"]
FAULTS = list(dict.fromkeys(one.faults for one in HOST if not one.told and one.address == "127.0.0.1"))
#: One code for each guide that looks at the computer, as different kinds of error windows show it.
CODES = {
    "rdp-connection-closed": "0x904 / 0x7",
    "rdp-no-connection": "0x204",
    "rdp-sign-in": "0x807",
    "rdp-certificate": "0x907",
    "rdp-session-ended": "0x3",
    "rdp-credssp": "0x80090302",
    "rdp-gateway": "0x800759D8",
    "rdp-licensing": "0x10107",
    "rdp-unknown": "a window without a number",
}


#: One code for each step at which a guide begins for whom an error says more than that the guide fits.
STARTS = {
    f"{entry.guide}/{entry.start}": (entry.guide or "", code_as_pasted(entry.code))
    for entry in catalog.installed_catalog().codes.entries.values()
    if entry.start
}


def _every() -> list[tuple[str, str, str]]:
    return list(itertools.product(FAULTS, MOMENTS, CODES))


#: Drawn once, so that a failure comes again; every other combination is tried by `make soak`.
SAMPLE = random.Random(907).sample(_every(), 60)[:12]


@pytest.mark.parametrize(("fault", "moment", "guide"), SAMPLE)
def test_one_of_a_sample(fault: str, moment: str, guide: str) -> None:
    _judged(fault, moment, guide)


_AT_STARTS = list(itertools.product(FAULTS, STARTS))
SAMPLE_AT_STARTS = random.Random(7).sample(_AT_STARTS, 60)[:12]


@pytest.mark.parametrize(("fault", "start"), SAMPLE_AT_STARTS)
def test_one_where_the_error_says_where_to_begin(fault: str, start: str) -> None:
    _judged(fault, "", *STARTS[start])


@pytest.mark.soak
@pytest.mark.parametrize(("fault", "start"), [one for one in _AT_STARTS if one not in SAMPLE_AT_STARTS])
def test_every_other_one_where_the_error_says_where_to_begin(fault: str, start: str) -> None:
    _judged(fault, "", *STARTS[start])


@pytest.mark.soak
@pytest.mark.parametrize(("fault", "moment", "guide"), [one for one in _every() if one not in SAMPLE])
def test_every_other_one(fault: str, moment: str, guide: str) -> None:
    _judged(fault, moment, guide)


def test_has_a_code_for_each_guide_that_judges() -> None:
    judging = {name for name, guide in catalog.installed_catalog().guides.items() if guide.judges}
    assert set(CODES) <= judging
    assert len(judging) >= len(CODES)


def test_says_of_an_answer_only_what_was_judged_then() -> None:
    step = catalog.installed_catalog().guides["rdp-connection-closed"].steps["why"]
    said = {
        value: diagnosis.answer_in_words(step, value)[1] for value in ("service_stopped", "none", "why_when", "gone")
    }
    assert said["service_stopped"] == "Remote Desktop is not running"
    assert (said["why_when"], said["gone"]) == ("one question comes first", "gone")
    assert len(set(said.values())) == len(said)


def _judged(fault: str, moment: str, name: str, error: str = "") -> None:
    one = _row(fault, moment, error or CODES[name])
    guide = catalog.installed_catalog().guides[name].begun_at(recognised(one).leads_to[1])
    at = consulted(one, guide).at
    if at.kind == "fix":
        judged = ranking(one)
        assert at.subject in judged[0].cause.remedies, f"{at.name}: {at.subject}\n{printed(one, judged)}"


def _row(fault: str, moment: str, error: str) -> Row:
    told = {"told__when": moment} if moment else {}
    made = row("-", "", fault, **told)
    return Row(made.number, made.first, made.faults, made.told, made.both, error)
