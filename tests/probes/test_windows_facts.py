"""The Windows probe."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.probes.windows_host import HEALTHY, NAMED, NOW, PORT, judged, values
from troubleshoot import probes
from troubleshoot.probes import windows_facts


class TestTheWindowsProbe:
    def test_reads_a_healthy_host(self) -> None:
        found = judged()
        assert "unknown" not in found.values()
        assert (
            found.items()
            >= {
                "windows.reached": "yes",
                "windows.termservice": "running",
                "windows.sessionenv": "running",
                "windows.certificate": "valid",
                "windows.certificate_binding": "self_signed",
                "windows.connection_broker": "no",
                "windows.security_layer": "tls",
                "windows.security_layer_source": "local",
                "windows.nla": "required",
                "windows.nla_source": "local",
                "windows.key_file": "right",
                "windows.key_folder": "right",
                "windows.firewall": "open",
                "windows.domain_trust": "ok",
                "windows.domain_controller": "no",
                "windows.signed_in": "somebody",
                "windows.termservice_setup": "right",
                "windows.encryption_level": "high",
                "windows.encryption_level_source": "default",
                "windows.certificate_services": "running",
                "windows.bound_certificate": "none",
                "windows.listener": "listening",
                "windows.port": "registered",
                "windows.network_profile": "domain",
                "windows.remote_desktop": "on",
                "windows.remote_desktop_source": "local",
                "windows.logons": "allowed",
                "windows.fips": "off",
                "windows.tls12": "on",
                "windows.tls_source": "default",
                "windows.cipher_policy": "none",
                "windows.udp": "allowed",
                "windows.udp_source": "default",
                "windows.credssp": "default",
                "windows.schannel_events": "none",
                "windows.certificate_events": "none",
                "windows.service_events": "none",
                "windows.sign_in_failures": "none",
                "windows.connection_events": "none",
                "windows.pending_reboot": "no",
                "windows.clock": "right",
            }.items()
        )

    @pytest.mark.parametrize(
        ("reading", "fields", "fact", "value"),
        [
            ("termservice", {"state": "Stopped"}, "termservice", "stopped"),
            ("sessionenv", {"state": "Stopped", "start_mode": "Disabled"}, "sessionenv", "disabled"),
            ("sessionenv", {"state": "Running", "start_mode": "Disabled"}, "sessionenv", "running"),
            ("termservice", {"start_mode": "Disabled"}, "termservice_setup", "wrong_start"),
            ("termservice", {"start_mode": "?"}, "termservice_setup", "unknown"),
            ("termservice", {"account": "LocalSystem"}, "termservice_setup", "wrong_account"),
            ("termservice", {"account": "nt authority\\NETWORKSERVICE"}, "termservice_setup", "right"),
            ("termservice", {"account": None}, "termservice_setup", "unknown"),
            ("key_file", {"exists": False, "sddl": None}, "key_file", "missing"),
            ("key_file", {"sddl": None}, "key_file", "unknown"),
            ("key_file", {"sddl": "O:BAD:(A;;0x1f01ff;;;S-1-5-18)(A;;0x120089;;;S-1-5-20)"}, "key_file", "right"),
            ("key_file", {"sddl": "O:BAD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FRFX;;;NS)"}, "key_file", "right"),
            ("key_file", {"sddl": "O:BAD:(A;;FA;;;SY)(A;;FA;;;BA)"}, "key_file", "wrong"),
            ("key_file", {"sddl": "O:BAD:(D;;FR;;;NS)(A;;FA;;;SY)(A;;FR;;;NS)"}, "key_file", "wrong"),
            ("key_file", {"sddl": "O:BAD:(A;;FA;;;SY)(A;OICIIO;FR;;;NS)"}, "key_file", "wrong"),
            ("key_file", {"sddl": "O:BAD:(A;;FR;;;SY)(A;;FR;;;NS)"}, "key_file", "wrong"),
            ("key_file", {"sddl": "O:BAD:P"}, "key_file", "wrong"),
            ("key_file", {"sddl": "O:BAD:(A;;XX;;;SY)"}, "key_file", "unknown"),
            ("key_file", {"sddl": "O:BAD:(XA;;FA;;;SY;(WIN://a))"}, "key_file", "unknown"),
            ("key_file", {"sddl": "O:BA"}, "key_file", "unknown"),
            ("key_folder", {"sddl": "O:SYD:PAI(A;;FA;;;BA)"}, "key_folder", "wrong"),
            ("key_folder", {"sddl": "O:SYD:PAI(A;;FRFW;;;WD)(A;;FA;;;BA)"}, "key_folder", "right"),
            ("key_folder", {"sddl": "O:SYD:PAI(A;;0x12019f;;;WD)"}, "key_folder", "wrong"),
            ("firewall", {"enabled": False, "rules": []}, "firewall", "closed"),
            ("firewall", {"exists": None}, "firewall", "unknown"),
            ("firewall", {"active": []}, "firewall", "unknown"),
            ("firewall", {"active": ["Elsewhere"]}, "firewall", "unknown"),
            ("firewall", {"port": None}, "firewall", "unknown"),
            ("firewall", {"service": "Stopped"}, "firewall", "off"),
            ("firewall", {"service": None}, "firewall", "off"),
            ("firewall", {"active": ["DomainAuthenticated", "Public"]}, "firewall", "open"),
            ("firewall", {"active": ["Public"]}, "firewall", "wrong_profile"),
            ("firewall", {"active": ["Public"], "enabled": False, "rules": []}, "firewall", "wrong_profile"),
            ("firewall", {"enabled": False, "rules": [], "off": ["Domain"]}, "firewall", "open"),
            ("firewall", {"enabled": False, "rules": [], "off": ["Private"]}, "firewall", "closed"),
            ("firewall", {"ignored": ["Domain"]}, "firewall", "policy"),
            ("firewall", {"ignored": ["Public"]}, "firewall", "open"),
            ("firewall", {"shut": ["Domain"]}, "firewall", "blocked"),
            ("firewall", {"shut": ["Public"]}, "firewall", "open"),
            ("firewall", {"enabled": False, "rules": [], "unguarded": ["Domain"]}, "firewall", "open"),
            ("firewall", {"port": 3390}, "firewall", "no_rule"),
            ("termservice", {"exists": False, "state": None}, "termservice", "missing"),
            ("termservice", {"state": "Stop Pending"}, "termservice", "stopping"),
            ("termservice", {"state": "Start Pending"}, "termservice", "starting"),
            ("termservice", {"state": "Paused"}, "termservice", "unknown"),
            ("sessionenv", {"state": "Stopped"}, "sessionenv", "stopped"),
            ("broker", {"exists": True}, "connection_broker", "yes"),
            ("broker", {"exists": None}, "connection_broker", "unknown"),
            ("certificate", {"usable": False, "expired": True}, "certificate", "expired"),
            ("certificate", {"usable": False, "expired": True, "has_private_key": False}, "certificate", "no_key"),
            ("certificate", {"usable": False, "number": 0, "expired": None}, "certificate", "missing"),
            ("certificate", {"usable": False}, "certificate", "unknown"),
            ("listener", {"certificate_type": 2}, "certificate_binding", "policy"),
            ("listener", {"certificate_type": 3}, "certificate_binding", "custom"),
            ("listener", {"security_layer": 0}, "security_layer", "rdp"),
            ("listener", {"security_layer": 1}, "security_layer", "negotiate"),
            ("listener", {"security_layer": 4}, "security_layer", "unknown"),
            ("listener", {"security_layer": True}, "security_layer", "unknown"),
            ("listener", {"security_layer_source": 1}, "security_layer_source", "policy"),
            ("listener", {"security_layer_source": 2}, "security_layer_source", "default"),
            ("listener", {"nla": False}, "nla", "not_required"),
            ("listener", {"nla": 1}, "nla", "unknown"),
            ("listener", {"nla_source": 1}, "nla_source", "policy"),
            ("domain", {"secure_channel": False, "controller_found": True}, "domain_trust", "broken"),
            ("domain", {"secure_channel": False, "controller_found": False}, "domain_trust", "unreachable"),
            ("domain", {"secure_channel": False}, "domain_trust", "unknown"),
            ("domain", {"joined": False, "secure_channel": None}, "domain_trust", "workgroup"),
            ("domain", {"secure_channel": None}, "domain_trust", "unknown"),
            ("domain", {"controller": True}, "domain_controller", "yes"),
            ("listener", {"encryption_level": 1}, "encryption_level", "low"),
            ("listener", {"encryption_level": 2}, "encryption_level", "client_compatible"),
            ("listener", {"encryption_level": 4}, "encryption_level", "fips"),
            ("listener", {"encryption_level_source": 1}, "encryption_level_source", "policy"),
            ("sessions", {"number": 0}, "signed_in", "nobody"),
            ("sessions", {"number": True}, "signed_in", "unknown"),
            ("port", {"addresses": []}, "listener", "not_listening"),
            ("port", {"addresses": [], "others": ["relay.exe, process 5120"]}, "listener", "other_program"),
            ("port", {"others": ["relay.exe, process 5120"]}, "listener", "listening"),
            ("port", {"addresses": None}, "listener", "unknown"),
            ("port", {"port": 3390}, "port", "other"),
            ("port", {"port": "3389"}, "port", "unknown"),
            ("status", {"updates_pending": True}, "pending_reboot", "yes"),
            ("status", {"servicing_pending": True}, "pending_reboot", "yes"),
            ("status", {"servicing_pending": None}, "pending_reboot", "unknown"),
            ("status", {"time": "2026-11-22T09:05:00Z"}, "clock", "right"),
            ("status", {"time": "2026-11-22T09:05:01Z"}, "clock", "ahead"),
            ("status", {"time": "2026-11-22T08:54:59Z"}, "clock", "behind"),
            ("status", {"time": "2026-11-22T09:00:00"}, "clock", "unknown"),
            ("status", {"time": "soon"}, "clock", "unknown"),
            ("firewall", {"active": ["Public", "Domain"]}, "network_profile", "public"),
            ("firewall", {"active": ["DomainAuthenticated", "Private"]}, "network_profile", "private"),
            ("firewall", {"active": ["Elsewhere"]}, "network_profile", "unknown"),
        ],
    )
    def test_judges(self, reading: str, fields: dict[str, Any], fact: str, value: str) -> None:
        healthy, changed = judged(), judged(**{reading: fields})
        assert changed["windows." + fact] == value
        about = [rule for rule in windows_facts._RULES if rule.reading is NAMED[reading]]
        same_fields = {rule.fact for rule in about if set(rule.fields) & set(fields)}
        assert {name for name in healthy if healthy[name] != changed[name]} <= {"windows." + fact} | same_fields

    @pytest.mark.parametrize(
        ("bound", "expected"),
        [(None, "self_signed"), ("5555555555555555555555555555555555555555", "none"), ("unread", "none")],
    )
    def test_takes_a_certificate_that_is_not_valid_for_windows_own_where_nobody_chose_one(
        self, bound: str | None, expected: str
    ) -> None:
        chosen = NAMED["bound"]
        states = HEALTHY | {
            NAMED["listener"]: {**HEALTHY[NAMED["listener"]], "certificate_type": 0},
            chosen: {} if bound == "unread" else {**HEALTHY[chosen], "bound": bound},
        }
        found = probes.derive_windows_facts(
            [states[one] for one in probes.WINDOWS_READINGS], reached="yes", port=3389, now=NOW
        )
        assert found["windows.certificate_binding"][0] == expected

    def test_names_the_reading_and_the_values_that_decided(self) -> None:
        read = [HEALTHY[reading] for reading in probes.WINDOWS_READINGS]
        found = probes.derive_windows_facts(read, reached="yes", port=3390, now=NOW)
        assert found["windows.nla"] == ("required", ("Remote Desktop listener: nla true",))
        domain = "domain membership: joined true, secure_channel true, controller_found null"
        assert found["windows.domain_trust"] == ("ok", (domain,))
        assert found["windows.port"] == ("other", ("port of Remote Desktop: port 3389, registered 3390",))
        assert found["windows.udp"][1] == (
            'registry values: SelectTransport "absent", policy SelectTransport "absent"',
        )
        assert found["windows.clock"][1] == (
            'clock and waiting restart: time "2026-11-22T09:00:02Z", portal "2026-11-22T09:00:00+00:00"',
        )

    def test_compares_with_nothing_that_it_was_not_told(self) -> None:
        found = values(
            probes.derive_windows_facts([HEALTHY[reading] for reading in probes.WINDOWS_READINGS], reached="yes")
        )
        assert (found["windows.port"], found["windows.clock"]) == ("unknown", "unknown")

    @pytest.mark.parametrize("reached", ["denied", "no", "constrained_language", "blocked", "unknown"])
    def test_says_unknown_for_everything_else_when_the_host_was_not_reached(self, reached: str) -> None:
        found = values(probes.derive_windows_facts([], reached=reached))
        assert found.pop("windows.reached") == reached
        assert set(found.values()) == {"unknown"}

    def test_does_not_pass_on_an_outcome_it_does_not_know(self) -> None:
        assert values(probes.derive_windows_facts([], reached="<b>")) == dict.fromkeys(probes.WINDOWS_FACTS, "unknown")

    @given(
        st.lists(
            st.none()
            | st.text()
            | st.dictionaries(
                st.sampled_from(sorted({field for state in HEALTHY.values() for field in state})),
                st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text()),
            ),
            max_size=len(probes.WINDOWS_READINGS),
        ),
        st.text(),
    )
    def test_gives_every_fact_a_declared_value_whatever_the_host_reports(self, states: list[Any], reached: str) -> None:
        found = values(probes.derive_windows_facts(states, reached=reached, port=PORT, now=NOW))
        assert list(found) == list(probes.WINDOWS_FACTS)
        assert all(value in probes.WINDOWS_FACTS[name] for name, value in found.items())
