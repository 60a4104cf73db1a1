"""Two faults at once: whatever a computer has, the remedy that is offered is for the cause that is named first…"""

import itertools
import random

import pytest

from tests.diagnosis.table import HOST, row
from tests.diagnosis.test_table import _quick as quick
from tests.diagnosis.test_table import known, offered, printed, ranking
from troubleshoot.diagnosis import judge_health

__all__ = ["quick"]  # the fixture of the table holds here too
ALONE = list(dict.fromkeys(one.faults for one in HOST if not one.told and one.address == "127.0.0.1"))
PAIRS = [" ".join(pair) for pair in itertools.combinations([one for one in ALONE if " " not in one], 2)]
#: Drawn once, so that a failure comes again; every pair is tried by `make soak`.
SAMPLE = random.Random(904).sample(PAIRS, 24)[:12]


def test_holds_for_every_fault_of_the_computer_itself() -> None:
    assert len(ALONE) >= 40
    assert len(PAIRS) > 700


@pytest.mark.parametrize("faults", SAMPLE)
def test_one_of_a_sample(faults: str) -> None:
    _judged(faults)


@pytest.mark.soak
@pytest.mark.parametrize("faults", [one for one in PAIRS if one not in SAMPLE])
def test_every_other_one(faults: str) -> None:
    _judged(faults)


def _judged(faults: str) -> None:
    one = row("-", "", faults)
    judged = ranking(one)
    assert judged[0].verdict in {"shown_by", "fits"}, printed(one, judged)
    assert offered(one) in {"", *judged[0].cause.remedies}, printed(one, judged)
    assert judge_health(known(one)).state == "not_healthy", printed(one, judged)
