"""What a person's own PC told: kept with the case, and the walk goes on with it."""

from __future__ import annotations

import re
from types import MappingProxyType

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.own_pc import CLOSED, CONFIRM, report_from_pc, told
from tests.fixtures.steps import ERROR, Work, opened
from troubleshoot import cases, catalog, diagnosis, people, probes, reports, wording
from troubleshoot.cases import (
    answer_pc_question,
    check_computer_again,
    command_for_case,
    latest_client_block,
    submit_client_report,
    take_case,
)
from troubleshoot.diagnosis import case_evidence
from troubleshoot.engine import Fact, Refusal
from troubleshoot.models import Answer, Case, Entry, Notice, PcAnswer, PcBlock, Person
from troubleshoot.probes import BadClientBlock
from troubleshoot.wording import notice_words
from troubleshoot.wording.client_report_faults import BLOCK_FAULTS

GUIDE = """\
format = 2
title = "The way from a person's PC"
start = "told"
[steps.told]
fact = "pc.stage"
[steps.told.to]
ok = "where"
no_name = "where"
refused = "where"
timed_out = "where"
closed_before_confirm = "way"
not_rdp = "where"
negotiation_refused = "where"
tls_failed = "where"
not_told = "where"
unknown = "where"
[steps.where]
ask = "Where are you?"
answers = { office = "In the office", home = "At home" }
to = { office = "again", home = "desk" }
[steps.way]
ask = "What stands between?"
answers = { vpn = "A VPN", nothing = "Nothing" }
to = { vpn = "where", nothing = "where" }
[steps.again]
try = "Connect again."
to = { worked = "solved", no_change = "desk" }
[steps.desk]
end = "escalate"
title = "Helpdesk goes on"
text = "They see what was told."
[steps.solved]
end = "solved"
title = "It works"
text = "Nothing is left to do."
"""


@pytest.fixture
def case(employee: Person) -> Case:
    """A case about a computer that nobody registered, on a guide that asks what the person's PC told."""
    made = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="ACC-07")
    version = diagnosis.publish_guide(catalog.parse_stored_guide("way", GUIDE))
    Case.objects.filter(pk=made.pk).update(guide=version, round=2)
    made = Case.objects.get(pk=made.pk)
    with transaction.atomic():
        diagnosis.advance_case(made, actor=employee)
    return made


def walked(case: Case) -> list[tuple[str, str]]:
    return list(diagnosis.replay_case(Case.objects.get(pk=case.pk)).path)


class TestWhatThePcTold:
    def test_is_kept_judged_and_recorded(self, case: Case, employee: Person) -> None:
        submit_client_report(actor=employee, case=case, text=told(CLOSED))
        row = PcBlock.objects.get()
        assert (row.by, row.round, row.facts) == (employee, 2, Case.objects.get(pk=case.pk).pc)
        assert row.facts["pc.stage"]["value"] == "closed_before_confirm"
        entry = Entry.objects.get(tag="case:told")
        assert '"pc.stage":"closed_before_confirm"' in bytes(entry.canonical).decode()
        assert case_evidence(case)["pc.stage"].value == "closed_before_confirm"
        assert reports.case_document(case)["facts"]["pc.stage"] == "closed_before_confirm"

    def test_keeps_nobody_waiting_while_nothing_was_pasted(self, case: Case) -> None:
        assert walked(case) == [("told", "unknown")]
        assert case.waiting_for == Case.WaitingFor.PERSON

    def test_leads_the_walk_another_way(self, case: Case, employee: Person) -> None:
        submit_client_report(actor=employee, case=case, text=told(CLOSED))
        assert walked(case) == [("told", "closed_before_confirm")]
        assert Case.objects.get(pk=case.pk).at_step == "way"
        assert case.answers.order_by("number").last().source == Answer.Source.TOLD  # type: ignore[union-attr]

    def test_takes_no_answer_away_that_still_fits(self, case: Case, employee: Person) -> None:
        cases.answer_step(actor=employee, case=case, step="where", value="office")
        submit_client_report(actor=employee, case=case, text=told())
        assert walked(case) == [("told", "timed_out"), ("where", "office")]
        assert Case.objects.get(pk=case.pk).at_step == "again"
        row = case.answers.order_by("number").last()
        assert row
        assert (row.source, row.by) == (Answer.Source.PERSON, employee)

    def test_counts_once_however_often_it_is_sent(self, case: Case, employee: Person) -> None:
        text = told(CLOSED)
        submit_client_report(actor=employee, case=case, text=text)
        submit_client_report(actor=employee, case=case, text=text)
        assert PcBlock.objects.count() == 1

    def test_reaches_whoever_cares_for_the_case(self, case: Case, employee: Person, helpdesk: Person) -> None:
        take_case(actor=helpdesk, case=case)
        submit_client_report(actor=employee, case=case, text=told())
        assert notice_words(Notice.objects.get(person=helpdesk, kind=Notice.Kind.MESSAGE)) == (
            "Emil pasted what their PC told."
        )

    def test_gives_way_to_what_it_told_later(self, case: Case, employee: Person) -> None:
        submit_client_report(actor=employee, case=case, text=told(CLOSED))
        submit_client_report(actor=employee, case=case, text=told())
        assert walked(case) == [("told", "timed_out")]
        assert PcBlock.objects.count() == 2

    def test_is_of_before_in_a_new_round(self, case: Case, employee: Person) -> None:
        submit_client_report(actor=employee, case=case, text=told(CLOSED))
        check_computer_again(actor=employee, case=case)
        assert walked(case) == [("told", "unknown")]
        assert latest_client_block(case) is None

    def test_is_refused_in_words_that_name_the_line(self, case: Case, employee: Person) -> None:
        with pytest.raises(Refusal, match="client_block_unfit") as refused:
            submit_client_report(actor=employee, case=case, text=told(name="ACC-08"))
        said = wording.refusal_words(refused.value)
        assert re.match(r"Line 2: “ACC-08:3389”.*another computer.*Run the command", said)
        assert not PcBlock.objects.exists()

    def test_is_refused_when_the_case_is_closed(self, case: Case, employee: Person) -> None:
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now())
        with pytest.raises(Refusal, match="case_closed"):
            submit_client_report(actor=employee, case=case, text=told())

    def test_is_nobody_elses_to_tell(self, case: Case, person: MakePerson) -> None:
        with pytest.raises(people.PermissionRefused):
            submit_client_report(actor=person("Eve", "employee"), case=case, text=told())

    def test_is_never_rewritten(self, case: Case, employee: Person) -> None:
        submit_client_report(actor=employee, case=case, text=told())
        for statement in ("UPDATE troubleshoot_pcblock SET text = ''", "DELETE FROM troubleshoot_pcblock"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


class TestTheBuildOfThePc:
    BAD = MappingProxyType({"build": "26200.7623"})

    def test_names_the_update_that_is_known_to_break_it_and_what_repairs_it(self, case: Case, employee: Person) -> None:
        submit_client_report(actor=employee, case=case, text=told(self.BAD))
        fact = case_evidence(Case.objects.get(pk=case.pk))["pc.bad_update"]
        assert fact.value == "sign_in"
        (reading,) = fact.readings
        assert reading == (
            "told by the person's PC: build 26200.7623 of Windows: "
            "KB5074109 of 2026-01-13, repaired by KB5077744 (field report)"
        )

    @pytest.mark.parametrize(("build", "value"), [("26200.7627", "none"), ("19045.2", "none"), ("untold", "not_told")])
    def test_of_another_one_is_told_as_well(self, case: Case, employee: Person, build: str, value: str) -> None:
        submit_client_report(actor=employee, case=case, text=told({"build": build}))
        assert Case.objects.get(pk=case.pk).pc["pc.bad_update"]["value"] == value

    def test_is_the_cause_also_where_we_cannot_look_at_the_computer(self, case: Case, employee: Person) -> None:
        answered = {"tcp": "open", "reply": CONFIRM}
        submit_client_report(actor=employee, case=case, text=told({**answered, **self.BAD}))
        assert Case.objects.get(pk=case.pk).cause == "known_bad_update_on_pc"

    def test_leads_to_the_remedy_for_the_own_pc_and_says_nothing_of_the_computer(
        self, lab: MakeLab, helpdesk: Person, work: Work
    ) -> None:
        host = lab()
        case = opened(helpdesk, host.row, work)
        cases.answer_step(actor=helpdesk, case=case, step=diagnosis.replay_case(case).at.name, value="at_once")
        answered = {"tcp": "open", "reply": CONFIRM, **self.BAD}
        text = told(answered, name=host.row.name, port=host.row.rdp_port)
        submit_client_report(actor=helpdesk, case=case, text=text)
        at = diagnosis.replay_case(Case.objects.get(pk=case.pk)).at
        assert dict(walked(case))["why"] == "known_bad_update_on_pc"
        assert (at.kind, at.subject) == ("fix", "update-own-pc")
        evidence = case_evidence(Case.objects.get(pk=case.pk))
        assert evidence.get("windows.bad_update", Fact("", "unknown")).value in {"none", "unknown"}

    @pytest.mark.parametrize(
        ("build", "step"), [("26200.7623", "update_pc"), ("26200.7628", "own_program"), ("untold", "update_pc")]
    )
    def test_spares_a_person_the_update_that_is_there_already(self, employee: Person, build: str, step: str) -> None:
        case = cases.open_case(
            actor=employee, beneficiary=employee, error_text="0x80080005", host=None, named_host="ACC-07"
        )
        assert diagnosis.replay_case(case).at.name == "update_pc"
        submit_client_report(actor=employee, case=case, text=told({"build": build}))
        assert diagnosis.replay_case(Case.objects.get(pk=case.pk)).at.name == step

    def test_takes_the_cause_away_once_it_is_repaired(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab()
        case = opened(helpdesk, host.row, work)
        for build in ("26200.7623", "26200.7628"):
            text = told({"build": build}, name=host.row.name, port=host.row.rdp_port)
            submit_client_report(actor=helpdesk, case=case, text=text)
        judged = catalog.installed_catalog().judge.weigh(
            catalog.installed_catalog().causes["known_bad_update_on_pc"],
            case_evidence(Case.objects.get(pk=case.pk)),
        )
        assert judged.verdict == "ruled_out"


class TestWhatAPersonSaw:
    def test_leads_the_walk_as_a_block_does(self, case: Case, employee: Person) -> None:
        answer_pc_question(actor=employee, case=case, question="connect", value="after_wait")
        assert walked(case) == [("told", "timed_out")]
        row = PcAnswer.objects.get()
        assert (row.by, row.round, row.facts["pc.stage"]["value"]) == (employee, 2, "timed_out")
        assert (
            case_evidence(Case.objects.get(pk=case.pk))["pc.stage"].readings[0].startswith("told by the person: What")
        )
        assert '"pc.stage":"timed_out"' in bytes(Entry.objects.get(tag="case:told").canonical).decode()

    def test_is_kept_once_and_counts_as_it_was_said_last(self, case: Case, employee: Person) -> None:
        for value in ("after_wait", "after_wait", "no_name"):
            answer_pc_question(actor=employee, case=case, question="connect", value=value)
        assert [row.value for row in PcAnswer.objects.all()] == ["after_wait", "no_name"]
        assert walked(case) == [("told", "no_name")]

    def test_gives_way_to_a_later_block_but_for_what_that_does_not_say(self, case: Case, employee: Person) -> None:
        answer_pc_question(actor=employee, case=case, question="connect", value="asks")
        answer_pc_question(actor=employee, case=case, question="other_pc", value="yes")
        untold_block = {"address": "untold", "tcp": "untold"}
        submit_client_report(actor=employee, case=case, text=told(untold_block))
        known = {name: part["value"] for name, part in Case.objects.get(pk=case.pk).pc.items()}
        assert (known["pc.stage"], known["pc.other_pc"], known["pc.udp"]) == ("ok", "works", "on")
        submit_client_report(actor=employee, case=case, text=told(CLOSED))
        assert Case.objects.get(pk=case.pk).pc["pc.stage"]["value"] == "closed_before_confirm"

    def test_is_of_before_in_a_new_round(self, case: Case, employee: Person) -> None:
        answer_pc_question(actor=employee, case=case, question="connect", value="no_name")
        check_computer_again(actor=employee, case=case)
        again = Case.objects.get(pk=case.pk)
        assert again.pc == {}
        assert cases.open_pc_questions(again)[0].name == "connect"

    def test_reaches_whoever_cares_for_the_case_once(self, case: Case, employee: Person, helpdesk: Person) -> None:
        take_case(actor=helpdesk, case=case)
        while asked := cases.open_pc_questions(Case.objects.get(pk=case.pk)):
            answer_pc_question(actor=employee, case=case, question=asked[0].name, value="dont_know")
        (notice,) = Notice.objects.filter(person=helpdesk, kind=Notice.Kind.MESSAGE)
        assert notice_words(notice) == "Emil looked at their own PC and answered what was asked."

    def test_is_never_rewritten(self, case: Case, employee: Person) -> None:
        answer_pc_question(actor=employee, case=case, question="connect", value="no_name")
        for statement in ("UPDATE troubleshoot_pcanswer SET words = ''", "DELETE FROM troubleshoot_pcanswer"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_is_nobody_elses_to_say_and_not_of_a_closed_case(
        self, case: Case, employee: Person, person: MakePerson
    ) -> None:
        with pytest.raises(people.PermissionRefused):
            answer_pc_question(actor=person("Eve", "employee"), case=case, question="connect", value="asks")
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now())
        with pytest.raises(Refusal, match="case_closed"):
            answer_pc_question(actor=employee, case=case, question="connect", value="asks")

    @pytest.mark.parametrize(
        ("question", "fact"),
        [
            *((one.name, fact) for one in catalog.installed_catalog().questions.values() for fact in sorted(one.facts)),
        ],
    )
    def test_tells_only_what_is_told_of_a_pc(self, question: str, fact: str) -> None:
        assert fact in probes.CLIENT_FACTS, question


class TestEveryReason:
    def test_for_refusing_a_block_has_its_words(self) -> None:
        assert set(BLOCK_FAULTS) == set(BadClientBlock.REASONS)


class TestWithAComputer:
    def test_addresses_are_compared(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab()
        case = opened(helpdesk, host.row, work)
        now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        submit_client_report(
            actor=helpdesk, case=case, text=report_from_pc(host.row.rdp_port, at=now, name=host.row.name)
        )
        found = {name: part["value"] for name, part in Case.objects.get(pk=case.pk).pc.items()}
        assert (found["pc.stage"], found["pc.same_address"]) == ("ok", "same")

    def test_what_was_judged_is_judged_again(self, lab: MakeLab, helpdesk: Person, work: Work) -> None:
        host = lab()
        case = opened(helpdesk, host.row, work)
        cases.answer_step(actor=helpdesk, case=case, step=diagnosis.replay_case(case).at.name, value="at_once")
        assert dict(walked(case))["why"] == "healthy"
        now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        submit_client_report(
            actor=helpdesk, case=case, text=report_from_pc(host.row.rdp_port, at=now, name=host.row.name)
        )
        walk = dict(walked(case))
        assert walk["why"] == "client_side_block"
        judged = case.answers.exclude(judged={}).order_by("number").last()
        assert judged
        assert judged.judged["causes"][0]["id"] == "client_side_block"

    def test_no_command_is_made_for_a_name_that_is_none(self, employee: Person) -> None:
        for name in ("", "my computer", "x'; calc", "acc\u043e7"):
            made = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host=name)
            assert command_for_case(made) == ""
