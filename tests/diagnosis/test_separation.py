"""What one look from outside already tells apart, before anything is read inside…"""

from collections.abc import Mapping

import pytest

from troubleshoot import catalog, diagnosis
from troubleshoot.engine import CodeHint, Fact, PastedCode

PAIR = catalog.installed_catalog().codes.entries[PastedCode("mstsc", 0x904, 0x7)].causes
OK = {"rdp.stage": "ok", "rdp.security": "tls", "rdp.certificate": "valid"}
REFUSED = {"rdp.stage": "negotiation_refused", "rdp.negotiation_failure": "3"}
RESET = {"rdp.stage": "tls_failed", "rdp.tls_failure": "reset"}
PATH = {"middlebox", "rd_gateway", "client_side_block", "name_resolution"}
SESSION = {"udp_multitransport", "network_instability", "session_policy", "graphics_or_driver"}

# what was seen, the causes that come first (in any order), and some that this look excludes
SEPARATED = [
    ({"rdp.stage": "no_name"}, {"name_resolution"}, {"middlebox", "udp_multitransport", "account_or_credential"}),
    (
        {"rdp.stage": "refused"},
        {"service_stopped", "listener_disabled_or_port_conflict"},
        {"host_firewall"},
    ),
    ({"rdp.stage": "timed_out"}, {"host_silent", "host_firewall", "service_stopped"}, {"rd_gateway"}),
    (
        {"rdp.stage": "negotiation_refused", "rdp.negotiation_failure": "1"},
        {"security_layer_mismatch"},
        PATH - {"name_resolution"},
    ),
    (
        {"rdp.stage": "negotiation_refused", "rdp.negotiation_failure": "2"},
        {"security_layer_mismatch"},
        {"tls_protocols"},
    ),
    (
        {"rdp.stage": "negotiation_refused", "rdp.negotiation_failure": "5"},
        {"nla_cannot_complete"},
        {"service_stopped"},
    ),
    (
        REFUSED,
        {"private_key_unusable", "certificate_expired", "certificate_binding_mismatch", "certificate_service_stopped"},
        {"security_layer_mismatch", "service_stopped", "middlebox"},
    ),
    (RESET, {"private_key_unusable", "tls_protocols"}, {"service_stopped", "udp_multitransport"}),
    (
        {"rdp.stage": "tls_failed", "rdp.tls_failure": "alert_40"},
        {"tls_protocols"},
        {"listener_disabled_or_port_conflict"},
    ),
    ({**OK, "rdp.certificate": "expired"}, {"certificate_expired"}, {"service_stopped", "path_or_client"}),
    ({**OK, "pc.stage": "closed_before_confirm"}, {"middlebox"}, {"service_stopped", "host_silent"}),
    ({**OK, "told.when": "at_once"}, {"path_or_client"}, SESSION - {"network_instability"}),
    ({"told.when": "after_desktop"}, SESSION, {"client_side_block", "account_or_credential"}),
]


def judged(seen: Mapping[str, str]) -> dict[str, str]:
    """Causes by name, in their order, with their verdicts."""
    facts = {name: Fact(name, value) for name, value in seen.items()}
    return {one.cause.id: one.verdict for one in diagnosis.rank_all_causes(facts, CodeHint(PAIR))}


@pytest.mark.parametrize(
    ("seen", "first", "excluded"), SEPARATED, ids=lambda one: " ".join(one.values()) if isinstance(one, dict) else ""
)
def test_names_the_causes_that_remain(seen: dict[str, str], first: set[str], excluded: set[str]) -> None:
    found = judged(seen)
    assert set(list(found)[: len(first)]) == first
    assert {found[name] for name in first} <= {"shown_by", "fits"}
    assert {name: found[name] for name in excluded if found.get(name, "ruled_out") in {"shown_by", "fits"}} == {}


def test_puts_what_is_in_between_before_an_attack_and_that_before_a_service_that_hangs() -> None:
    assert list(judged({"rdp.stage": "closed_before_confirm"}))[:3] == [
        "middlebox",
        "resource_exhaustion_or_bruteforce",
        "service_hung",
    ]


def test_never_takes_the_second_way_for_the_reason_before_the_sign_in() -> None:
    for stage in (
        "no_name",
        "refused",
        "timed_out",
        "closed_before_confirm",
        "not_rdp",
        "negotiation_refused",
        "tls_failed",
    ):
        assert judged({"rdp.stage": stage, "told.when": "after_desktop"})["udp_multitransport"] == "not_checked"
