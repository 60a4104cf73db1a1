"""What the shipped readings of content tell of a simulated host: updates, licences, sessions that were left, places…"""

import tomllib
from typing import Any

import pytest

from tests.catalog.resources.test_remedies import CATALOG, carried_out, inside, planned
from tests.lab.powershell.hosts import output
from troubleshoot import engine, wording
from troubleshoot.catalog import SHIPPED_CATALOG
from troubleshoot.lab import ScriptRefused, build_state
from troubleshoot.lab.sessions import sign_out
from troubleshoot.lab.state import HostState

RESTING = {
    "bad_update": "none",
    "licence_time": "not_needed",
    "licence_mode": "not_needed",
    "licence_server": "not_needed",
    "left_sessions": "unknown",  # nobody has noted when this person came
    "places": "free",
}
TOLD: dict[str, dict[str, str]] = {
    "healthy": {},
    "bad-update": {"bad_update": "hangs"},
    "licences-in-order": {"licence_time": "over", "licence_mode": "per_person", "licence_server": "reached"},
    "licence-server-gone": {"licence_time": "over", "licence_mode": "per_person", "licence_server": "not_reached"},
    "licence-server-not-named": {"licence_time": "over", "licence_mode": "per_device", "licence_server": "not_named"},
    "licence-mode-not-decided": {"licence_time": "over", "licence_mode": "not_decided", "licence_server": "reached"},
    "licence-time-left": {"licence_time": "left", "licence_mode": "not_decided", "licence_server": "not_named"},
    "session-disconnected": {"left_sessions": "one"},
    "sessions-disconnected": {"left_sessions": "several"},
    "nobody-signed-in": {"left_sessions": "none"},
    "session-without-desktop": {"left_sessions": "none"},
    "places-taken": {"places": "full"},
    "place-left": {"places": "full", "left_sessions": "one"},
}
LOGOFF = "Start-Process -FilePath 'C:\\Windows\\system32\\{}' -ArgumentList $id -Wait -PassThru -ErrorAction Stop"


def state_with(*faults: str) -> HostState:
    """A host of the lab with these faults."""
    return HostState(build_state(name="ACC-07", file=None, faults=faults))


@pytest.mark.parametrize("fault", TOLD)
def test_are_those_of_the_state(fault: str) -> None:
    found = inside(state_with(fault))
    assert {name: found[f"windows.{name}"] for name in RESTING} == RESTING | TOLD[fault]


class TestTheListOfUpdates:
    """…the updates that are known to break something…"""

    UPDATES = tomllib.loads((SHIPPED_CATALOG / "facts/windows-build.toml").read_text(encoding="utf-8"))["fact"][0][
        "update"
    ]

    def test_is_dated_the_newest_first_and_each_says_from_where(self) -> None:
        days = [one["date"] for one in self.UPDATES]
        assert days == sorted(days, reverse=True)
        assert {one["certainty"] for one in self.UPDATES} == {"field_report"}, "none was read at Microsoft's own page"

    @pytest.mark.parametrize(
        "update", [one for one in UPDATES if "tells" in one], ids=lambda one: f"{one['kb']} {one['build']}"
    )
    def test_tells_a_pc_that_connects_of_its_own_updates_alone(self, update: dict[str, Any]) -> None:
        (reading,) = (one for one in CATALOG.readings.values() if one.resource == "windows-build")
        found = []
        for revision in (update["first"] - 1, update["first"], update["repaired"] - 1, update["repaired"]):
            at = {"build": update["build"], "revision": revision}
            found.append([case.value for case in CATALOG.told_updates[update["tells"]] if case.holds(at)])
            (fact,) = reading.told({**at, "edition": "Client"})
            assert fact.value == "none", "that the PC of a person has it says nothing of the computer"
        assert found == [[], [update["symptom"]], [update["symptom"]], []]

    @pytest.mark.parametrize(
        "update", [one for one in UPDATES if "tells" not in one], ids=lambda one: f"{one['kb']} {one['build']}"
    )
    def test_names_the_update_until_the_revision_that_repairs_it(self, update: dict[str, Any]) -> None:
        (reading,) = (one for one in CATALOG.readings.values() if one.resource == "windows-build")
        edition = update.get("editions", ["Server"])[0]
        for revision, broken in ((-1, False), (0, True), (update["repaired"] - update["first"], False)):
            at = {"build": update["build"], "revision": update["first"] + revision, "edition": edition}
            (fact,) = reading.told(at)
            assert (fact.value == update["symptom"]) == broken
            assert any(update["kb"] in text and update["repaired_by"] in text for text in fact.readings) == broken


class TestSigningOut:
    """…and how the lab signs somebody out."""

    def exit_code(self, state: HostState, number: str, program: str = "logoff.exe") -> Any:
        script = "$ended = " + LOGOFF.format(program) + "\n$ended.ExitCode"
        return output(script, state, id=number)

    def test_ends_the_session_and_what_runs_in_it(self) -> None:
        state = state_with()
        assert self.exit_code(state, "2") == [0]
        assert (state.document["sessions"], state.document["processes"]) == ([], [])

    def test_fails_for_a_session_that_is_not_there(self) -> None:
        state = state_with()
        assert self.exit_code(state, "7") == [1]
        assert not sign_out(state, 0)
        assert len(state.document["sessions"]) == 1

    def test_fails_without_the_right_to_do_so(self) -> None:
        state = state_with()
        state.document["winrm"]["administrator"] = False
        assert self.exit_code(state, "2") == [1]
        assert len(state.document["sessions"]) == 1

    def test_is_the_only_program_that_is_known(self) -> None:
        with pytest.raises(ScriptRefused, match="a program that the lab does not know"):
            self.exit_code(state_with(), "2", "shutdown.exe")
        with pytest.raises(ScriptRefused, match="the number of one session"):
            self.exit_code(state_with(), "/V")


class TestThePlan:
    """…and the plan for it."""

    ACTION = CATALOG.actions["sign-out-left-session"]

    def test_names_the_person_and_says_that_nobody_else_is_signed_out(self) -> None:
        plan = planned(self.ACTION, state_with("session-disconnected"))
        (change,) = plan.items[0].changes
        assert "CORP\\bob, session 2, signed in since " in str(change.now)
        assert "nobody else" in wording.statement_words(engine.who_is_disconnected(plan, CATALOG))
        assert not engine.signs_people_out(
            planned(CATALOG.actions["let-people-sign-in"], state_with("drained")), CATALOG
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"created_at": "2026-11-30T01:00:00Z"},
            {"session_id": 5},
            {"owner_user": "eve"},
        ],
    )
    def test_is_no_longer_true_once_it_is_another_session(self, change: dict[str, Any]) -> None:
        state = state_with("session-disconnected")
        plan = planned(self.ACTION, state)
        state.document["processes"][0].update(change)
        assert carried_out(plan, state).outcome == "drifted"
        assert len(state.document["processes"]) == 1

    def test_is_no_longer_true_once_the_account_is_another_one(self) -> None:
        state = state_with("session-disconnected")
        plan = planned(self.ACTION, state)
        state.document["sessions"][0]["sid"] = "S-1-5-21-9-9-9-1104"
        assert carried_out(plan, state).outcome == "drifted"


def test_licences_are_not_asked_about_where_no_desktop_is_shared() -> None:
    with pytest.raises(ScriptRefused, match="is not documented"):
        output(
            "$setting = Get-CimInstance -Namespace 'root/cimv2/TerminalServices' "
            "-ClassName Win32_TerminalServiceSetting -ErrorAction Stop\n"
            "Invoke-CimMethod -InputObject $setting -MethodName GetGracePeriodDays -ErrorAction Stop"
        )
