"""The Windows probe, on what one reading tells in lines: registry values, services, a chosen certificate, events."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.probes.windows_host import HEALTHY, judged, registry, services
from troubleshoot import catalog, probes
from troubleshoot.probes.windows_facts.events import CONNECTIONS, SIGN_INS, STORM, STORM_PACE, SYSTEM_LOG
from troubleshoot.probes.windows_facts.rule import RuleReading, State
from troubleshoot.probes.windows_facts.services import TERMSERVICE

SERVER = "1.3.6.1.5.5.7.3.1"
CHOSEN = {"bound": "0A" * 20, "found": True, "has_private_key": True, "in_time": True, "purposes": [SERVER]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"fDenyTSConnections": "DWord 1"}, {"remote_desktop": "off"}),
        ({"fDenyTSConnections": "absent"}, {"remote_desktop": "off", "remote_desktop_source": "default"}),
        (
            {"policy__fDenyTSConnections": "DWord 1"},
            {"remote_desktop": "off", "remote_desktop_source": "policy"},
        ),
        (
            {"fDenyTSConnections": "DWord 1", "policy__fDenyTSConnections": "DWord 0"},
            {"remote_desktop_source": "policy"},
        ),
        ({"fEnableWinStation": "DWord 0"}, {"remote_desktop": "off"}),
        (
            {"policy__fDenyTSConnections": "DWord 0", "TSEnabled": "DWord 0"},
            {"remote_desktop": "off"},  # by this computer, although group policy allows connections
        ),
        ({"fEnableWinStation": "absent", "TSEnabled": "absent"}, {}),
        ({"fDenyTSConnections": "String 1"}, {"remote_desktop": "unknown", "remote_desktop_source": "unknown"}),
        ({"fLogonDisabled": "DWord 1"}, {"logons": "off"}),
        ({"TSUserEnabled": "DWord 1"}, {"logons": "off"}),
        ({"TSServerDrainMode": "DWord 1"}, {"logons": "draining"}),
        ({"TSServerDrainMode": "DWord 2"}, {"logons": "draining"}),
        ({"TSServerDrainMode": "absent", "fLogonDisabled": "absent", "TSUserEnabled": "absent"}, {}),
        ({"fLogonDisabled": "QWord"}, {"logons": "unknown"}),
        ({"FIPS__Enabled": "DWord 1"}, {"fips": "on"}),
        ({"FIPS__Enabled": "DWord 0"}, {}),
        ({"FIPS__Enabled": "DWord 7"}, {"fips": "unknown"}),
        ({"TLS__12__Enabled": "DWord 0"}, {"tls12": "off", "tls_source": "local"}),
        ({"TLS__12__DisabledByDefault": "DWord 1"}, {"tls12": "off", "tls_source": "local"}),
        ({"TLS__12__Enabled": "DWord 4294967295", "TLS__12__DisabledByDefault": "DWord 0"}, {"tls_source": "local"}),
        ({"TLS__12__Enabled": "String off"}, {"tls12": "unknown", "tls_source": "unknown"}),
        ({"policy__cipher__suites": "String TLS_RSA_WITH_NULL_SHA256"}, {"cipher_policy": "set"}),
        ({"policy__cipher__suites": "MultiString a,b"}, {"cipher_policy": "set"}),
        ({"policy__cipher__suites": "String "}, {}),
        ({"policy__cipher__suites": "DWord 1"}, {"cipher_policy": "unknown"}),
        ({"SelectTransport": "DWord 1"}, {"udp": "tcp_only", "udp_source": "local"}),
        (
            {"policy__SelectTransport": "DWord 1", "SelectTransport": "DWord 0"},
            {"udp": "tcp_only", "udp_source": "policy"},
        ),
        ({"SelectTransport": "DWord 2"}, {"udp_source": "local"}),
        ({"SelectTransport": "DWord 9"}, {"udp": "unknown", "udp_source": "local"}),
        ({"AllowEncryptionOracle": "DWord 0"}, {"credssp": "patched"}),
        ({"AllowEncryptionOracle": "DWord 1"}, {"credssp": "mitigated"}),
        ({"AllowEncryptionOracle": "DWord 2"}, {"credssp": "vulnerable"}),
    ],
    ids=str,
)
def test_judges_settings_of_this_computer_and_of_group_policy(values: dict[str, str], expected: dict[str, str]) -> None:
    healthy, changed = judged(), judged(registry=registry(**values))
    assert {n.removeprefix("windows."): changed[n] for n in healthy if healthy[n] != changed[n]} == expected


@pytest.mark.parametrize("lines", [None, [], ["x = DWord 1"], registry()["found"][::-1], [None, 1]])
def test_believes_only_lines_that_name_what_was_asked_for(lines: object) -> None:
    found = judged(registry={"found": lines})
    assert found["windows.remote_desktop"] == found["windows.udp"] == found["windows.cipher_policy"] == "unknown"


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ({"KeyIso": "Stopped, Manual, LocalSystem"}, "stopped"),
        ({"KeyIso": "Stopped, Manual, LocalSystem", "CryptSvc": "Stopped, Disabled, LocalSystem"}, "disabled"),
        ({"CryptSvc": "Running, Disabled, LocalSystem"}, "running"),
        ({"CryptSvc": "missing"}, "unknown"),
        ({"CryptSvc": "Start Pending, Auto, LocalSystem"}, "unknown"),
    ],
)
def test_judges_the_services_that_certificates_need_by_the_worst(changed: dict[str, str], value: str) -> None:
    assert judged(certificate_services=services(**changed))["windows.certificate_services"] == value


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ({}, "usable"),
        ({"found": False, "has_private_key": None, "in_time": None, "purposes": None}, "missing"),
        ({"has_private_key": False, "in_time": False}, "no_key"),
        ({"in_time": False, "purposes": []}, "expired"),
        ({"purposes": ["1.3.6.1.5.5.7.3.2"]}, "wrong_purpose"),
        ({"purposes": ["1.3.6.1.5.5.7.3.2", "1.3.6.1.4.1.311.54.1.2"]}, "usable"),
        ({"purposes": []}, "usable"),
        ({"purposes": None}, "unknown"),
        ({"found": None}, "unknown"),
        ({"has_private_key": 1}, "unknown"),
    ],
)
def test_judges_a_certificate_that_was_chosen(changed: dict[str, object], value: str) -> None:
    assert judged(bound={**CHOSEN, **changed})["windows.bound_certificate"] == value


def kinds(*ids: int) -> dict[str, object]:
    """Return what a log says that holds these events, the newest first."""
    return {"kinds": [f"{one}, 2 times, last at 2026-11-22T08:00:00Z: text" for one in ids], "number": 2 * len(ids)}


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ((36870,), {"schannel_events": "key_access"}),
        ((36871,), {"schannel_events": "credential"}),
        ((36874,), {"schannel_events": "no_common"}),
        ((36888, 36874), {"schannel_events": "no_common"}),
        ((36888,), {"schannel_events": "alert"}),
        ((36874, 36888), {"schannel_events": "no_common"}),
        ((36888, 36870), {"schannel_events": "key_access"}),
        ((36871, 36888, 36870), {"schannel_events": "several"}),
        ((1057,), {"certificate_events": "create_failed"}),
        ((1058, 1057), {"certificate_events": "replace_failed"}),
        ((1054, 1057), {"certificate_events": "create_failed"}),
        ((1054,), {"certificate_events": "other"}),
        ((7022,), {"service_events": "hung"}),
        (
            (7022, 1058, 36870),
            {"service_events": "hung", "certificate_events": "replace_failed", "schannel_events": "key_access"},
        ),
    ],
)
def test_judges_the_events_of_the_system_log(ids: tuple[int, ...], expected: dict[str, str]) -> None:
    healthy, changed = judged(), judged(system_log=kinds(*ids))
    assert {n.removeprefix("windows."): changed[n] for n in healthy if healthy[n] != changed[n]} == expected


@pytest.mark.parametrize("lines", [None, "36870", [36870], ["36870"], ["<b>36870</b>, 1 times, "]])
def test_believes_no_event_that_is_told_in_another_form(lines: object) -> None:
    found = judged(system_log={"kinds": lines})
    assert {found["windows." + name] for name in ("schannel_events", "certificate_events", "service_events")} == {
        "unknown"
    }


@pytest.mark.parametrize(
    ("log", "changed", "fact", "value"),
    [
        ("sign_ins", {"number": 1}, "sign_in_failures", "some"),
        ("sign_ins", {"number": None}, "sign_in_failures", "unknown"),
        ("sign_ins", {"number": True}, "sign_in_failures", "unknown"),
        ("connections", {"number": 0}, "connection_events", "none"),
        ("connections", {"number": 0, "enabled": False}, "connection_events", "off"),
        ("connections", {"number": 1, "enabled": False}, "connection_events", "off"),
        ("connections", {"enabled": None}, "connection_events", "unknown"),
    ],
)
def test_judges_the_other_logs_by_their_number(log: str, changed: dict[str, object], fact: str, value: str) -> None:
    assert judged(**{log: changed})["windows." + fact] == value


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "seconds", "ago", "expected"),
    [
        (500, 500, 60, "storm"),
        (500, 500 * STORM_PACE, 60, "storm"),
        (500, 500 * STORM_PACE + 1, 60, "some"),
        (500, 16 * 3600, 60, "some"),
        (500, 500, 3600, "storm"),
        (500, 500, 3601, "some"),
        (STORM, 100, 60, "storm"),
        (STORM - 1, 10, 60, "some"),
        (1, 0, 60, "some"),
    ],
)
def test_calls_it_a_storm_by_how_fast_they_come_and_only_while_they_go_on(
    number: int, seconds: int, ago: int, expected: str
) -> None:
    last = NOON - timedelta(seconds=ago)
    state = {"number": number, "first": _iso(last - timedelta(seconds=seconds)), "kinds": _kind(number, last)}
    assert _sign_ins(state, NOON) == expected


@pytest.mark.parametrize("changed", [{"first": None}, {"first": "yesterday"}, {"kinds": ["4625"]}, {"kinds": []}])
def test_does_not_know_a_storm_whose_times_it_cannot_read(changed: dict[str, object]) -> None:
    state = {"number": 500, "first": _iso(NOON - timedelta(seconds=500)), "kinds": _kind(500, NOON)}
    assert _sign_ins(state, NOON) == "storm"
    assert _sign_ins(state | changed, NOON) == "unknown"
    assert _sign_ins(state, None) == "unknown"


@pytest.mark.parametrize(("ago", "expected"), [(5, "received"), (600, "received"), (601, "none"), (3 * 3600, "none")])
def test_knows_only_of_connections_of_just_now_that_they_reached_it(ago: int, expected: str) -> None:
    last = _iso(NOON - timedelta(seconds=ago))
    state = {"number": 1, "enabled": True, "kinds": [f"261, 1 times, last at {last}: Listener RDP-Tcp received"]}
    assert _judged({CONNECTIONS: state}, "windows.connection_events") == expected


@pytest.mark.parametrize(("hung", "expected"), [("2026-11-22T11:00:00Z", "hung"), ("2026-11-22T09:00:00Z", "none")])
def test_forgets_a_hang_from_before_the_present_start(hung: str, expected: str) -> None:
    log = {"kinds": [f"7022, 1 times, last at {hung}: The service hung on starting."]}
    service = {"exists": True, "state": "Running", "started_at": "2026-11-22T10:00:00Z"}
    assert _judged({SYSTEM_LOG: log, TERMSERVICE: service}, "windows.service_events") == expected
    assert _judged({SYSTEM_LOG: log}, "windows.service_events") == "hung"


@pytest.mark.parametrize(
    ("key", "expected"), [("2026-11-22T11:30:00Z", "key_access"), ("2026-11-21T15:00:00Z", "no_common")]
)
def test_hears_of_tls_only_what_came_together_with_the_newest(key: str, expected: str) -> None:
    lines = ["36874, 3 times, last at 2026-11-22T11:57:00Z: text", f"36870, 1 times, last at {key}: text"]
    assert _judged({SYSTEM_LOG: {"kinds": lines}}, "windows.schannel_events") == expected


def _judged(known: Mapping[RuleReading, State], fact: str) -> str:
    states = [known.get(one) for one in probes.WINDOWS_READINGS]
    return probes.derive_windows_facts(states, reached="yes", now=NOON)[fact][0]


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _kind(number: int, last: datetime) -> list[str]:
    return [f"4625, {number} times, last at {_iso(last)}: An account failed to log on."]


def _sign_ins(state: dict[str, object], now: datetime | None) -> str:
    states = [state if one == SIGN_INS else None for one in probes.WINDOWS_READINGS]
    return probes.derive_windows_facts(states, reached="yes", now=now)["windows.sign_in_failures"][0]


def test_asks_each_resource_for_what_it_takes() -> None:
    for reading in probes.WINDOWS_READINGS:
        catalog.installed_catalog().resources[reading.resource].check_params(reading.params)


def test_expects_the_fields_that_the_resources_describe() -> None:
    for reading, state in HEALTHY.items():
        described = catalog.installed_catalog().resources[reading.resource].fields
        assert state.keys() <= described.keys()
        assert all(described[name].accepts(value) for name, value in state.items()), json.dumps(state)
