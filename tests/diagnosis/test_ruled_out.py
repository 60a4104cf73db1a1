"""Ruled out is only what a reading about the cause itself excludes: never a fault that is there, and never by how the
connection ends alone…"""

import random
from collections.abc import Iterator
from itertools import product

import pytest

from tests.diagnosis.table import HOST, row
from tests.diagnosis.test_pairs import ALONE, PAIRS
from tests.diagnosis.test_table import _quick as quick
from tests.diagnosis.test_table import offered, printed, ranking
from troubleshoot import catalog, wording
from troubleshoot.diagnosis import rank_all_causes
from troubleshoot.engine import WEIGHTS, Cause, Fact, Judgement

__all__ = ["quick"]  # the fixture of the table holds here too
#: Drawn once, so that a failure comes again; every pair is tried by `make soak`.
SAMPLE = random.Random(4).sample(PAIRS, 24)[:12]
SEEN = {term.fact for term in catalog.installed_catalog().judge.terms}
#: The causes about which how far a connection comes, or the certificate that is shown, is itself a reading.
ABOUT_ITSELF = {
    "host_silent": {"rdp.stage"},
    "service_stopped": {"rdp.stage"},
    "listener_disabled_or_port_conflict": {"rdp.stage"},
    "certificate_expired": {"rdp.certificate"},
}
#: A certificate that was chosen hides what is wrong with the computer's own.
BEHIND_A_CHOSEN_ONE = [
    "key-file-permissions chosen-certificate-expired",
    "chosen-certificate-wrong-purpose certificate-service-stopped",
]
#: Each fault of a computer alone, with the cause that it is.
CAUSES = {one.faults: one.first for one in HOST if one.faults in ALONE}
#: A computer into which nobody could look.
SILENT = {"rdp.stage": "timed_out", "windows.reached": "no"}


def _ruled_out(judged: list[Judgement]) -> dict[str, Judgement]:
    return {one.cause.id: one for one in judged if one.verdict == "ruled_out"}


@pytest.mark.parametrize("faults", [*ALONE, *SAMPLE, *BEHIND_A_CHOSEN_ONE])
def test_one_alone_and_one_of_a_sample_of_two(faults: str) -> None:
    _judged(faults)


@pytest.mark.soak
@pytest.mark.parametrize("faults", [one for one in PAIRS if one not in SAMPLE])
def test_every_other_two(faults: str) -> None:
    _judged(faults)


@pytest.mark.parametrize(
    ("first", "beside", "cause"),
    [
        ("service-wrong-account", "key-file-permissions", "private_key_unusable"),
        ("service-stopped", "clock-behind", "clock_wrong"),
        ("firewall-wrong-profile", "security-layer-rdp", "security_layer_mismatch"),
        ("service-stopped", "tls12-off", "tls_protocols"),
    ],
)
def test_finds_beside_the_reason_what_its_end_hides(first: str, beside: str, cause: str) -> None:
    judged = ranking(row("-", "", f"{first} {beside}"))
    assert {one.cause.id: one.verdict for one in judged}[cause] == "also_found", printed(row("-", "", first), judged)


def test_nothing_of_which_nothing_was_read() -> None:
    judged = rank_all_causes({name: Fact(name, value) for name, value in SILENT.items()})
    assert _ruled_out(judged).keys() <= {"not_windows"}
    assert {one.verdict for one in judged if one.cause.id.startswith("certificate")} <= {"not_checked"}


@pytest.mark.parametrize("stage", ["ok", "refused", "negotiation_refused"])
@pytest.mark.parametrize("told", [{"pc.name": "not_found", "pc.stage": "no_name"}, {"told.when": "at_once"}])
def test_nothing_by_what_was_told_of_how_it_ends(stage: str, told: dict[str, str]) -> None:
    measured = {"rdp.stage": Fact("rdp.stage", stage)}
    said = {name: Fact(name, value) for name, value in told.items()}
    assert _ruled_out(rank_all_causes({**measured, **said})).keys() <= _ruled_out(rank_all_causes(measured)).keys()


@pytest.mark.parametrize("faults", ["certificate-service-stopped", "service-stopped", "firewall-closed"])
def test_what_was_told_never_stands_before_what_was_measured(faults: str) -> None:
    alone = row("-", "", faults)
    both = row("-", "", faults, pc__name="not_found", pc__stage="no_name")
    judged = ranking(both)
    assert judged[0].cause.id == ranking(alone)[0].cause.id, printed(both, judged)
    assert (judged[0].said, offered(both)) == ("shown_by", offered(alone))
    assert {one.said for one in judged if one.cause.id == "name_resolution"} <= {"told", "ruled_out"}


def test_takes_no_certificate_for_a_reason_against_whoever_came_past_it() -> None:
    judged = ranking(row("-", "", "expired-certificate", told__when="after_password"))
    beside = {one.cause.id: one for one in judged}
    assert beside["certificate_expired"].verdict == "also_found"
    assert [
        one.cause.id for one in judged if one.verdict == "does_not_explain" and "rdp.certificate" in one.facts
    ] == []


@pytest.mark.parametrize(("reached", "off"), [("yes", False), ("denied", False), ("no", True), ("unknown", True)])
def test_calls_no_computer_off_whose_windows_answered(reached: str, off: bool) -> None:
    facts = {"rdp.stage": "timed_out", "windows.reached": reached}
    tcp = {"name": "tcp", "ok": False, "ms": 1.0}
    network = {"stages": [tcp], "facts": {"rdp.stage": "timed_out"}}
    lines = wording.check_lines(network=network, facts=facts, certificate={}, state="done", inside=0)
    assert ("off, asleep" in lines[1].answer) is off


def _judged(faults: str) -> None:
    one = row("-", "", faults)
    judged = ranking(one)
    out = _ruled_out(judged)
    for name, found in out.items():
        assert set(found.facts) - SEEN or set(found.facts) & ABOUT_ITSELF.get(name, set()), printed(one, judged)
    there = {cause for fault in faults.split() if (cause := CAUSES.get(fault)) and _is_shown_inside(fault, cause)}
    assert there.isdisjoint(out), printed(one, judged)


def _is_shown_inside(fault: str, cause: str) -> bool:
    """Tell whether what is read inside of a computer with this fault alone shows its cause."""
    found = {one.cause.id: one for one in ranking(row("-", "", fault))}[cause]
    return found.verdict == "shown_by" and found.closeness == WEIGHTS["inside"]


#: What excludes these says itself that what they name is not there: the two sides do agree.
AGREED = {"security_layer_mismatch", "tls_protocols"}


#: What shows a cause only together with others, and says nothing of it alone.
NOT_ALONE = {
    *{("windows.certificate", "valid"), ("windows.reached", "no"), ("windows.key_file", "missing")},
    *{("windows.service_events", "hung"), ("windows.schannel_events", "key_access")},
    *{*(("windows.port", one) for one in ("other", "registered", "own"))},
}


def own_readings(cause: Cause) -> set[tuple[str, str]]:
    """What is read inside, is not as in a healthy computer, and shows this cause and no other."""
    installed = catalog.installed_catalog()
    good = {(name, value) for rule in installed.healthy for name, values in rule.items() for value in values}

    def pairs(one: Cause) -> set[tuple[str, str]]:
        inside = {name for name in one.facts if name.startswith("windows.")}
        found = ((name, value) for rule in one.shown_by for name in inside & set(rule) for value in rule[name])
        return set(found) - good

    others = set().union(*(pairs(one) for one in installed.causes.values() if one.id != cause.id))
    return pairs(cause) - others - NOT_ALONE


def excluded_beside(cause: Cause, name: str, value: str) -> Iterator[dict[str, Fact]]:
    """All facts that exclude a cause while a reading shows what it names."""
    for rule in cause.excluded_by:
        if value in rule.get(name, (value,)):
            for values in product(*rule.values()):
                found = {**dict(zip(rule, values, strict=True)), name: value}
                yield {one: Fact(one, it) for one, it in found.items()}


@pytest.mark.parametrize("name", sorted(set(catalog.installed_catalog().causes) - AGREED))
def test_what_a_reading_finds_there_is_never_ruled_out(name: str) -> None:
    installed = catalog.installed_catalog()
    cause = installed.causes[name]
    for reading in own_readings(cause):
        for facts in excluded_beside(cause, *reading):
            assert installed.judge.weigh(cause, facts).verdict != "ruled_out", reading
