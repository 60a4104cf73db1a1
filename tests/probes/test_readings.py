"""What each fact of a look from outside is told by."""

import pytest

from troubleshoot.probes import FACTS, ProbeReport

SEEN = {
    "name": "127.0.0.1",
    "tcp": "connected",
    "x224": "offer 3: NLA",
    "tls": "TLSv1.2",
    "certificate": "expired",
    "offer 0": "refused",
    "look 2": "the same",
    "at ::1": "no answer",
    "its name": "127.0.0.1",
    "TLSv1": "accepted",
    "gateway": "connected",
    "gateway cert": "valid",
}


@pytest.fixture
def report() -> ProbeReport:
    found = ProbeReport(target="LAB-01:3389", origin="here")
    for name, detail in SEEN.items():
        found.note(name, 1, detail=detail)
    return found


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("rdp.stage", ["name", "tcp", "x224", "tls", "certificate"]),
        ("rdp.certificate", ["certificate"]),
        ("rdp.certificate_purpose", ["certificate"]),
        ("rdp.plain", ["offer 0"]),
        ("rdp.tls_versions", ["tls", "TLSv1"]),
        ("rdp.steady", ["look 2"]),
        ("rdp.same_computer", ["tcp", "at ::1", "its name"]),
        ("gateway.certificate", ["gateway cert"]),
    ],
)
def test_a_fact_shows_the_stages_that_it_follows_from(report: ProbeReport, fact: str, expected: list[str]) -> None:
    assert report.readings(fact) == tuple(f"{name}: {SEEN[name]}" for name in expected)


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_shows_something_of_a_whole_observation_and_nothing_of_none(report: ProbeReport, fact: str) -> None:
    assert report.readings(fact)
    assert ProbeReport(target="LAB-01:3389", origin="here").readings(fact) == ()
