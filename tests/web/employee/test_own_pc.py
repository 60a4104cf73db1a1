"""The page about the person's own PC: questions, the company's script, the command; and where it is offered."""

from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.conftest import MakePerson
from tests.fixtures.computers import MakeLab
from tests.fixtures.own_pc import CLOSED, CONFIRM, told
from tests.fixtures.steps import ERROR, Work, opened
from tests.web.employee.pages import Page, Reader, case_of
from troubleshoot import cases, probes
from troubleshoot.cases import close_case
from troubleshoot.diagnosis import judged_causes
from troubleshoot.models import Case, PcAnswer, Person, Site
from troubleshoot.operations.system_checks import check_pc_script

MOST_QUERIES = 12
SIGNED = b"# look\r\n# SIG # Begin signature block\r\n# SIG # MIIabc\r\n# SIG # End signature block\r\n"
OFFER = "Look at your own PC"
PC_TITLE = "Your PC does not know this name, and we do"


@pytest.fixture
def reader(employee: Person) -> Reader:
    return Reader.of(employee)


@pytest.fixture
def unseen(employee: Person) -> Case:
    """A case about a computer that we cannot look at."""
    return cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="ACC-07")


def command_on(page: Page) -> str:
    (found,) = re.findall(r"(?s)<pre tabindex=\"0\">(&amp; \{.*?)</pre>", page.source)
    return html.unescape(found)


class TestTheOffer:
    def test_is_made_where_the_computer_is_healthy_from_here(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab(name="ACC-07"))
        assert OFFER not in page.text
        work()
        page = reader.get(page.url)
        assert OFFER in page.text
        assert f"{page.url}/pc" in page.source

    def test_is_not_made_where_the_fault_is_on_our_side(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab("key-unreadable"))
        work()
        assert OFFER not in reader.get(page.url).text

    def test_is_made_where_we_cannot_look_at_all(self, unseen: Case, reader: Reader) -> None:
        assert OFFER in reader.get(f"/cases/{unseen.pk}").text

    def test_is_not_made_for_a_name_that_is_none(self, employee: Person, reader: Reader) -> None:
        case = cases.open_case(
            actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="the one upstairs"
        )
        assert OFFER not in reader.get(f"/cases/{case.pk}").text
        assert reader.get(f"/cases/{case.pk}/pc").url == f"/cases/{case.pk}"


class TestTheQuestions:
    def test_come_one_by_one_and_nothing_is_to_be_pasted(self, unseen: Case, reader: Reader) -> None:
        page = reader.get(f"/cases/{unseen.pk}/pc")
        assert page.title == "What does your own PC show of ACC-07?"
        assert "What happens when you connect?" in page.text
        assert "another network" not in page.text
        assert "we cannot check it" in page.text
        again = reader.post(f"/cases/{unseen.pk}/pc", question="connect", value="after_wait")
        assert again.url == f"/cases/{unseen.pk}/pc"
        assert "Does it work from another network?" in again.text
        assert "What happens when you connect? The same, but only after 10 seconds or more" in again.text

    def test_tell_what_the_block_would_have_told(self, unseen: Case, reader: Reader) -> None:
        reader.post(f"/cases/{unseen.pk}/pc", question="connect", value="no_name")
        told_so = Case.objects.get(pk=unseen.pk).pc
        assert {name: part["value"] for name, part in told_so.items()} == {
            "pc.stage": "no_name",
            "pc.name": "not_found",
        }
        page = reader.get(f"/cases/{unseen.pk}")
        assert "Your PC finds no address for the name of ACC-07" in page.text
        assert "Told by you or by your PC, not measured by us." in page.text

    def test_tell_what_was_answered_of_the_warning_and_no_more(self, lab: MakeLab, reader: Reader, work: Work) -> None:
        page = reader.opens(lab(name="ACC-07"))
        work()
        reader.post(f"{page.url}/pc", question="connect", value="asks")
        reader.post(f"{page.url}/pc", question="warning", value="another")
        told_so = case_of(reader.get(page.url)).pc
        assert told_so["pc.certificate_name"]["value"] == "another"
        assert "pc.same_address" not in told_so, "nobody looked at an address"
        page = reader.get(page.url)
        assert page.title == "Your PC is shown the name of another computer"
        assert "A warning on it shows the name of another computer than ACC-07." in page.text
        assert "another address" not in page.text

    def test_turn_the_page_to_the_way_once_the_own_pc_does_not_come_as_far_as_we_do(
        self, lab: MakeLab, reader: Reader, helpdesk: Person, work: Work
    ) -> None:
        page = reader.opens(lab(name="ACC-07"), text="Error code: 0x807")
        work()
        assert reader.get(page.url).title == "ACC-07 answers; the sign-in does not succeed"
        reader.post(f"{page.url}/pc", question="connect", value="after_wait")
        case = case_of(reader.get(page.url))
        desk = Reader.of(helpdesk).get(f"/desk/cases/{case.pk}")
        assert reader.get(page.url).title == "We reach ACC-07, and your PC does not"
        assert desk.title == f"Written for {case.beneficiary}: We reach the computer, and your PC does not"
        assert "Disconnect the VPN and connect it again" in reader.get(page.url).text

    @pytest.mark.parametrize("network", ["yes", "no", "dont_know"])
    @pytest.mark.parametrize("other", ["yes", "no", "dont_know"])
    def test_blame_the_network_for_a_name_that_other_pcs_there_miss_as_well(
        self, other: str, network: str, lab: MakeLab, reader: Reader, work: Work
    ) -> None:
        page = reader.opens(lab(name="ACC-07"))
        work()
        for question, value in (("connect", "no_name"), ("other_network", network), ("other_pc", other)):
            reader.post(f"{page.url}/pc", question=question, value=value)
        page = reader.get(page.url)
        shared = other == "no" or (other == "dont_know" and network == "yes")
        titles = {True: "The network you are in does not know this name, and we do", False: PC_TITLE}
        assert page.title == titles[shared]
        assert ("an old answer in its memory" in page.text) is not shared

    @pytest.mark.parametrize("network", ["no", "dont_know"])
    @pytest.mark.parametrize(("other", "theirs"), [("yes", True), ("no", False), ("dont_know", False)])
    def test_look_at_the_pc_and_not_at_the_way_where_another_pc_beside_it_comes_through(
        self, other: str, theirs: bool, network: str, lab: MakeLab, reader: Reader, work: Work
    ) -> None:
        page = reader.opens(lab(name="ACC-07"), whereabouts="home_vpn")
        work()
        for question, value in (("connect", "closes"), ("other_network", network), ("other_pc", other)):
            reader.post(f"{page.url}/pc", question=question, value=value)
        page = reader.send(reader.get(page.url), "answer", value="at_once")
        case = case_of(page)
        fits = [one.cause.id for one in judged_causes(case) if one.verdict == "fits"]
        assert ("middlebox" in fits) is not theirs
        assert ("Disconnect the VPN" in page.text or "Where are you connecting from?" in page.text) is not theirs
        titles = {"Now a fresh connection from your side", "What does your own PC show of ACC-07?"}
        assert (page.title in titles) is theirs, page.title

    def test_can_be_answered_anew(self, unseen: Case, reader: Reader) -> None:
        reader.post(f"/cases/{unseen.pk}/pc", question="connect", value="asks")
        changing = reader.get(f"/cases/{unseen.pk}/pc?change=connect")
        assert re.search(r'value="asks" checked', changing.source)
        assert "Leave it as it is" in changing.text
        reader.post(f"/cases/{unseen.pk}/pc", question="connect", value="dont_know")
        assert Case.objects.get(pk=unseen.pk).pc == {}

    def test_end_with_the_way_back(self, unseen: Case, reader: Reader) -> None:
        page = reader.get(f"/cases/{unseen.pk}/pc")
        asked = []
        while found := re.search(r'name="question" value="([^"]+)"', page.source):
            asked.append(found[1])
            page = reader.post(f"/cases/{unseen.pk}/pc", question=found[1], value="dont_know")
        assert asked == ["connect", "other_network", "other_pc", "gateway", "log"]
        assert "That is all we ask" in page.text

    @pytest.mark.parametrize(("question", "value"), [("connect", ""), ("connect", "perhaps"), ("nothing", "asks")])
    def test_take_no_other_answer(self, question: str, value: str, unseen: Case, reader: Reader) -> None:
        page = reader.post(f"/cases/{unseen.pk}/pc", question=question, value=value)
        assert page.status == 422
        assert 'role="alert"' in page.source
        assert not PcAnswer.objects.exists()


class TestTheScript:
    def test_is_offered_by_name_digest_and_signer(
        self, unseen: Case, reader: Reader, settings: Settings, tmp_path: Path
    ) -> None:
        assert "A script of your company" not in reader.get(f"/cases/{unseen.pk}/pc").text
        settings.MENDPOINT_PC_SCRIPT = tmp_path / "look.ps1"
        settings.MENDPOINT_PC_SCRIPT.write_bytes(SIGNED)
        settings.MENDPOINT_PC_SCRIPT_SIGNER = "Corp & Sons Ltd"
        page = reader.get(f"/cases/{unseen.pk}/pc")
        assert "look.ps1" in page.text
        assert hashlib.sha256(SIGNED).hexdigest().upper() in page.text
        assert "The name there has to be Corp & Sons Ltd" in page.text
        assert "type ACC-07:3389" in page.text

    def test_is_handed_out_byte_by_byte(self, unseen: Case, reader: Reader, settings: Settings, tmp_path: Path) -> None:
        address = f"/cases/{unseen.pk}/pc/script"
        assert reader.get(address).status == 404
        settings.MENDPOINT_PC_SCRIPT = tmp_path / "look.ps1"
        settings.MENDPOINT_PC_SCRIPT.write_bytes(SIGNED)
        answer = reader.client.get(address)
        assert answer.content == SIGNED
        assert answer["Content-Disposition"] == 'attachment; filename="look.ps1"'
        assert answer["Content-Type"] == "application/octet-stream"

    def test_that_nobody_signed_is_not(self, unseen: Case, reader: Reader, settings: Settings, tmp_path: Path) -> None:
        settings.MENDPOINT_PC_SCRIPT = tmp_path / "look.ps1"
        settings.MENDPOINT_PC_SCRIPT.write_bytes(SIGNED + b"# and one more line\n")
        assert "A script of your company" not in reader.get(f"/cases/{unseen.pk}/pc").text
        assert reader.get(f"/cases/{unseen.pk}/pc/script").status == 404
        assert [one.id for one in check_pc_script(None)] == ["troubleshoot.E005"]


class TestTheCommand:
    def test_stands_folded_behind_everything_else(self, unseen: Case, reader: Reader) -> None:
        page = reader.get(f"/cases/{unseen.pk}/pc")
        assert command_on(page) == probes.client_command("ACC-07", 3389)
        assert re.search(r'<details class="more" id="command">', page.source)
        assert "The number of its build of Windows" in page.text
        order = ["Next", "How to tell this from a trick", "Windows+R", "What it reads", "What it never reads"]
        order += ["Step by step", "Copy the command", "& {", "What did it print?"]
        places = [page.text.index(words) for words in order]
        assert places == sorted(places)

    def test_is_not_offered_where_an_administrator_says_so(
        self, lab: MakeLab, employee: Person, work: Work, reader: Reader
    ) -> None:
        case = opened(employee, lab().row, work)
        Site.objects.update(no_pc_command=True)
        page = reader.get(f"/cases/{case.pk}/pc")
        assert "What happens when you connect?" in page.text
        assert 'id="command"' not in page.source
        assert "What did it print?" not in page.text

    def test_says_at_the_box_what_was_wrong_with_it_open(self, unseen: Case, reader: Reader) -> None:
        page = reader.post(f"/cases/{unseen.pk}/pc", block="x")
        assert '<details class="more" id="command" open>' in page.source
        wrong = page.source.index('role="alert"')
        assert page.source.index('for="block-command"') < wrong < page.source.index("<textarea")
        assert f'action="/cases/{unseen.pk}/pc#block-command"' in page.source

    def test_leaves_what_the_script_printed_a_box_of_its_own(
        self, unseen: Case, reader: Reader, settings: Settings, tmp_path: Path
    ) -> None:
        settings.MENDPOINT_PC_SCRIPT = tmp_path / "look.ps1"
        settings.MENDPOINT_PC_SCRIPT.write_bytes(SIGNED)
        page = reader.post(f"/cases/{unseen.pk}/pc", block="x", place="file")
        assert '<details class="more" id="command">' in page.source
        places = [
            page.source.index(part) for part in ('id="block-file"', 'role="alert"', "<details", 'id="block-command"')
        ]
        assert sorted(places) == [places[1], places[0], *places[2:]]
        assert page.source.count('role="alert"') == 1


class TestABlock:
    def test_takes_the_block_and_leads_back_to_the_case(self, unseen: Case, reader: Reader) -> None:
        page = reader.post(f"/cases/{unseen.pk}/pc", block=f"PS C:\\> \r\n{told(CLOSED)}")
        assert page.url == f"/cases/{unseen.pk}"
        assert "Something accepts its connection, and closes it before ACC-07 has answered." in page.text
        assert "Told by you or by your PC, not measured by us." in page.text
        again = reader.get(f"/cases/{unseen.pk}/pc")
        assert "Pasted before" in again.text
        assert "pasted by Emil" in again.text

    def test_shows_the_update_that_breaks_the_own_pc_and_nothing_against_the_computer(
        self, lab: MakeLab, reader: Reader, work: Work
    ) -> None:
        host = lab(name="ACC-07")
        page = reader.opens(host)
        work()
        answered = {"tcp": "open", "reply": CONFIRM, "build": "26100.7623"}
        page = reader.post(f"{page.url}/pc", block=told(answered, port=host.row.rdp_port))
        assert page.title == "The PC that connects has an update of Windows that is known to break the sign-in"
        assert "Install the update that repairs Remote Desktop on the PC that connects" in page.text
        assert "ACC-07 has an update" not in page.text
        told_before = reader.get(f"{page.url}/pc").text.partition("Pasted before")[2]
        assert "It reaches ACC-07" in told_before
        assert "It has an update of Windows that is known to break the sign-in." in told_before

    def test_says_what_is_wrong_and_keeps_what_was_pasted(self, unseen: Case, reader: Reader) -> None:
        pasted = told().replace("udp on", "udp <b>\u043en</b>")
        page = reader.post(f"/cases/{unseen.pk}/pc", block=pasted)
        assert page.status == 422
        assert "Line 7" in page.text
        assert "letters that the command never prints" in page.text
        assert "<b>\u043en" not in page.source
        assert "MENDPOINT BEGIN 1" in page.text.partition("What did it print?")[2]

    @pytest.mark.parametrize("text", ["", "\0", "\ud800", "x" * 30_000, "MENDPOINT BEGIN 1\n" * 400])
    def test_survives_what_is_no_block(self, text: str, unseen: Case, reader: Reader) -> None:
        assert reader.post(f"/cases/{unseen.pk}/pc", block=text.encode("utf-8", "replace").decode()).status == 422

    def test_is_nobody_elses(self, unseen: Case, person: MakePerson) -> None:
        for who in (Reader.of(person("Eve", "employee")), Reader.of(person("Max", "manager"))):
            assert who.post(f"/cases/{unseen.pk}/pc", block=told()).status in {403, 404}
        assert Case.objects.get(pk=unseen.pk).pc == {}

    def test_leads_to_the_case_when_that_is_closed(self, unseen: Case, helpdesk: Person, reader: Reader) -> None:
        close_case(actor=helpdesk, case=unseen, solved=True)
        assert reader.get(f"/cases/{unseen.pk}/pc").url == f"/cases/{unseen.pk}"

    def test_asks_few_questions_of_the_database(self, unseen: Case, reader: Reader) -> None:
        reader.post(f"/cases/{unseen.pk}/pc", block=told())
        with CaptureQueriesContext(connection) as seen:
            reader.get(f"/cases/{unseen.pk}/pc")
        assert len(seen) <= MOST_QUERIES, [one["sql"] for one in seen.captured_queries]


class TestHelpdesk:
    def test_can_ask_for_it_at_any_time_and_paste_for_a_caller(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        case = opened(employee, lab("key-unreadable", name="ACC-07").row, work)
        port = case.host.rdp_port if case.host else 0
        desk = Reader.of(helpdesk)
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "Ask what the own PC shows" in page.text
        assert f"/cases/{case.pk}/pc" in page.text, "the ready text holds the link"
        assert desk.get(f"/cases/{case.pk}/pc").title == "What does the PC of Emil show of ACC-07?"
        page = desk.post(f"/cases/{case.pk}/pc", block=told(port=port))
        assert page.url == f"/desk/cases/{case.pk}"
        assert "told, not measured" in page.text
        assert "pasted by Hanna" in page.text
        assert "told by the person's PC: ACC-07 port" in page.text

    def test_answers_for_a_caller_and_sees_who_said_what(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        case = opened(employee, lab("key-unreadable", name="ACC-07").row, work)
        desk = Reader.of(helpdesk)
        desk.post(f"/cases/{case.pk}/pc", question="other_pc", value="no")
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "Does it work from another PC in the same place? No, from there it fails too" in page.text
        assert "From another PC in the same place it fails too told by the person" in page.text

    def test_sees_what_speaks_for_what_before_the_computer_was_read(
        self, lab: MakeLab, employee: Person, helpdesk: Person
    ) -> None:
        host = lab(name="ACC-07").row
        case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=host)
        desk = Reader.of(helpdesk)
        assert "Nothing was read yet, so nothing is judged." in desk.get(f"/desk/cases/{case.pk}").text
        desk.post(f"/cases/{case.pk}/pc", question="connect", value="no_name")
        text = desk.get(f"/desk/cases/{case.pk}").text
        assert "told, not measured The name is not known everywhere" in text
        assert "nothing is judged" not in text

    def test_reads_which_update_it_is_and_what_repairs_it(
        self, lab: MakeLab, employee: Person, helpdesk: Person, work: Work
    ) -> None:
        case = opened(employee, lab(name="ACC-07").row, work)
        answered = {"tcp": "open", "reply": CONFIRM, "build": "19045.6809"}
        block = told(answered, port=case.host.rdp_port if case.host else 0)
        text = Reader.of(helpdesk).post(f"/cases/{case.pk}/pc", block=block).text
        assert "build 19045.6809 of Windows: KB5073724 of 2026-01-13, repaired by KB5077796 (field report)" in text

    def test_of_another_site_does_not_see_it(
        self, lab: MakeLab, employee: Person, work: Work, south: Site, person: MakePerson
    ) -> None:
        case = opened(employee, lab().row, work)
        assert Reader.of(person("Sue", "helpdesk", site=south)).get(f"/cases/{case.pk}/pc").status == 404


def test_the_public_list_of_remedies_shows_nobody_a_command_that_changes_their_pc() -> None:
    text = Reader.of().get("/remedies").text
    assert "ping -t NAME" in text, "one that only reads"
    assert "How to tell this from a trick" in text
    for command in ("ipconfig /flushdns", 'Client" /v fClientDisableUDP'):
        assert command not in text


def test_what_was_told_stands_in_the_history(unseen: Case, reader: Reader) -> None:
    reader.post(f"/cases/{unseen.pk}/pc", block=told())
    text = reader.get(f"/history/cases/{case_of(reader.get(f'/cases/{unseen.pk}')).pk}").text
    assert "Told by the person's PC: It gets no answer from ACC-07." in text


def test_what_was_answered_stands_in_the_history(unseen: Case, reader: Reader) -> None:
    reader.post(f"/cases/{unseen.pk}/pc", question="connect", value="no_name")
    text = reader.get(f"/history/cases/{unseen.pk}").text
    assert "told by the person: What happens when you connect? It says that it cannot find the computer" in text
