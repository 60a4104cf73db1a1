"""The state of a simulated host…"""

import contextlib
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot.lab import BadStateError, build_state, parse_setting
from troubleshoot.lab.service_reactions import service_started, service_stopped
from troubleshoot.lab.state import (
    POLICY,
    RDP_TCP,
    TERMINAL_SERVER,
    HostState,
    healthy,
    iso,
    listener_value,
    moment,
    registry_value,
    running,
)
from troubleshoot.lab.state_document import assign, check


class TestChanging:
    """…tells its observers…"""

    def test_once_when_the_outermost_change_ends(self) -> None:
        told: list[str] = []
        state = HostState(healthy(), on_change=lambda: told.append("file"))
        state.subscribe(lambda: told.append("listener"))
        with state.changing():
            with state.changing() as document:
                document["clock_offset_seconds"] = 5
            assert told == []
        assert told == ["listener", "file"]

    def test_also_when_the_change_fails_halfway(self) -> None:
        told: list[int] = []
        state = HostState(healthy())
        state.subscribe(lambda: told.append(state.document["clock_offset_seconds"]))

        def fail() -> None:
            with state.changing() as document:
                document["clock_offset_seconds"] = 7
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert told == [7]

    def test_not_after_they_have_gone(self) -> None:
        told: list[int] = []
        state = HostState(healthy())
        cancel = state.subscribe(lambda: told.append(1))
        cancel()
        cancel()
        with state.changing():
            pass
        assert told == []

    def test_one_writer_at_a_time(self) -> None:
        state = HostState(healthy())

        def add() -> None:
            for _ in range(200):
                with state.changing() as document:
                    document["clock_offset_seconds"] += 1

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert state.document["clock_offset_seconds"] == 800


class TestReading:
    """…is read…"""

    def test_by_a_clock_that_may_be_wrong(self) -> None:
        document = healthy()
        document["clock_offset_seconds"] = -3600
        late = datetime.now(UTC) - HostState(document).now()
        assert timedelta(seconds=3599) < late < timedelta(seconds=3603)

    def test_without_regard_to_case(self) -> None:
        document = healthy()
        assert registry_value(document, RDP_TCP.upper(), "securitylayer") == 2
        assert running(document, "termservice")
        assert registry_value(document, RDP_TCP, "NoSuchValue") is None
        assert registry_value(document, "HKLM:\\NoSuchKey", "SecurityLayer") is None
        assert not running(document, "NoSuchService")

    def test_with_policy_before_local_values(self) -> None:
        document = healthy()
        document["registry"][POLICY]["userauthentication"] = {"kind": "DWord", "value": 0}
        assert listener_value(document, "UserAuthentication") == 0
        assert listener_value(document, "SecurityLayer") == 2

    def test_as_plain_json_with_the_same_identity_every_time(self) -> None:
        first, second = healthy("ACC-07"), healthy("ACC-07")
        assert json.loads(json.dumps(first)) == first
        assert first["identity"] == second["identity"] != healthy("ACC-08")["identity"]

    @given(st.datetimes(timezones=st.just(UTC)))
    def test_with_times_that_survive_writing(self, time: datetime) -> None:
        assert moment(iso(time)) == time.replace(microsecond=0)

    def test_with_times_that_have_a_zone(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            moment("2026-11-22T09:00:00")


class TestReactions:
    """…reacts: SessionEnv…"""

    def started(self, key: str, *, expired: bool, empty: bool = False) -> HostState:
        document = healthy("ACC-07")
        document["key_store"]["rdp_key"] = key
        entries = document["certificates"]["Remote Desktop"]
        if expired:
            entries[0]["not_after"] = "2020-01-01T00:00:00Z"
        if empty:
            entries.clear()
        state = HostState(document)
        service_stopped(state, "SessionEnv")
        service_started(state, "sessionenv")
        return state

    @pytest.mark.parametrize("empty", [True, False])
    def test_makes_a_certificate_of_six_months_when_none_is_valid(self, empty: bool) -> None:
        state = self.started("readable", expired=True, empty=empty)
        (entry,) = state.document["certificates"]["Remote Desktop"]
        begins, ends = moment(entry["not_before"]), moment(entry["not_after"])
        assert abs(begins - state.now()) < timedelta(seconds=5)
        assert ends - begins == timedelta(days=182)
        assert entry["subject"] == "CN=ACC-07"
        assert set(entry["thumbprint"]) != {"0"}
        assert [one for one in state.document["event_log"] if one["log"] == "System"] == []

    def test_leaves_a_valid_one_alone(self) -> None:
        before = healthy("ACC-07")["certificates"]["Remote Desktop"][0]["serial"]
        state = self.started("readable", expired=False)
        assert [entry["serial"] for entry in state.document["certificates"]["Remote Desktop"]] == [before]

    @pytest.mark.parametrize(
        ("key", "empty", "number", "status"),
        [("denied", False, 1058, "denied"), ("missing", True, 1057, "Keyset"), ("missing", False, 1058, "Keyset")],
    )
    def test_logs_why_it_could_make_none(self, key: str, empty: bool, number: int, status: str) -> None:
        state = self.started(key, expired=True, empty=empty)
        event = state.document["event_log"][-1]
        assert (event["id"], event["log"]) == (number, "System")
        assert status in event["message"]
        assert len(state.document["certificates"]["Remote Desktop"]) == (0 if empty else 1)

    def test_a_started_service_has_a_new_process_and_start_time(self) -> None:
        state = HostState(healthy())
        before = dict(state.document["services"]["TermService"])
        service_stopped(state, "TermService")
        stopped = dict(state.document["services"]["TermService"])
        assert (stopped["state"], stopped["process_id"], stopped["started_at"]) == ("Stopped", 0, None)
        service_started(state, "TermService")
        after = state.document["services"]["TermService"]
        assert after["state"] == "Running"
        assert after["process_id"] not in {0, before["process_id"]}
        assert after["process_id"] % 4 == 0
        assert moment(after["started_at"]) > moment(before["started_at"])

    def test_an_unknown_service_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            service_started(HostState(healthy()), "NoSuchService")


class TestSettings:
    """…takes single settings…"""

    @pytest.mark.parametrize(
        ("text", "path", "value"),
        [
            ("a.b=1", "a.b", 1),
            ("a=true", "a", True),
            ("a=null", "a", None),
            ("a=Stopped", "a", "Stopped"),
            ('a="1"', "a", "1"),
            ("a=b=c", "a", "b=c"),
            ('a={"kind": "DWord"}', "a", {"kind": "DWord"}),
            ("a=", "a", ""),
        ],
    )
    def test_written_as_path_and_value(self, text: str, path: str, value: object) -> None:
        assert parse_setting(text) == (path, value)

    @pytest.mark.parametrize("text", ["", "a.b", "=1"])
    def test_only_with_a_path(self, text: str) -> None:
        with pytest.raises(BadStateError, match="PATH=VALUE"):
            parse_setting(text)

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("services.termservice.STATE", "Stopped"),
            ("certificates.Remote Desktop.0.not_after", "2020-01-01T00:00:00Z"),
            (f"registry.{RDP_TCP}.SecurityLayer", 0),
            (f"registry.{RDP_TCP}.SecurityLayer.value", 0),
            (f"registry.{RDP_TCP}.NewValue", {"kind": "DWord", "value": 1}),
            (f"registry.{POLICY.lower()}.SecurityLayer", {"kind": "DWord", "value": 1}),
            ("registry.HKLM:\\SOFTWARE\\New.NewValue", {"kind": "String", "value": "x"}),
            ("clock_offset_seconds", 60),
            ("time_zone", "Asia/Kolkata"),
        ],
    )
    def test_for_any_place_that_exists_or_registry_value(self, path: str, value: object) -> None:
        assert build_state(name="ACC-07", file=None, settings={path: value}) != healthy("ACC-07")

    def test_for_a_service_that_the_lab_does_not_have(self) -> None:
        model = {**healthy()["services"]["WinRM"], "display_name": "Windows Time", "state": "Stopped"}
        assert (
            build_state(name="ACC-07", file=None, settings={"services.W32Time": model})["services"]["W32Time"] == model
        )

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("nothing", 1),
            ("services.NoSuchService.state", "Stopped"),
            ("services.TermService.colour", "red"),
            ("services.TermService.state.deeper", "x"),
            ("certificates.Remote Desktop.5.serial", 1),
            ("certificates.Remote Desktop.x.serial", 1),
            (f"registry.{RDP_TCP}.NewValue", 5),
            ("services.TermService.state", "Sleeping"),
            ("services.TermService.state", 1),
            ("services.TermService", {}),
            ("services.W32Time", {"state": "Stopped"}),
            ("services.W32.Time", {"state": "Stopped"}),
            ("network.rdp", "maybe"),
            ("domain.joined", 1),
            ("clock_offset_seconds", True),
            ("time_zone", "Mars/Olympus"),
            ("time_zone", ""),
            ("registry", []),
            ("certificates.Remote Desktop.0.not_after", "soon"),
            ("certificates.Remote Desktop.0.subject", "no name"),
            ("certificates.Remote Desktop.0.serial", -1),
            ("certificates.My", None),
        ],
    )
    def test_and_refuses_others_with_the_place(self, path: str, value: object) -> None:
        with pytest.raises(BadStateError) as error:
            build_state(name="ACC-07", file=None, settings={path: value})
        assert str(error.value)

    def test_after_the_faults(self) -> None:
        wanted = {"services.TermService.state": "Running"}
        document = build_state(name="ACC-07", file=None, faults=["service-stopped"], settings=wanted)
        assert document["services"]["TermService"]["state"] == "Running"

    @given(st.text(max_size=60), st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers())))
    def test_and_never_fails_otherwise(self, path: str, value: object) -> None:
        document = healthy()
        with contextlib.suppress(BadStateError):
            assign(document, path, value)
            check(document)


class TestFile:
    """…is read from a file…"""

    def test_that_may_leave_sections_out(self, tmp_path: Path) -> None:
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"name": "ACC-09", "clock_offset_seconds": 60}))
        document = build_state(name="LAB-01", file=file)
        assert (document["name"], document["clock_offset_seconds"]) == ("ACC-09", 60)
        assert document["identity"] == healthy("ACC-09")["identity"]

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"name": 5}', '{"colour": "red"}', "[" * 100_000, "\xff"])
    def test_that_must_be_a_state(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "state.json"
        file.write_text(text, encoding="latin-1")
        with pytest.raises(BadStateError):
            build_state(name="LAB-01", file=file)

    def test_that_must_exist(self, tmp_path: Path) -> None:
        with pytest.raises(BadStateError, match=r"absent\.json"):
            build_state(name="LAB-01", file=tmp_path / "absent.json")


def test_policy_can_forbid_connections() -> None:
    document = healthy()
    document["registry"][POLICY]["fDenyTSConnections"] = {"kind": "DWord", "value": 1}
    assert listener_value(document, "fDenyTSConnections", TERMINAL_SERVER) == 1
