"""What nobody has read or told is not claimed: a remedy of the own PC, which we cannot see, says what may be."""

import re

import pytest

from tests.support import shipped_catalog
from troubleshoot.engine import Action

ACTIONS = [one for one in shipped_catalog().actions.values() if one.manual and one.self_service]
#: Offered only where the PC told its version, so that the cause is shown.
SHOWN = {"update-own-pc"}
OPEN = r"\b(may|when|where|if|often)\b"


@pytest.mark.parametrize("action", [one for one in ACTIONS if one.name not in SHOWN], ids=lambda one: str(one.name))
def test_what_a_person_does_by_hand_begins_with_what_may_be(action: Action) -> None:
    first = re.split(r"(?<=\w)[.:] ", action.explain)[0]
    assert re.search(OPEN, first, re.IGNORECASE), first


def test_every_exception_still_ships() -> None:
    assert {one.name for one in ACTIONS} >= SHOWN
