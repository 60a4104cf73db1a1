"""The diagnosis of a computer…"""

import functools
import socket
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any
from uuid import UUID

import pytest

from tests.diagnosis.table import ACCOUNT, HOST, IN_ORDER, NAME, NOT_RDP, TWO, WAY, Row, row
from troubleshoot import cases, catalog, diagnosis, hosts, wording
from troubleshoot.diagnosis import code_hint, judge_health, rank_all_causes
from troubleshoot.engine import Fact, Guide, Identified, Judgement, Walk
from troubleshoot.lab import FAULTS, LabHost, LabOptions, build_state
from troubleshoot.models import Credential, Host, Site

BOTH = ("127.0.0.1", "::1")
SECRET = "lab-only-password"
MOST_QUESTIONS = 2


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """No waiting that only a person would notice."""
    settings.MENDPOINT_PROBE_SECONDS = 1
    monkeypatch.setenv("MENDPOINT_SECRET_CAUSES", SECRET)


@functools.cache
def observe(faults: str, address: str) -> Mapping[str, Fact]:
    """A whole look, from outside and from inside, at a simulated computer with these faults."""
    document = build_state(name="LAB-01", file=None, faults=faults.split())
    lab = LabHost(document, LabOptions(user="mendpoint", password=SECRET, auth=frozenset({"ntlm"})))
    lab.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            if address == NAME:
                patch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (one, 0)) for one in BOTH])
            return hosts.observe(row_of(lab, address), about=catalog.all_facts().values).facts
    finally:
        lab.stop()


def row_of(lab: LabHost, address: str) -> Host:
    """A computer as it would be registered; nothing is stored."""
    ready = lab.ready()
    gateway = f"127.0.0.1:{ready['gateway_port']}" if "gateway_port" in ready else ""
    return Host(
        name="LAB-01",
        address=address,
        lab=True,
        site=Site(pk=UUID(int=1), slug="north", name="North", gateway=gateway),
        rdp_port=ready["rdp_port"],
        winrm_port=ready["winrm_port"],
        transport="ntlm",
        tls=False,
        credential=Credential(name="lab", username="mendpoint", reference="env:MENDPOINT_SECRET_CAUSES"),
    )


def known(row: Row) -> dict[str, Fact]:
    return {**observe(row.faults, row.address), **{name: Fact(name, value) for name, value in row.told.items()}}


def recognised(row: Row) -> Identified:
    """What the table of codes knows of the error that this person sees."""
    return catalog.installed_catalog().codes.identify(row.error)


def ranking(row: Row) -> list[Judgement]:
    """The causes for and against, as helpdesk sees them for this error."""
    return rank_all_causes(known(row), code_hint(cases.describe_error(recognised(row))))


def printed(row: Row, judged: list[Judgement]) -> str:
    """The row, and what the diagnosis made of it: for whoever has to mend a rule."""
    facts = known(row)
    lines = [f"{row}: {row.first} should come first", *(f"  {name} = {facts[name].value}" for name in sorted(facts))]
    return "\n".join([*lines, *(f"  {one.verdict:12} {one.cause.id}: {', '.join(one.facts)}" for one in judged)])


@pytest.mark.parametrize("row", [*HOST, *WAY, *ACCOUNT], ids=str)
def test_names_its_cause_first(row: Row) -> None:
    judged = ranking(row)
    assert judged[0].cause.id == row.first, printed(row, judged)
    assert judged[0].verdict in {"shown_by", "fits"}, printed(row, judged)


def test_lists_what_only_a_code_can_tell_where_a_code_tells_it() -> None:
    assert "account_locked" not in {one.cause.id for one in ranking(row("-", ""))}
    assert "account_locked" in {one.cause.id for one in ranking(ACCOUNT[0])}


@pytest.mark.parametrize("row", TWO, ids=str)
def test_names_both_of_two_causes(row: Row) -> None:
    judged = ranking(row)
    shown = {one.cause.id for one in judged if one.verdict in {"shown_by", "also_found"}}
    assert {row.first, *row.both} <= shown, printed(row, judged)
    assert judged[0].cause.id == row.first, printed(row, judged)


@pytest.mark.parametrize("fault", IN_ORDER)
def test_calls_one_in_order_healthy(fault: str) -> None:
    one = row("-", "", fault)
    judged = ranking(one)
    assert [judgement.cause.id for judgement in judged if judgement.verdict == "shown_by"] == [], printed(one, judged)
    assert judge_health(known(one)).state in {"healthy", "no_fault_seen"}, printed(one, judged)


@pytest.mark.parametrize(
    "told",
    [{"pc.name": "not_found"}, {"pc.bad_update": "sign_in"}, {"pc.stage": "refused", "pc.same_address": "differs"}],
)
def test_calls_a_computer_as_it_was_read_whatever_the_own_pc_of_a_person_told(told: Mapping[str, str]) -> None:
    there = {name: Fact(name, value) for name, value in told.items()}
    for fault in ("healthy", "constrained-language", "expired-certificate", "service-stopped"):
        alone = known(row("-", "", fault))
        assert judge_health({**alone, **there}) == judge_health(alone), fault
    shown = [one.verdict for one in rank_all_causes({**known(row("-", "")), **there})]
    assert "shown_by" in shown, "the own PC is at fault all the same"


@pytest.mark.parametrize("row", [one for one in HOST if one.faults not in IN_ORDER], ids=str)
def test_calls_no_ill_one_healthy(row: Row) -> None:
    assert judge_health(known(row)).state == "not_healthy"


def guide_of(row: Row) -> Guide:
    """The guide for this error."""
    return catalog.installed_catalog().guides[cases.guide_for_error(recognised(row))]


def offered(row: Row) -> str:
    """The remedy to which the guide leads by these facts, when a person answers what was told and no more; empty for
    none."""
    at = consulted(row, guide_of(row)).at
    return at.subject if at.kind == "fix" else ""


def consulted(row: Row, guide: Guide) -> Walk:
    """Where a guide leads by these facts, when a person answers what was told, and no more."""
    given: dict[str, str] = {}
    hint = code_hint(cases.describe_error(recognised(row)))
    while True:
        walk, _ = diagnosis.consult_guide(guide, known(row), given, hint)
        said = row.told.get(walk.at.tells, "")
        if walk.at.kind != "ask" or said not in walk.at.to:
            return walk
        given[walk.at.name] = said


@pytest.mark.parametrize("row", [*HOST, *TWO], ids=str)
def test_offers_no_remedy_but_for_the_cause_that_it_names(row: Row) -> None:
    judged = ranking(row)
    assert offered(row) in {"", *judged[0].cause.remedies}, printed(row, judged)


@pytest.mark.parametrize("row", HOST, ids=str)
def test_says_of_the_look_inside_that_no_problem_was_seen_only_where_none_was_shown(row: Row) -> None:
    found = known(row)
    shown = [one.title for one in diagnosis.causes_shown_inside(found)]
    facts = {name: fact.value for name, fact in found.items()}
    *_, line = wording.check_lines(network=None, facts=facts, certificate={}, state="done", inside=0, shown=shown)
    if shown and facts["windows.reached"] == "yes":
        assert line.look == "bad", printed(row, ranking(row))
    clock = facts["windows.clock"] in {"ahead", "behind"}  # a reading that says itself what is wrong
    assert (line.look == "bad") <= (bool(shown) or clock), printed(row, ranking(row))


class TestTheTable:
    def test_has_two_computers_at_least_for_every_cause_of_this_error(self) -> None:
        found = Counter(row.number for row in (*HOST, *WAY))
        assert {number for number, rows in found.items() if rows >= 2} >= {f"C{n:02}" for n in range(1, 17)}

    def test_has_every_fault_of_the_lab(self) -> None:
        alone = {row.faults for row in (*HOST, *WAY)}
        assert {*alone, *IN_ORDER, *NOT_RDP} >= set(FAULTS)


def questions(row: Row) -> int:
    """How often a person is asked before the guide comes to a remedy or an end, when nothing helps and nobody knows."""
    guide = guide_of(row)
    given: dict[str, str] = {}
    hint = code_hint(cases.describe_error(recognised(row)))
    while (at := diagnosis.consult_guide(guide, known(row), given, hint)[0].at).kind in {"ask", "try"}:
        said = row.told.get(at.tells, "")
        given[at.name] = next(one for one in (said, "dont_know", "no_change", *at.to) if one in at.to)
    return len(given)


def test_asks_a_person_little_where_the_computer_is_the_cause() -> None:
    asked = {str(row): questions(row) for row in HOST}
    assert median(asked.values()) <= MOST_QUESTIONS, asked
