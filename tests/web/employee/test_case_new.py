"""From a pasted error to an open case: no sign-in before it is needed, nothing typed is lost."""

import re

import pytest
from django.test import Client

from tests.conftest import PASSWORD, TESTER, MakePerson
from tests.fixtures.computers import MakeLab
from tests.web.employee.pages import ERROR, Reader, case_of
from troubleshoot import hosts
from troubleshoot.cases import close_case
from troubleshoot.models import Case, Person, Site

TWO = "0x904 / 0x7 and later 0x204"


class TestTheBox:
    def test_needs_no_sign_in_and_the_text_survives_it(self, employee: Person) -> None:
        reader = Reader.of()
        assert reader.get("/").title == "What does the error say?"
        asked = reader.post("/cases/check", text=ERROR)
        assert asked.title == "Sign in"
        assert "Your text is kept" in asked.text
        wrong = reader.post("/sign-in", username=employee.email, password="wrong", next="/cases/new")
        assert "Your text is still kept" in wrong.text
        there = reader.post("/sign-in", username=employee.email, password=PASSWORD, next="/cases/new")
        assert there.title == "Which computer do you want to reach?"
        assert ERROR in there.source

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (ERROR, "The connection was made, then closed by the other side"),
            ("Fehlercode: 0x904\nErweiterter Fehlercode: 0x7", "0x904 / 0x7"),
            ("0xABCD", "We do not know 0xABCD. We can still check the computer."),
            ("hello", "There is no error code in this text. We can still check the computer."),
            (TWO, "We found more than one. We use the first; the others are kept as a hint."),
            ("0x904, event 1058", "Kept as a hint: event 1058"),
        ],
    )
    def test_says_while_typing_what_a_text_means(self, text: str, said: str, db: None) -> None:
        page = Reader.of().post("/preview", text=text)
        assert (page.status, said in page.text or said in page.source) == (200, True), page.source

    def test_keeps_nothing_of_what_is_typed(self, db: None) -> None:
        reader = Reader.of()
        reader.post("/preview", text=ERROR)
        assert "sessionid" not in reader.client.cookies
        assert "session" not in reader.client.cookies

    def test_offers_what_people_see_who_have_no_number(self, employee: Person) -> None:
        reader = Reader.of(employee)
        assert "It asks for my password again." in reader.get("/").text
        assert reader.post("/cases/check", text="It closes at once.").title == "Which computer do you want to reach?"

    def test_shows_the_banner_of_the_site_and_earlier_cases(self, north: Site, employee: Person) -> None:
        Site.objects.update(banner_text="Several computers are affected.", phone_text="Extension 4400.")
        reader = Reader.of(employee)
        reader.opens(None)
        page = reader.get("/")
        assert "Several computers are affected." in page.text
        assert "My earlier case (1)" in page.text
        assert "Extension 4400." in page.text

    @pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "x" * 100_001])
    def test_says_what_is_missing(self, text: str, employee: Person) -> None:
        page = Reader.of(employee).post("/cases/check", text=text)
        assert page.status == 422
        assert "Paste the" in page.text

    def test_leads_other_roles_to_their_own_page(self, helpdesk: Person, person: MakePerson) -> None:
        assert Reader.of(helpdesk).client.get("/")["Location"] in {"/board", "/history"}
        assert Reader.of(person("Nobody")).client.get("/")["Location"] == "/me"


class TestTheChosenCode:
    def test_is_used_and_the_others_are_kept(self, employee: Person) -> None:
        reader = Reader.of(employee)
        page = reader.opens(None, text=TWO, code="mstsc:0x204")
        assert case_of(page).error["code"] == "0x204"

    def test_can_be_chosen_where_a_number_reads_in_two_ways(self, employee: Person) -> None:
        page = Reader.of(employee).post("/cases/check", text="error 2308")
        assert 'name="code"' in page.source

    def test_that_is_not_in_the_text_is_ignored(self, employee: Person) -> None:
        page = Reader.of(employee).opens(None, text=TWO, code="mstsc:0x516")
        assert case_of(page).error["code"] == "0x904 / 0x7"


class TestTheComputer:
    def test_is_checked_at_once(self, lab: MakeLab, employee: Person) -> None:
        page = Reader.of(employee).opens(lab(name="ACC-07"))
        assert page.title == "Checking ACC-07"
        assert case_of(page).jobs.get().state == "queued"

    def test_used_last_stands_first_and_is_chosen(self, lab: MakeLab, employee: Person) -> None:
        lab(name="ACC-01")
        reader = Reader.of(employee)
        reader.opens(lab(name="ACC-02"))
        page = reader.post("/cases/check", text=ERROR)
        assert page.source.index("ACC-02") < page.source.index("ACC-01")
        assert "simulated" in page.text

    @pytest.mark.parametrize("name", ["NOWHERE-1", "ACC-33", "acc-33", "a'; --", "<script>alert(1)</script>"])
    def test_of_others_and_an_unknown_one_get_the_same_answer(
        self, name: str, employee: Person, north: Site, person: MakePerson
    ) -> None:
        hosts.register_host(actor=TESTER, name="ACC-33", site=north, owner=person("Other", "employee", site=north))
        reader = Reader.of(employee)
        reader.post("/cases/check", text=ERROR)
        data = {"text": ERROR, "host": "other", "other": name, "whereabouts": "office", "urgency": "1"}
        page = reader.post("/cases/open", **data)
        assert page.status == 422
        assert "We cannot check this computer for you. You can still go through the questions" in page.text
        assert "<script>alert" not in page.source
        gone_on = reader.post("/cases/open", **data, unchecked="on")
        case = case_of(gone_on)
        assert (case.host, case.named_host, case.urgency) == (None, name, 1)
        assert not case.jobs.exists()
        assert "questions take the place of the check" in gone_on.text
        assert "not something we can change on the computer" not in gone_on.text, "nothing was measured"

    def test_named_in_any_spelling_is_found_when_it_is_ones_own(self, lab: MakeLab, employee: Person) -> None:
        host = lab(name="ACC-07")
        page = Reader.of(employee).opens(host, host="other", other="acc-07", unchecked="")
        assert case_of(page).host == host.row

    def test_that_is_chosen_and_another_that_is_typed_are_asked_about(self, lab: MakeLab, employee: Person) -> None:
        page = Reader.of(employee).opens(lab(name="ACC-07"), other="ACC-08")
        assert (page.status, Case.objects.count()) == (422, 0)
        assert "Which one is it?" in page.text

    @pytest.mark.parametrize(
        "changed", [{"host": "999"}, {"whereabouts": "moon"}, {"urgency": "7"}, {"urgency": ""}, {"page": "x"}]
    )
    def test_or_choice_that_is_not_offered_is_refused_and_the_text_stays(
        self, changed: dict[str, str], lab: MakeLab, employee: Person
    ) -> None:
        page = Reader.of(employee).opens(lab(), **changed)
        assert (page.status, Case.objects.count()) == (422, 0)
        assert ERROR in page.source

    def test_form_sent_twice_opens_one_case(self, lab: MakeLab, employee: Person) -> None:
        reader = Reader.of(employee)
        same = {"page": "01890a5d-ac96-774b-bcce-b302099a8057"}
        host = lab()
        assert reader.opens(host, **same).url == reader.opens(host, **same).url
        assert Case.objects.count() == 1

    def test_that_has_an_open_case_already_leads_on_with_that(self, lab: MakeLab, employee: Person) -> None:
        reader, host = Reader.of(employee), lab(name="ACC-07")
        first = case_of(reader.opens(host))
        page = reader.opens(host)
        assert (page.status, Case.objects.count()) == (409, 1)
        assert f"Your case {first.pk} about ACC-07 is still open" in page.text
        assert f'href="/cases/{first.pk}"' in page.source
        assert ERROR in page.source, "the text stays"
        second = case_of(reader.opens(host, anew="on"))
        assert (second.pk != first.pk, second.host) == (True, host.row)

    def test_that_nobody_registered_has_one_by_its_name(self, employee: Person) -> None:
        reader = Reader.of(employee)
        first = case_of(reader.opens(None, other="srv-erp01"))
        page = reader.opens(None, other="SRV-ERP01")
        assert (page.status, Case.objects.count()) == (409, 1)
        handed_over = reader.opens(None, other="SRV-ERP01", anew="help")
        assert case_of(handed_over).asked_for_help_at is not None
        assert case_of(handed_over).pk != first.pk

    def test_whose_case_is_closed_or_of_somebody_else_is_asked_about_no_more(
        self, lab: MakeLab, employee: Person, helpdesk: Person
    ) -> None:
        reader, host = Reader.of(employee), lab(name="ACC-07")
        first = case_of(reader.opens(host))
        close_case(actor=helpdesk, case=first, solved=True)
        assert case_of(reader.opens(host)).pk != first.pk

    def test_page_without_a_text_leads_back_to_the_box(self, employee: Person) -> None:
        assert Client().get("/cases/new")["Location"] == "/sign-in?next=%2Fcases%2Fnew"
        assert Reader.of(employee).client.get("/cases/new")["Location"] == "/"


class TestWords:
    BLACK = "After the update I see only a black screen"

    def test_of_a_window_are_understood_without_a_number(self, db: None) -> None:
        page = Reader.of().post(
            "/preview",
            text="The remote computer disconnected the session because of an error in the licensing protocol.",
        )
        assert "The computer and your PC could not agree on a licence" in page.text
        assert "the words of this window" in page.text
        assert "Is it meant?" not in page.text

    def test_of_a_person_are_asked_about(self, employee: Person) -> None:
        page = Reader.of().post("/preview", text=self.BLACK)
        assert "The screen stays black." in page.text
        assert "We took that from your words. Is it meant?" in page.text
        assert "There is no error code" not in page.text

    def test_may_mean_something_else(self, employee: Person) -> None:
        page = Reader.of().post("/preview", text=self.BLACK, code="words:other")
        assert "There is no error code in this text." in page.text
        assert "Something else" in page.text
        reader = Reader.of(employee)
        assert case_of(reader.opens(None, text=self.BLACK)).guide.name == "rdp-picture"
        assert case_of(reader.opens(None, text=self.BLACK, code="words:other")).guide.name == "rdp-unknown"

    def test_name_the_computer_the_account_and_the_gateway(self, db: None) -> None:
        text = 'Remote computer: vm01.example.net, as AzureAD\\anna, through gateway "gw.example.net"'
        page = Reader.of().post("/preview", text=text)
        assert (
            "Named in the text: computer vm01.example.net; gateway gw.example.net; account AzureAD\\anna" in page.text
        )

    def test_of_another_program_are_said_to_be_its(self, db: None) -> None:
        text = "RDP server closed/refused connection: SSL/TLS connection failed (untrusted/self-signed certificate?)"
        page = Reader.of().post("/preview", text=f"guacd[1]: {text}")
        assert "This text comes from Apache Guacamole (guacd)." in page.text

    def test_choose_the_computer_that_they_name(self, lab: MakeLab, employee: Person, north: Site) -> None:
        own, error = lab().row, "An internal error has occurred.\nRemote computer: "
        reader = Reader.of(employee)
        chosen = re.compile(r'name="host" value="([^"]+)"\s+checked')
        there = reader.post("/cases/check", text=f"{error}{own.name}.example.net")
        assert chosen.findall(there.source) == [str(own.pk)]
        other = reader.post("/cases/check", text=f"{error}vm01.example.net")
        assert chosen.findall(other.source) == ["other"]
        assert 'value="vm01.example.net"' in other.source
