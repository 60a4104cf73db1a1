"""What a plan names for the person: a path of Windows is there, and folded behind what it is about."""

import re

import pytest

from tests.support import shipped_catalog
from troubleshoot.engine import PlanItem
from troubleshoot.templatetags.words import planned_thing

ACTIONS = shipped_catalog().actions
WISHES = {f"{name} {place}": wish for name, action in ACTIONS.items() for place, wish in enumerate(action.wishes)}


@pytest.mark.parametrize("name", WISHES)
def test_no_path_of_windows_stands_open(name: str) -> None:
    wish = WISHES[name]
    title = " ".join(["Something", *map(str, wish.params.values())])
    item = PlanItem(wish.resource, "", title, dict(wish.params), {}, {}, (), (), "")
    shown = str(planned_thing(item))
    assert "\\" not in re.sub(r"<details>.*</details>", "", shown)
    assert all(str(one) in shown for one in wish.params.values())
