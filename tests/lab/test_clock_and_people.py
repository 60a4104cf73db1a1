"""A simulated host: by its own clock, and with the people who are signed in…"""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.lab.hosts import inside, listening, seen
from troubleshoot.lab import FAULTS, BadStateError, build_state
from troubleshoot.lab.faults.events import sign_ins_failed
from troubleshoot.lab.host_clock import set_clock
from troubleshoot.lab.powershell import run
from troubleshoot.lab.state import Document, HostState, account_sid, healthy, moment

DAYS = 2 * 86_400
LATEST = "param()\n(Get-WinEvent -LogName '{}' -MaxEvents 1 -ErrorAction Stop).Message"


def dated(document: Document) -> list[datetime]:
    """All that the host itself has dated."""
    found = [one["started_at"] for one in document["services"].values() if one["started_at"]]
    found += [one["created_at"] for one in document["processes"]]
    found += [one["since"] for one in document["sessions"]]
    found += [one["time"] for one in document["event_log"]]
    return [moment(one) for one in found]


def certificate_of(document: Document) -> tuple[datetime, datetime]:
    entry = document["certificates"]["Remote Desktop"][0]
    return moment(entry["not_before"]), moment(entry["not_after"])


class TestItsClock:
    """…its clock…"""

    @pytest.mark.parametrize("seconds", [-DAYS, DAYS, 90])
    def test_dates_all_that_the_host_has_dated_and_no_certificate(self, seconds: int) -> None:
        before = healthy("ACC-07")
        after = build_state(name="ACC-07", file=None, settings={"clock_offset_seconds": seconds})
        moved = [new - old for old, new in zip(dated(before), dated(after), strict=True)]
        assert {round((one.total_seconds() - seconds) / 10) for one in moved} == {0}
        assert abs(certificate_of(after)[1] - certificate_of(before)[1]) < timedelta(seconds=10)

    @pytest.mark.parametrize("fault", ["clock-behind", "clock-ahead", "clock-behind-certificate-ended"])
    def test_leaves_nothing_in_its_own_future(self, fault: str) -> None:
        document = build_state(name="ACC-07", file=None, faults=["key-missing", "brute-force", fault, "service-hung"])
        assert max(dated(document)) <= HostState(document).now()

    def test_comes_before_the_times_that_are_set_with_it(self) -> None:
        event = {"log": "System", "source": "x", "id": 1, "time": "2026-01-01T00:00:00Z", "message": "x"}
        places = {"event_log": [event], "clock_offset_seconds": DAYS}
        assert build_state(name="ACC-07", file=None, settings=places)["event_log"] == [event]

    def test_dates_what_a_document_leaves_out(self, tmp_path: Path) -> None:
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"clock_offset_seconds": -DAYS}), encoding="utf-8")
        document = build_state(name="ACC-07", file=file)
        assert max(dated(document)) <= HostState(document).now() < datetime.now(UTC) - timedelta(days=1)

    def test_is_back_where_it_was(self) -> None:
        document = healthy()
        before = dated(document)
        set_clock(document, DAYS)
        set_clock(document, 0)
        assert dated(document) == before

    def test_moves_no_time_out_of_the_calendar(self, tmp_path: Path) -> None:
        event = {"log": "System", "source": "x", "id": 1, "time": "0001-01-01T00:00:00Z", "message": "x"}
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"event_log": [event]}), encoding="utf-8")
        with pytest.raises(BadStateError, match="time"):
            build_state(name="ACC-07", file=file, faults=["clock-behind"])

    def test_is_wrong_by_ten_years_at_most(self) -> None:
        with pytest.raises(BadStateError, match="clock_offset_seconds"):
            build_state(name="ACC-07", file=None, settings={"clock_offset_seconds": 10**12})

    @pytest.mark.parametrize(
        ("fault", "outside", "windows", "clock"),
        [
            ("clock-behind-certificate-ended", "expired", "valid", "behind"),
            ("clock-ahead-certificate-ended", "valid", "expired", "ahead"),
        ],
    )
    def test_and_that_of_the_portal_can_disagree_about_a_certificate(
        self, fault: str, outside: str, windows: str, clock: str
    ) -> None:
        with listening(fault) as (state, server):
            assert seen(server.port).facts["rdp.certificate"] == outside
            facts = inside(state.document)
        assert (facts["windows.certificate"], facts["windows.clock"]) == (windows, clock)


class TestItsPeople:
    """…the people…"""

    def test_have_a_session_for_each_desktop(self) -> None:
        document = healthy()
        assert [one["id"] for one in document["sessions"]] == [one["session_id"] for one in document["processes"]]
        assert document["sessions"][0]["sid"] == account_sid("corp", "BOB") != account_sid("CORP", "eve")

    @pytest.mark.parametrize("sessions", [None, []])
    def test_of_an_older_document_are_those_who_have_a_desktop(
        self, tmp_path: Path, sessions: list[Any] | None
    ) -> None:
        model = healthy()["processes"][0]
        desktops = [model | {"session_id": 5, "owner_user": "eve"}, model | {"session_id": 5, "process_id": 9}]
        service = model | {"session_id": 0, "process_id": 13}
        written: Document = {"processes": [*desktops, service]} | ({} if sessions is None else {"sessions": sessions})
        file = tmp_path / "state.json"
        file.write_text(json.dumps(written), encoding="utf-8")
        (found,) = build_state(name="ACC-07", file=file)["sessions"]
        assert (found["id"], found["user"], found["state"]) == (5, "eve", "active")
        file.write_text(json.dumps({"processes": []}), encoding="utf-8")
        assert build_state(name="ACC-07", file=file)["sessions"] == []

    def test_may_work_without_a_desktop(self) -> None:
        document = build_state(name="ACC-07", file=None, faults=["session-without-desktop"])
        running = [one["name"] for one in document["processes"]]
        assert ([one["user"] for one in document["sessions"]], running) == (["bob"], ["rdpshell.exe"])

    def test_have_a_program_of_their_own_and_helpers_of_windows_in_their_session(self) -> None:
        document = build_state(name="ACC-07", file=None, settings={"processes": []})
        (session,) = document["sessions"]
        own = 'Get-CimInstance -ClassName Win32_Process -Filter "SessionId = 2" -ErrorAction Stop'
        script = f"param()\n{own} | ForEach-Object -Process {{ $_.Name }} -ErrorAction Stop"
        names = run(script, {}, HostState(document))
        assert session["id"] == 2
        assert names == ["csrss.exe", "winlogon.exe", "fontdrvhost.exe", "dwm.exe", "sihost.exe"]

    def test_may_have_left_without_signing_out(self) -> None:
        document = build_state(name="ACC-07", file=None, faults=["session-disconnected"])
        (session,) = document["sessions"]
        (event,) = [one for one in document["event_log"] if one["id"] == 24]
        assert (session["state"], session["since"]) == ("disconnected", event["time"])
        log = "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"
        assert run(LATEST.format(log), {}, HostState(document)) == [event["message"]]

    def test_may_be_nobody(self) -> None:
        document = build_state(name="ACC-07", file=None, faults=["nobody-signed-in"])
        assert (document["sessions"], document["processes"]) == ([], [])

    @pytest.mark.parametrize("change", [{"state": "asleep"}, {"id": "2"}, {"since": "yesterday"}, {"colour": "red"}])
    def test_are_nothing_that_cannot_be(self, change: Document) -> None:
        with pytest.raises(BadStateError, match=r"sessions\.0"):
            build_state(name="ACC-07", file=None, settings={"sessions": [healthy()["sessions"][0] | change]})


class TestItsFailedSignIns:
    """…sign-ins that fail…"""

    def test_have_a_span_and_come_from_accounts_and_sources_in_turn(self) -> None:
        document = healthy()
        sign_ins_failed(document, 100, seconds=990, accounts=["CORP\\a", "CORP\\b"], sources=["192.0.2.1"], until=30)
        events = [one for one in document["event_log"] if one["id"] == 4625]
        times = [moment(one["time"]) for one in events]
        assert (len(events), max(times) - min(times)) == (100, timedelta(seconds=990))
        assert Counter(one["data"]["TargetUserName"] for one in events) == {"a": 50, "b": 50}
        assert {one["data"]["IpAddress"] for one in events} == {"192.0.2.1"}

    @pytest.mark.parametrize(
        ("fault", "number", "hours", "accounts", "sources"),
        [("sign-in-failures-one-account", 700, 23, 1, 1), ("brute-force", 600, 0, 5, 40)],
    )
    def test_are_many_in_a_day_or_in_minutes(
        self, fault: str, number: int, hours: int, accounts: int, sources: int
    ) -> None:
        document = healthy()
        for _ in range(2):  # a fault that is given twice has happened once
            FAULTS[fault](document)
        events = [one for one in document["event_log"] if one["id"] == 4625]
        span = max(moment(one["time"]) for one in events) - min(moment(one["time"]) for one in events)
        assert (len(events), span // timedelta(hours=1)) == (number, hours)
        found = (len({one["data"][name] for one in events}) for name in ("TargetUserName", "IpAddress"))
        assert tuple(found) == (accounts, sources)

    def test_are_read_newest_first_in_whatever_order_they_were_written(self) -> None:
        document = build_state(name="ACC-07", file=None, faults=["mistyped-passwords", "sign-in-failures-one-account"])
        newest = max((one for one in document["event_log"] if one["log"] == "Security"), key=lambda one: one["time"])
        assert run(LATEST.format("Security"), {}, HostState(document)) == [newest["message"]]
