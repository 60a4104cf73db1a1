"""A named fault, seen from outside…"""

import itertools
import random

import pytest

from tests.lab.hosts import listening, seen
from troubleshoot.lab import FAULTS
from troubleshoot.lab.powershell import run
from troubleshoot.lab.powershell.errors import ScriptFailed
from troubleshoot.lab.service_reactions import service_started, service_stopped
from troubleshoot.lab.state import HostState, healthy

UNREACHED = ("unknown", "unknown", "unknown", "unknown", "unknown")
HEALTHY = ("ok", "none", "none", "valid", "required", "tls")
# stage, negotiation failure, TLS failure, certificate, NLA, security
VERDICTS = {
    "healthy": HEALTHY,
    "expired-certificate": ("ok", "none", "none", "expired", "required", "tls"),
    "certificate-service-stopped": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "key-unreadable": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "key-file-permissions": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "key-folder-permissions": ("ok", "none", "none", "expired", "required", "tls"),
    "key-folder-no-certificate": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "firewall-closed": ("timed_out", *UNREACHED),
    "firewall-wrong-profile": ("timed_out", *UNREACHED),
    "firewall-policy": ("timed_out", *UNREACHED),
    "firewall-blocked": ("timed_out", *UNREACHED),
    "firewall-own-rule-blocks": ("timed_out", *UNREACHED),
    "firewall-shut": ("timed_out", *UNREACHED),
    "firewall-limited": ("timed_out", *UNREACHED),
    "firewall-mdm": ("timed_out", *UNREACHED),
    "firewall-no-rule": ("timed_out", *UNREACHED),
    "firewall-opened-by-hand": HEALTHY,
    "firewall-service-off": HEALTHY,
    "renewal-stuck": ("ok", "none", "none", "expired", "required", "tls"),
    "sha1-certificate": HEALTHY,
    "clock-behind-certificate-ended": ("ok", "none", "none", "expired", "required", "tls"),
    "clock-ahead-certificate-ended": HEALTHY,
    "certificate-service-disabled": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "key-service-disabled": ("ok", "none", "none", "expired", "required", "tls"),
    "certificate-missing": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "key-missing": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "chosen-certificate-missing": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "chosen-certificate-expired": ("ok", "none", "none", "expired", "required", "tls"),
    "chosen-certificate-without-key": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "chosen-certificate-wrong-purpose": HEALTHY,
    "chosen-certificate-key-denied": ("negotiation_refused", "3", "unknown", "none", "required", "tls"),
    "chosen-certificate-weak-key": HEALTHY,
    "service-stopped": ("refused", *UNREACHED),
    "service-disabled": ("refused", *UNREACHED),
    "service-hung": ("closed_before_confirm", *UNREACHED),
    "service-hung-for-good": ("closed_before_confirm", *UNREACHED),
    "service-stop-hangs": ("refused", *UNREACHED),
    "service-start-hangs": ("refused", *UNREACHED),
    "service-wrong-account": ("refused", *UNREACHED),
    "rdp-off": ("refused", *UNREACHED),
    "rdp-off-by-policy": ("refused", *UNREACHED),
    "listener-off": ("refused", *UNREACHED),
    "drained": HEALTHY,
    "logons-off": HEALTHY,
    "port-taken": ("not_rdp", *UNREACHED),
    "port-changed": ("refused", *UNREACHED),
    "security-layer-rdp": ("negotiation_refused", "2", "unknown", "none", "not_required", "rdp_only"),
    "security-layer-by-policy": ("negotiation_refused", "2", "unknown", "none", "not_required", "rdp_only"),
    "nla-required": HEALTHY,
    "nla-by-policy": HEALTHY,
    "domain-unreachable": HEALTHY,
    "fips-required": HEALTHY,
    "encryption-low": HEALTHY,
    "tls12-off": HEALTHY,
    "tls-off": ("tls_failed", "none", "reset", "unknown", "required", "tls"),
    "cipher-policy": ("tls_failed", "none", "alert_40", "unknown", "required", "tls"),
    "cipher-list-restricted": HEALTHY,
    "credssp-vulnerable": HEALTHY,
    "udp-allowed": HEALTHY,
    "udp-off-by-policy": HEALTHY,
    "closed-before-confirm": ("closed_before_confirm", *UNREACHED),
    "unreachable": ("timed_out", *UNREACHED),
    "flapping": HEALTHY,  # as long as the first connection meets the computer that works
    "alternating-certificates": HEALTHY,  # as long as the first connection meets the computer itself
    "web-server-on-port": ("not_rdp", *UNREACHED),
    "ssh-on-port": ("not_rdp", *UNREACHED),
    "linux-host": ("ok", "none", "none", "mismatch", "not_required", "tls"),
    "another-computer": ("ok", "none", "none", "mismatch", "required", "tls"),
    "renamed-computer": ("ok", "none", "none", "mismatch", "required", "tls"),
    "other-computer-on-ipv6": HEALTHY,
    "ipv6-refused": HEALTHY,
    "gateway-certificate-expired": HEALTHY,
    "gateway-is-web-server": HEALTHY,
    "gateway-closed": HEALTHY,
    "brute-force": HEALTHY,
    "brute-force-exhausted": ("closed_before_confirm", *UNREACHED),
    "mistyped-passwords": HEALTHY,
    "sign-in-failures-one-account": HEALTHY,
    "connection-broker": HEALTHY,
    "domain-controller": HEALTHY,
    "reboot-pending": HEALTHY,
    "scheduler-stopped": HEALTHY,
    "tasks-refused": HEALTHY,
    "tasks-vanish": HEALTHY,
    "clock-behind": HEALTHY,
    "clock-ahead": HEALTHY,
    "connection-log-off": HEALTHY,
    "nobody-signed-in": HEALTHY,
    "session-without-desktop": HEALTHY,
    "session-disconnected": HEALTHY,
    "sessions-disconnected": HEALTHY,
    "places-taken": HEALTHY,
    "place-left": HEALTHY,
    "bad-update": HEALTHY,
    "licences-in-order": HEALTHY,
    "licence-server-gone": HEALTHY,
    "licence-server-not-named": HEALTHY,
    "licence-mode-not-decided": HEALTHY,
    "licence-time-left": HEALTHY,
    "constrained-language": HEALTHY,
    "credentials-refused": HEALTHY,
    "spooler-stopped": HEALTHY,
    "spooler-disabled": HEALTHY,
    "print-queue-stuck": HEALTHY,
}


@pytest.mark.parametrize("fault", VERDICTS)
def test_has_the_verdict_of_its_kind(fault: str) -> None:
    with listening(fault) as (_, server):
        report = seen(server.port, seconds=1)
    assert tuple(report.facts.values())[: len(HEALTHY)] == VERDICTS[fault]


def test_is_in_the_table_above() -> None:
    assert VERDICTS.keys() == FAULTS.keys()


@pytest.mark.parametrize(
    ("faults", "stage", "failure"),
    [
        (("expired-certificate", "key-unreadable"), "negotiation_refused", "3"),
        (("security-layer-rdp", "certificate-service-stopped"), "negotiation_refused", "2"),
        (("closed-before-confirm", "service-stopped"), "refused", "unknown"),
        (("service-stopped", "unreachable"), "timed_out", "unknown"),
    ],
)
def test_can_be_combined_and_the_earliest_stage_shows(faults: tuple[str, ...], stage: str, failure: str) -> None:
    for order in itertools.permutations(faults):
        with listening(*order) as (_, server):
            report = seen(server.port, seconds=1)
        assert (report.verdict, report.facts["rdp.negotiation_failure"]) == (stage, failure)


def test_can_be_combined_with_all_others_without_an_error() -> None:
    names = list(FAULTS)
    for number in range(20):
        random.Random(number).shuffle(names)
        document = healthy()
        for name in names:
            FAULTS[name](document)
        assert HostState(document).now()


def test_shows_in_the_state_where_the_network_cannot_see_it() -> None:
    document = healthy()
    for name in ("nla-required", "constrained-language", "credentials-refused"):
        FAULTS[name](document)
    assert document["domain"]["secure_channel"] is False
    assert document["powershell"]["language_mode"] == "ConstrainedLanguage"
    assert document["winrm"]["credentials"] == "refused"


def test_keeps_a_stamped_thumbprint_true() -> None:
    with listening() as (state, server):
        with state.changing() as document:
            FAULTS["expired-certificate"](document)
        report = seen(server.port)
        entry = state.document["certificates"]["Remote Desktop"][0]
    assert report.certificate["thumbprint"] == entry["thumbprint"]
    assert report.facts["rdp.certificate"] == "expired"


def test_of_a_service_that_hangs_is_over_when_it_starts_anew() -> None:
    with listening("service-hung") as (state, server):
        service_stopped(state, "TermService")
        stopped = seen(server.port).verdict
        service_started(state, "TermService")
        assert (stopped, seen(server.port).verdict) == ("refused", "ok")


@pytest.mark.parametrize(("fault", "cured"), [("service-wrong-account", "account"), ("service-disabled", "start_mode")])
def test_keeps_a_service_from_starting_until_it_is_set_right(fault: str, cured: str) -> None:
    script = "param()\nStart-Service -Name TermService -ErrorAction Stop"
    right = healthy("ACC-07")["services"]["TermService"][cured]
    with listening(fault) as (state, server):
        with pytest.raises(ScriptFailed, match="cannot be started"):
            run(script, {}, state)
        with state.changing() as document:
            document["services"]["TermService"][cured] = right
        run(script, {}, state)
        assert seen(server.port).verdict == "ok"


def test_of_tls_shows_which_versions_are_left_and_what_a_certificate_is_for() -> None:
    with listening("tls12-off") as (_, server):
        assert seen(server.port).facts["rdp.tls_versions"] == "old_only"
    with listening("chosen-certificate-wrong-purpose") as (_, server):
        assert seen(server.port).facts["rdp.certificate_purpose"] == "missing"
