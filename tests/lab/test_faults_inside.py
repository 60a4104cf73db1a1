"""A named fault, seen from inside Windows: which facts it changes, and no others."""

from typing import Any

import pytest

from tests.lab.hosts import inside
from troubleshoot.lab import FAULTS
from troubleshoot.lab.state import healthy

EXPIRED = {"certificate": "expired"}
NO_SERVICE = {"termservice": "stopped", "listener": "not_listening"}
#: Fault -> the facts that are not those of a healthy host; none of the others changes anything inside.
INSIDE: dict[str, dict[str, str]] = {
    "expired-certificate": EXPIRED,
    "renewal-stuck": EXPIRED | {"key_file": "wrong", "certificate_events": "replace_failed"},
    "clock-behind-certificate-ended": {"clock": "behind"},
    "clock-ahead-certificate-ended": EXPIRED | {"clock": "ahead"},
    "certificate-service-stopped": EXPIRED | {"sessionenv": "stopped"},
    "certificate-service-disabled": EXPIRED | {"sessionenv": "disabled"},
    "key-service-disabled": EXPIRED | {"certificate_services": "disabled"},
    "certificate-missing": {"certificate": "missing", "sessionenv": "stopped"},
    "key-unreadable": {"key_file": "wrong", "schannel_events": "key_access"},
    "key-missing": {"key_file": "missing", "schannel_events": "key_access", "certificate_events": "create_failed"},
    "key-file-permissions": {"key_file": "wrong"},
    "key-folder-permissions": EXPIRED | {"key_folder": "wrong", "certificate_events": "replace_failed"},
    "key-folder-no-certificate": {
        "certificate": "missing",
        "key_folder": "wrong",
        "certificate_events": "replace_failed",
    },
    "chosen-certificate-missing": {"bound_certificate": "missing", "certificate_binding": "none"},
    "chosen-certificate-expired": {"bound_certificate": "expired", "certificate_binding": "custom"},
    "chosen-certificate-without-key": {"bound_certificate": "no_key", "certificate_binding": "none"},
    "chosen-certificate-wrong-purpose": {
        "bound_certificate": "wrong_purpose",
        "certificate_binding": "custom",
        "certificate_events": "other",
    },
    "chosen-certificate-key-denied": {
        "bound_certificate": "usable",
        "certificate_binding": "custom",
        "schannel_events": "key_access",
    },
    "chosen-certificate-weak-key": {"bound_certificate": "usable", "certificate_binding": "custom"},
    "service-stopped": NO_SERVICE,
    "service-disabled": {"termservice": "disabled", "termservice_setup": "wrong_start", "listener": "not_listening"},
    "service-hung": {"service_events": "hung"},
    "service-hung-for-good": {"service_events": "hung"},
    "service-stop-hangs": {"termservice": "stopping", "listener": "not_listening"},
    "service-start-hangs": {"termservice": "starting", "listener": "not_listening"},
    "service-wrong-account": NO_SERVICE | {"termservice_setup": "wrong_account"},
    "rdp-off": {"remote_desktop": "off", "listener": "not_listening"},
    "rdp-off-by-policy": {
        "remote_desktop": "off",
        "remote_desktop_source": "policy",
        "listener": "not_listening",
    },
    "listener-off": {"remote_desktop": "off", "listener": "not_listening"},
    "drained": {"logons": "draining"},
    "logons-off": {"logons": "off"},
    "port-taken": {"listener": "other_program"},
    "port-changed": {"port": "other", "firewall": "no_rule"},
    "security-layer-rdp": {"security_layer": "rdp"},
    "security-layer-by-policy": {"security_layer": "rdp", "security_layer_source": "policy"},
    "nla-required": {"domain_trust": "broken"},
    "domain-unreachable": {"domain_trust": "unreachable"},
    "nla-by-policy": {"domain_trust": "broken", "nla_source": "policy"},
    "fips-required": {"fips": "on", "encryption_level": "fips"},
    "encryption-low": {"encryption_level": "low"},
    "tls12-off": {"tls12": "off", "tls_source": "local"},
    "tls-off": {"tls12": "off", "tls_source": "local", "schannel_events": "credential"},
    "cipher-policy": {"cipher_policy": "set", "schannel_events": "no_common"},
    "cipher-list-restricted": {"cipher_policy": "set"},
    "credssp-vulnerable": {"credssp": "vulnerable"},
    "udp-allowed": {"udp_source": "local"},
    "udp-off-by-policy": {"udp": "tcp_only", "udp_source": "policy"},
    "firewall-closed": {"firewall": "closed"},
    "firewall-wrong-profile": {"firewall": "wrong_profile", "network_profile": "public"},
    "firewall-policy": {"firewall": "policy"},
    "firewall-blocked": {"firewall": "blocked"},
    "firewall-own-rule-blocks": {"firewall": "blocked"},
    "firewall-shut": {"firewall": "blocked"},
    "firewall-limited": {"firewall": "limited"},
    "firewall-mdm": {"firewall": "policy"},
    "firewall-no-rule": {"firewall": "no_rule"},
    "firewall-service-off": {"firewall": "off"},
    "brute-force": {"sign_in_failures": "storm"},
    "brute-force-exhausted": {"sign_in_failures": "storm"},
    "mistyped-passwords": {"sign_in_failures": "some"},
    "sign-in-failures-one-account": {"sign_in_failures": "some"},
    "connection-broker": {"connection_broker": "yes"},
    "domain-controller": {"domain_controller": "yes", "domain_trust": "unknown"},
    "reboot-pending": {"pending_reboot": "yes"},
    "clock-behind": {"clock": "behind"},
    "clock-ahead": {"clock": "ahead"},
    "connection-log-off": {"connection_events": "off"},
    "nobody-signed-in": {"signed_in": "nobody"},
}


def facts(document: dict[str, Any]) -> dict[str, str]:
    """Return what the Windows probe tells of a host in this state, without the subject that all have."""
    return {name.removeprefix("windows."): value for name, value in inside(document).items()}


@pytest.fixture(scope="module")
def resting() -> dict[str, str]:
    return facts(healthy())


@pytest.mark.parametrize("fault", FAULTS)
def test_changes_the_facts_of_its_kind_and_no_others(fault: str, resting: dict[str, str]) -> None:
    document = healthy()
    FAULTS[fault](document)
    found = facts(document)
    assert {name: value for name, value in found.items() if value != resting[name]} == INSIDE.get(fault, {})


def test_leaves_nothing_unknown_on_a_healthy_host(resting: dict[str, str]) -> None:
    assert "unknown" not in resting.values()


def test_stands_in_the_table_only_when_there_is_one() -> None:
    assert INSIDE.keys() <= FAULTS.keys()
