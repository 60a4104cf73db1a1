"""What a saved connection tells: facts with what they follow from, and nothing where it leaves something open."""

from __future__ import annotations

import pytest

from troubleshoot.diagnosis import rank_all_causes
from troubleshoot.engine import UNKNOWN, Fact, read_saved_connection
from troubleshoot.probes import saved_connection_facts
from troubleshoot.probes.saved_connection import FACTS, FROM_FILE


def _facts(text: str, port: int | None = 3389) -> dict[str, Fact]:
    saved = read_saved_connection(text)
    assert saved is not None
    return saved_connection_facts(saved, port=port)


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("gatewayusagemethod:i:1\ngatewayhostname:s:gw.example.net", "file.gateway", "used"),
        ("gatewayusagemethod:i:2\ngatewayhostname:s:", "file.gateway", "unnamed"),
        ("gatewayusagemethod:i:0\ngatewayhostname:s:gw.example.net", "file.gateway", "none"),
        ("gatewayusagemethod:i:4", "file.gateway", "none"),
        ("gatewayusagemethod:i:3", "file.gateway", "not_told"),
        ("gatewayhostname:s:gw.example.net", "file.gateway", "not_told"),
        ("enablecredsspsupport:i:0", "file.nla", "off"),
        ("enablecredsspsupport:i:1", "file.nla", "on"),
        ("enablecredsspsupport:i:7", "file.nla", "not_told"),
        ("enablerdsaadauth:i:1", "file.web_account", "yes"),
        ("targetisaadjoined:i:1\nenablerdsaadauth:i:0", "file.web_account", "yes"),
        ("enablerdsaadauth:i:0", "file.web_account", "no"),
        ("authentication level:i:1", "file.doubtful_computer", "refuses"),
        ("authentication level:i:0", "file.doubtful_computer", "accepts"),
        ("full address:s:srv07", "file.port", "same"),
        ("full address:s:srv07:3390", "file.port", "differs"),
        ("enablecredsspsupport:i:1", "file.port", "not_told"),
        ("loadbalanceinfo:s:tsv://x", "file.broker", "yes"),
        ("use redirection server name:i:0", "file.broker", "no"),
        ("redirectprinters:i:1", "file.devices", "some"),
        ("redirectprinters:i:0", "file.devices", "none"),
        ("redirectprinters:i:0\ndrivestoredirect:s:*", "file.devices", "some"),
    ],
)
def test_a_setting_becomes_a_fact(text: str, fact: str, value: str) -> None:
    found = _facts(text)
    assert found[fact].value == value
    assert all(one.startswith(FROM_FILE) for one in found[fact].readings)
    assert value == "not_told" or found[fact].readings


def test_every_fact_has_a_value_that_is_declared() -> None:
    found = _facts("enablecredsspsupport:i:1")
    assert set(found) == set(FACTS)
    assert all(one.value in FACTS[name] and one.value != UNKNOWN for name, one in found.items())


def test_nothing_is_compared_where_the_portal_knows_no_port() -> None:
    assert _facts("full address:s:srv07:3390", None)["file.port"].value == "not_told"


HEALTHY = {"rdp.stage": "ok", "rdp.certificate": "valid", "rdp.security": "tls", "rdp.steady": "steady"}


def _verdicts(text: str, **known: str) -> dict[str, str]:
    """Verdicts by cause, the strongest first; `known` are facts with `__` for the dot."""
    seen = HEALTHY | {name.replace("__", "."): value for name, value in known.items()}
    facts = {name: Fact(name, value) for name, value in seen.items()} | _facts(text)
    return {one.cause.id: one.verdict for one in rank_all_causes(facts)}


def test_a_file_without_nla_explains_a_computer_that_demands_it() -> None:
    said = "enablecredsspsupport:i:0"
    inside = {"windows__fips": "off", "windows__encryption_level": "high"}
    assert next(iter(_verdicts(said, rdp__nla="required", **inside).items())) == ("client_offers_less", "shown_by")
    assert _verdicts(said, rdp__nla="not_required", **inside)["client_offers_less"] == "ruled_out"
    offered = _verdicts("enablecredsspsupport:i:1", rdp__nla="required", **inside)
    assert offered["client_offers_less"] == "ruled_out"


def test_a_file_with_a_gateway_makes_a_broken_gateway_the_cause() -> None:
    said = "gatewayusagemethod:i:1\ngatewayhostname:s:gw.example.net"
    assert next(iter(_verdicts(said, gateway__stage="refused").items())) == ("rd_gateway", "shown_by")
    assert _verdicts("gatewayusagemethod:i:0", told__where="office")["rd_gateway"] == "ruled_out"


def test_a_file_with_another_port_speaks_for_the_own_side_where_the_registered_one_answers() -> None:
    facts = _facts("full address:s:srv07:3390") | {"rdp.stage": Fact("rdp.stage", "ok")}
    judged = {one.cause.id: one for one in rank_all_causes(facts)}
    assert judged["path_or_client"].verdict == "fits"
    assert "file.port" in judged["path_or_client"].facts
