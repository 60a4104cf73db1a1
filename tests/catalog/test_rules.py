"""The causes of the shipped catalogue, and the guides to which its codes lead."""

import pytest

from tests.support import shipped_catalog
from troubleshoot import catalog
from troubleshoot.engine import Fact

FACTS = catalog.all_facts()
CATALOG = shipped_catalog()


def test_every_cause_is_named_by_a_code() -> None:
    named = {cause for entry in CATALOG.codes.entries.values() for cause in entry.causes}
    assert set(CATALOG.causes) == named


@pytest.mark.parametrize(
    ("text", "guide"),
    [
        ("0x904 / 0x7", "rdp-connection-closed"),
        ("0x204", "rdp-no-connection"),
        ("0x108", "rdp-no-connection"),
        ("0x104", "rdp-name"),
        ("0x1B07", "rdp-certificate"),
        ("0x807", "rdp-sign-in"),
        ("0x1807", "rdp-sign-in"),
        ("0x1607", "rdp-credssp"),
        ("0x80090302", "rdp-credssp"),
        ("0x3000008", "rdp-connection-closed"),
        ("0x300000C", "rdp-gateway"),
        ("0x3000046", "rdp-cloud"),
        ("0x800759DA", "rdp-gateway"),
        ("Error code: 0x3\nExtended error code: 0x5", "rdp-session-ended"),
        ("0x808", "rdp-licensing"),
        ("0xD06", "rdp-own-pc"),
        ("0x708", "rdp-own-pc"),
    ],
)
def test_each_family_leads_to_its_guide(text: str, guide: str) -> None:
    match = CATALOG.codes.identify(text).used
    assert match is not None
    assert match.entry is not None
    assert match.entry.guide == guide


def test_nothing_is_judged_without_readings() -> None:
    unknown = {name: Fact(name, "unknown") for name in FACTS.values}
    assert {CATALOG.judge.weigh(cause, unknown).verdict for cause in CATALOG.causes.values()} == {"not_checked"}
