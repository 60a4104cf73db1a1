"""The causes of the shipped catalogue, and the guides to which its codes lead."""

import re

import pytest

from tests.support import shipped_catalog
from troubleshoot import catalog
from troubleshoot.engine import Fact, Guide

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


ACTORS = re.compile(r"\b(helpdesk|team|administrator|approver|author|manager)s?\b", re.IGNORECASE)


def test_no_title_says_who_acts_because_the_status_of_the_case_does() -> None:
    titles = {(guide.name, name): step.title for guide in CATALOG.guides.values() for name, step in guide.steps.items()}
    named = {place: str(title) for place, title in titles.items() if ACTORS.search(str(title))}
    assert len(titles) > 100
    assert named == {}


KEPT_OUT = {"account_locked", "account_disabled", "account_expired", "account_restricted", "sign_in_right_missing"}
"""Causes of an account that no password helps."""


def reached(guide: Guide, step: str) -> set[str]:
    """Every step that a walk can come to from this one."""
    found, waiting = set[str](), [step]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(guide.steps[name].to.values())
    return found


@pytest.mark.parametrize("cause", sorted(KEPT_OUT))
def test_nobody_whose_account_is_kept_out_is_told_to_try_again(cause: str) -> None:
    entries = [one for one in CATALOG.codes.entries.values() if cause in one.causes]
    assert len(entries) > 1
    for entry in entries:
        guide = CATALOG.guides[entry.guide or ""]
        steps = [guide.steps[name] for name in reached(guide, entry.start)]
        assert {step.kind for step in steps} <= {"fact", "end"}, entry.code
        assert entry.causes == (cause,), "one cause alone counts as told"


def test_the_causes_of_accounts_have_no_remedy_that_the_portal_runs() -> None:
    assert {name: CATALOG.causes[name].remedies for name in KEPT_OUT} == dict.fromkeys(KEPT_OUT, ())
