"""A plan: what differs, what has drifted, and the way back."""

import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sample import FILES, sample
from troubleshoot.engine import (
    Action,
    PlanDocument,
    PlanError,
    Value,
    make_plan,
    outdated_parts,
    plan_drift,
    plan_from_document,
    plan_to_document,
    revert_plan,
)
from troubleshoot.engine.action import Wish

CATALOG = sample()
ACTION = CATALOG.actions["switch-on"]
LAMP = CATALOG.resources["lamp"]
IDENTITY = {"machine_guid": "11111111-2222-3333-4444-555555555555"}
State = dict[str, Value]


def lamp(**changed: Any) -> State:
    return {"switch": False, "watts": 60, "colours": ["red"], "temperature": 20, **changed}


def states() -> list[State]:
    return [lamp(), lamp(), {"fresh": False}]


def planned(read: list[State] | None = None, action: Action = ACTION) -> PlanDocument:
    return make_plan(action, CATALOG, read or states(), identity=IDENTITY, runner="r1")


LAMP_STATES = st.fixed_dictionaries(
    {
        "switch": st.none() | st.booleans(),
        "watts": st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
        "colours": st.none() | st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3),
        "temperature": st.none() | st.integers(-10, 100),
    }
)
LAMP_WISHES = st.fixed_dictionaries(
    {},
    optional={
        "switch": st.booleans(),
        "watts": st.integers(0, 100),
        "colours": st.lists(st.sampled_from(["red", "blue"]), max_size=2),
    },
)


def lamps_only(*desired: dict[str, Any]) -> Action:
    wishes = tuple(Wish("lamp", {"room": f"room{'x' * n}"}, one) for n, one in enumerate(desired))
    return replace(ACTION, wishes=wishes)


def write(host: list[State], plan: PlanDocument, order: list[int]) -> list[State]:
    """Do to a model host what the runner does: refuse drift, then write the desired fields in order."""
    expected = [host[place] for place in order]
    assert plan_drift(plan, expected) == ()
    after = copy.deepcopy(host)
    for place, item in zip(order, plan.items, strict=True):
        after[place].update({name: value for name, value in item.desired.items() if name in LAMP.fields})
    return after


class TestAnEvent:
    """A stopped service is started: that it is restarted would be said of a running one."""

    FLASHED = replace(LAMP.events["flashed"], unless={"switch": False})
    KNOWN = replace(CATALOG, resources={**CATALOG.resources, "lamp": replace(LAMP, events={"flashed": FLASHED})})

    def events(self, state: State, desired: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Value], str]:
        plan = make_plan(lamps_only(desired), self.KNOWN, [state], identity=IDENTITY, runner="r1")
        (item,) = plan.items
        return item.events, dict(item.desired), item.irreversible

    def test_that_a_change_says_already_is_carried_out_and_not_said_again(self) -> None:
        wish = {"switch": True, "flashed": True}
        said, done, _ = self.events(lamp(switch=False), wish)
        assert (said, done) == ((), wish)
        assert self.events(lamp(switch=True), wish)[:2] == (("Flash once",), {"flashed": True})

    def test_is_said_where_nothing_else_would_be(self) -> None:
        said, _, once = self.events(lamp(switch=False), {"flashed": True})
        assert said == ("Flash once",)
        assert "happens once and is not undone" in once


class TestPlan:
    def test_holds_only_what_differs_in_words(self) -> None:
        hall, attic, bulb = planned().items
        assert hall.desired == {"switch": True, "watts": 40, "flashed": True}
        assert [(c.setting, c.now, c.afterwards, c.revert) for c in hall.changes] == [
            ("Switch", "off", "on", "can be put back to: off"),
            ("Power", "60", "40", "can be put back to: 60"),
        ]
        assert (hall.title, hall.events) == ("Lamp hall", ("Flash once",))
        assert attic.changes[0].afterwards == "none"
        assert bulb.changes[0].revert == "The old bulb is broken."

    def test_keeps_the_compared_fields_as_they_were(self) -> None:
        assert planned().items[0].before == {"switch": False, "watts": 60, "colours": ["red"]}

    def test_says_what_cannot_be_undone(self) -> None:
        assert planned().irreversible == (
            "Lamp hall: “Flash once” happens once and is not undone.",
            "Bulb: The old bulb is broken.",
        )

    def test_says_when_there_is_nothing_to_change(self) -> None:
        action = lamps_only({"switch": True, "watts": 40})
        assert planned([lamp(switch=True, watts=40)], action).nothing_to_change
        assert not planned([lamp(switch=True, watts=41)], action).nothing_to_change
        event = lamps_only({"switch": True, "flashed": True})
        assert not planned([lamp(switch=True)], event).nothing_to_change

    def test_compares_by_type(self) -> None:
        action = lamps_only({"watts": 1})
        assert not planned([lamp(watts=0)], action).nothing_to_change
        assert not planned([lamp(watts=None)], action).nothing_to_change
        assert planned([lamp(watts=1)], action).nothing_to_change

    @pytest.mark.parametrize(
        ("read", "text"),
        [
            ([lamp(), lamp()], "readings_miscounted found=2 wanted=3"),
            ([None, lamp(), {"fresh": False}], "resource_unread resource='lamp'"),
            ([lamp(extra=1), lamp(), {"fresh": False}], r"resource_unfit resource='lamp' fields=\['extra'\]"),
            ([lamp(), {"switch": True}, {"fresh": False}], "resource_unfit"),
            ([lamp(watts="60"), lamp(), {"fresh": False}], r"fields=\['watts'\]"),
            ([lamp(watts=True), lamp(), {"fresh": False}], r"fields=\['watts'\]"),
            ([lamp(watts=2**53), lamp(), {"fresh": False}], r"fields=\['watts'\]"),
            ([lamp(switch=1), lamp(), {"fresh": False}], r"fields=\['switch'\]"),
            ([lamp(colours=[1]), lamp(), {"fresh": False}], r"fields=\['colours'\]"),
            ([lamp(colours="red"), lamp(), {"fresh": False}], r"fields=\['colours'\]"),
        ],
    )
    def test_is_refused_for_readings_that_do_not_fit(self, read: list[Any], text: str) -> None:
        with pytest.raises(PlanError, match=text):
            planned(read)


class TestDigest:
    def test_changes_with_every_input(self) -> None:
        other = sample()
        spoiled = {name: text.replace("@{}", "@{ }") for name, text in FILES.items()}
        assert spoiled != FILES
        plans = [
            planned(),
            make_plan(ACTION, CATALOG, states(), identity=IDENTITY, runner="r2"),
            make_plan(ACTION, CATALOG, states(), identity={"machine_guid": "other"}, runner="r1"),
            make_plan(replace(ACTION, digest="other"), CATALOG, states(), identity=IDENTITY, runner="r1"),
            planned([lamp(switch=None), lamp(), {"fresh": False}]),
            planned([lamp(colours=["red", "red"]), lamp(), {"fresh": False}]),
        ]
        first = ACTION.wishes[0]
        plans += [
            planned(action=replace(ACTION, wishes=(replace(first, params={"room": "cellar"}), *ACTION.wishes[1:]))),
            planned(action=replace(ACTION, wishes=(replace(first, desired={"watts": 41}), *ACTION.wishes[1:]))),
        ]
        changed = replace(other, resources={**other.resources, "lamp": replace(LAMP, digest="other script")})
        plans.append(make_plan(ACTION, changed, states(), identity=IDENTITY, runner="r1"))
        assert len({plan.digest for plan in plans}) == len(plans)

    def test_does_not_change_with_fields_that_do_not_count(self) -> None:
        assert planned([lamp(temperature=99), lamp(), {"fresh": False}]).digest == planned().digest

    @given(LAMP_STATES, LAMP_STATES)
    def test_is_equal_exactly_for_equal_compared_fields(self, one: State, other: State) -> None:
        action = lamps_only({"switch": True})
        same = json.dumps(LAMP.compared(one)) == json.dumps(LAMP.compared(other))
        assert (planned([one], action).digest == planned([other], action).digest) is same


class TestDocument:
    def test_survives_the_round_trip_through_json(self) -> None:
        plan = planned()
        again = plan_from_document(json.loads(json.dumps(plan_to_document(plan))))
        assert again == plan
        assert again.digest == plan.digest

    @given(LAMP_STATES, LAMP_WISHES)
    def test_survives_for_any_state(self, state: State, wish: dict[str, Any]) -> None:
        plan = planned([state], lamps_only(wish))
        assert plan_from_document(json.loads(json.dumps(plan_to_document(plan)))).digest == plan.digest

    @pytest.mark.parametrize("key", [*sorted(plan_to_document(planned()))])
    def test_is_refused_when_any_part_was_edited(self, key: str) -> None:
        document = plan_to_document(planned())
        with pytest.raises(PlanError):
            plan_from_document({**document, key: [] if key == "items" else "edited"})
        del document[key]
        with pytest.raises(PlanError):
            plan_from_document(document)

    def test_is_refused_when_a_wish_was_edited(self) -> None:
        document = plan_to_document(planned())
        document["items"][0]["desired"]["watts"] = 41
        with pytest.raises(PlanError, match="plan_altered"):
            plan_from_document(document)


class TestDrift:
    def test_is_nothing_for_the_same_state(self) -> None:
        assert plan_drift(planned(), [lamp(temperature=1), lamp(), {"fresh": False}]) == ()

    def test_names_the_field_with_both_values(self) -> None:
        found = plan_drift(planned(), [lamp(), lamp(watts=61), {"fresh": False}])
        assert [(d.item, d.resource, d.field, d.planned, d.found) for d in found] == [(1, "lamp", "watts", 60, 61)]

    def test_counts_a_missing_field_and_an_unreadable_resource(self) -> None:
        unreadable: list[Any] = [None, lamp(), {}]
        assert [(d.item, d.field) for d in plan_drift(planned(), unreadable)] == [(0, ""), (2, "fresh")]

    @given(LAMP_STATES, LAMP_STATES)
    def test_is_any_changed_compared_field_and_nothing_else(self, before: State, now: State) -> None:
        plan = planned([before], lamps_only({"switch": True}))
        changed = {n for n in LAMP.compared(before) if json.dumps(before[n]) != json.dumps(now[n])}
        assert {difference.field for difference in plan_drift(plan, [now])} == changed


class TestOutdated:
    def test_is_nothing_with_the_same_content(self) -> None:
        assert outdated_parts(planned(), sample(), runner="r1") == ()

    def test_names_every_part_that_is_another_one(self) -> None:
        action = replace(ACTION, digest="other")
        resources = {"lamp": replace(LAMP, digest="other")}
        catalog = replace(CATALOG, actions={action.name: action}, resources=resources)
        assert outdated_parts(planned(), catalog, runner="r2") == (
            ("runner", ""),
            ("action", "switch-on"),
            ("resource", "lamp"),
            ("resource", "bulb"),
        )

    def test_lets_a_revert_outlive_its_action(self) -> None:
        back = revert_plan(planned(), [lamp(switch=True), lamp(), {"fresh": True}], CATALOG, runner="r1")
        assert back is not None
        assert outdated_parts(back, replace(CATALOG, actions={}), runner="r1") == ()
        assert outdated_parts(back, replace(CATALOG, resources={}), runner="r1") == (("resource", "lamp"),)


class TestRevert:
    def test_goes_backwards_over_what_can_be_put_back(self) -> None:
        plan = planned()
        after: list[State] = [lamp(switch=True, watts=40), lamp(colours=[]), {"fresh": True}]
        back = revert_plan(plan, after, CATALOG, runner="r1")
        assert back is not None
        assert [(item.title, dict(item.desired)) for item in back.items] == [
            ("Lamp attic", {"colours": ["red"]}),
            ("Lamp hall", {"switch": False, "watts": 60}),
        ]
        assert (back.kind, back.reverts) == ("revert", plan.digest)
        assert back.items[1].before == LAMP.compared(after[0])
        assert plan_from_document(json.loads(json.dumps(plan_to_document(back)))) == back

    def test_tells_a_script_that_it_undoes_and_says_nothing_of_it(self) -> None:
        mark = replace(LAMP.events["flashed"], undo_only=True)
        known = replace(CATALOG, resources={**CATALOG.resources, "lamp": replace(LAMP, events={"flashed": mark})})
        plan = make_plan(lamps_only({"switch": True}), known, [lamp()], identity=IDENTITY, runner="r1")
        (item,) = plan.items
        assert dict(item.desired) == {"switch": True}
        back = revert_plan(plan, [lamp(switch=True)], known, runner="r1")
        assert back is not None
        (item,) = back.items
        assert (dict(item.desired), item.events, item.irreversible) == ({"switch": False, "flashed": True}, (), "")

    def test_covers_only_what_was_really_changed(self) -> None:
        back = revert_plan(planned(), [lamp(switch=True), lamp(), {"fresh": False}], CATALOG, runner="r1")
        assert back is not None
        assert [dict(item.desired) for item in back.items] == [{"switch": False}]

    def test_is_nothing_when_nothing_changed(self) -> None:
        assert revert_plan(planned(), states(), CATALOG, runner="r1") is None
        unread: list[Any] = [None, None, None]
        assert revert_plan(planned(), unread, CATALOG, runner="r1") is None

    def test_is_refused_when_the_resource_is_gone(self) -> None:
        with pytest.raises(PlanError, match="resource_gone resource='bulb'"):
            revert_plan(planned(), states(), replace(CATALOG, resources={}), runner="r1")

    @given(st.lists(st.tuples(LAMP_STATES, LAMP_WISHES), min_size=1, max_size=4))
    def test_after_apply_is_the_identity(self, parts: list[tuple[State, dict[str, Any]]]) -> None:
        host = [state for state, _ in parts]
        action = lamps_only(*(wish for _, wish in parts))
        plan = planned(host, action)
        after = write(host, plan, list(range(len(host))))
        assert planned(after, action).nothing_to_change
        back = revert_plan(plan, after, CATALOG, runner="r1")
        if back is None:
            assert after == host
        else:
            rooms = [item.params["room"] for item in plan.items]
            order = [rooms.index(item.params["room"]) for item in back.items]
            assert order == sorted(order, reverse=True)
            assert write(after, back, order) == host
