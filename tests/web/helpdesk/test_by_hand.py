"""A remedy that a person carries out by hand: explained, their word taken, and looked at by the portal itself."""

import html
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from tests.fixtures.computers import MakeLab, impatient
from tests.fixtures.steps import ERROR, Work, at, opened
from tests.support import replace_everywhere
from tests.web.helpdesk.conftest import Browser, Sit, text_of
from troubleshoot import cases, people, remediation, wording
from troubleshoot.catalog import installed_catalog
from troubleshoot.catalog import registry as library
from troubleshoot.engine import Refusal, parse_guide
from troubleshoot.models import Answer, Case, Entry, Job, Person
from troubleshoot.remediation import by_hand as guided

GUIDE = """
format = 2
title = "By hand"
start = "hand"

[steps.hand]
fix = "{action}"
title = "Something can be done by hand"
text = "It was measured."
to = {{ verified = "confirm", not_verified = "desk", declined = "desk", unavailable = "desk" }}

[steps.confirm]
try = "Connect again."
to = {{ worked = "solved", no_change = "desk" }}

[steps.solved]
end = "solved"
title = "It works"
text = "Nothing is left to do."

[steps.desk]
end = "escalate"
title = "Helpdesk goes on"
text = "They see what was done."
"""
Leads = Callable[[str], None]


@pytest.fixture
def leads(monkeypatch: pytest.MonkeyPatch) -> Leads:
    """`leads("forget-names")`: the guide leads straight to this remedy."""
    monkeypatch.setattr(guided, "POLL_SECONDS", 0.01)
    catalog = impatient()

    def lead(action: str) -> None:
        guide = parse_guide("rdp-connection-closed", GUIDE.format(action=action).encode(), None)
        named = replace(catalog, guides={**catalog.guides, guide.name: guide})
        replace_everywhere(monkeypatch, library, "installed_catalog", lambda: named)

    return lead


def said(case: Case) -> list[tuple[str, str, bool]]:
    """The answers of the case: value, source, and whether a look stands behind it."""
    return [(row.value, row.source, row.job_id is not None) for row in Answer.objects.filter(case=case, step="hand")]


class TestAPersonWhoAskedHelpdesk:
    def test_keeps_the_steps_on_the_own_pc_and_can_still_do_them(
        self, lab: MakeLab, employee: Person, helpdesk: Person, sit: Sit, leads: Leads, work: Work
    ) -> None:
        leads("forget-names")
        case, own, desk = opened(employee, lab().row, work), sit(employee), sit(helpdesk)
        own.get(f"/cases/{case.pk}")
        page = own.press("Get help from a person")
        assert "Helpdesk has your case and helps you with it. You can also do it yourself" in page
        assert "does this by hand" not in page
        assert "Nothing on your PC will help here" not in page
        assert "Disconnect the VPN, if you use one, and connect it again." in page
        assert "nslookup NAME" in page
        assert "ipconfig /flushdns" not in page, "no command that changes something is shown to a person"
        assert "Emil sees these steps too and can do them." in desk.get(f"/desk/cases/{case.pk}")
        assert "We look at LAB-01 again" in own.press("I have done it", done="yes")
        work()
        assert own.get(f"/cases/{case.pk}")


class TestAPerson:
    def test_whom_it_has_not_helped_is_not_told_of_as_repaired(
        self, lab: MakeLab, employee: Person, helpdesk: Person, sit: Sit, leads: Leads, work: Work
    ) -> None:
        leads("forget-names")
        case, browser = opened(employee, lab().row, work), sit(employee)
        browser.get(f"/cases/{case.pk}")
        browser.press("I have done it", done="yes")
        work()
        browser.get(f"/cases/{case.pk}")
        browser.press("Same error", value="no_change")
        work()
        assert Case.objects.get(pk=case.pk).word == Case.Word.SAME_ERROR
        row = sit(helpdesk).get(f"/board?q={case.pk}")
        assert "LAB-01" in row
        assert "Repaired and proved" not in row

    def test_reads_the_steps_and_is_believed_only_by_a_look(
        self, lab: MakeLab, employee: Person, sit: Sit, leads: Leads, work: Work
    ) -> None:
        leads("forget-names")
        case, browser = opened(employee, lab().row, work), sit(employee)
        page = browser.get(f"/cases/{case.pk}")
        assert "Let the PC that connects look the name up anew" in page
        assert "Disconnect the VPN, if you use one, and connect it again." in page
        assert "nslookup NAME" in page
        assert "ipconfig /flushdns" not in page, "no command that changes something is shown to a person"
        assert "People report that this helps" in page
        assert "We look at LAB-01 again" in browser.press("I have done it", done="yes")
        assert said(case) == []
        work()
        page = browser.get(f"/cases/{case.pk}")
        assert "Done by hand. Whether it helped, only trying it shows" in page, "it answered all the time"
        assert "It was not read otherwise before, so that shows nothing of what was done." in page
        assert said(case) == [("verified", "fix", True)]
        entry = Entry.objects.filter(tag="case:answer", actor=str(employee.pk)).earliest("seq")
        assert b'"value":"done"' in bytes(entry.canonical)

    def test_is_told_when_it_has_not_helped(
        self, lab: MakeLab, employee: Person, sit: Sit, leads: Leads, work: Work
    ) -> None:
        leads("forget-names")
        case, browser = opened(employee, lab("service-stopped").row, work), sit(employee)
        browser.get(f"/cases/{case.pk}")
        browser.press("I have done it", done="yes")
        work()
        page = browser.get(f"/cases/{case.pk}")
        assert "Done, but it has not helped yet" in page
        assert said(case) == [("not_verified", "fix", True)]
        why = wording.explained(Job.objects.get(case=case).explanation)
        assert "“How far a connection comes”: “refused at once”" in why
        assert "rdp.stage" not in page

    def test_who_cannot_do_it_goes_on_without(
        self, lab: MakeLab, employee: Person, sit: Sit, leads: Leads, work: Work
    ) -> None:
        leads("forget-names")
        case, browser = opened(employee, lab().row, work), sit(employee)
        browser.get(f"/cases/{case.pk}")
        assert "Helpdesk goes on" in browser.press("I cannot do this", done="no")
        assert said(case) == [("declined", "person", False)]
        assert not Job.objects.filter(case=case).exists()

    def test_who_clicks_twice_is_looked_at_once(self, lab: MakeLab, employee: Person, leads: Leads, work: Work) -> None:
        leads("forget-names")
        case = opened(employee, lab().row, work)
        for _ in range(2):
            remediation.report_done_by_hand(actor=employee, case=case, step="hand", done=True)
        assert Job.objects.filter(case=case).count() == 1

    def test_whose_computer_nobody_knows_is_handed_on(self, employee: Person, sit: Sit, leads: Leads) -> None:
        leads("forget-names")
        case = cases.open_case(actor=employee, beneficiary=employee, error_text=ERROR, host=None, named_host="ACC-9")
        browser = sit(employee)
        assert "helpdesk goes on" in browser.get(f"/cases/{case.pk}")
        browser.press("I have done it", done="yes")
        assert said(case) == [("unavailable", "person", False)]

    def test_whose_page_is_old_changes_nothing(
        self, lab: MakeLab, employee: Person, sit: Sit, leads: Leads, work: Work
    ) -> None:
        leads("forget-names")
        case, browser = opened(employee, lab().row, work), sit(employee)
        for fields in ({"step": "confirm", "round": "1"}, {"step": "hand", "round": "9"}):
            page = browser.post(f"/cases/{case.pk}/done", done="yes", **fields)
            assert browser.status == 422
            assert "out of date" in page
        assert browser.post(f"/cases/{case.pk}/done", done="perhaps", step="hand", round="1")
        assert browser.status == 422
        assert not Job.objects.filter(case=case).exists()

    def test_who_is_another_person_has_no_word(
        self, lab: MakeLab, employee: Person, approver: Person, leads: Leads, work: Work
    ) -> None:
        leads("forget-names")
        case = opened(employee, lab().row, work)
        with pytest.raises(people.PermissionRefused):
            remediation.report_done_by_hand(actor=approver, case=case, step="hand", done=True)


class TestWhatAnAdministratorDoes:
    def test_is_not_shown_as_steps_to_an_employee(
        self, lab: MakeLab, employee: Person, sit: Sit, leads: Leads, work: Work
    ) -> None:
        leads("network-private")
        case, browser = opened(employee, lab().row, work), sit(employee)
        page = browser.get(f"/cases/{case.pk}")
        assert "An administrator has to do this by hand" in page
        assert "Set-NetConnectionProfile" not in page
        with pytest.raises(Refusal, match="helpdesk_does_this"):
            remediation.report_done_by_hand(actor=employee, case=case, step="hand", done=True)

    def test_is_done_by_helpdesk_and_looked_at(
        self, lab: MakeLab, employee: Person, desk: Browser, leads: Leads, work: Work
    ) -> None:
        leads("network-private")
        host = lab("firewall-wrong-profile")
        case = opened(employee, host.row, work)
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "Set-NetConnectionProfile" in page
        assert "Never do this in a hotel" in page
        with host.lab.state.changing() as document:
            document["firewall"]["active"] = ["private"]
        assert "Reading LAB-01" in desk.press("It is done: look at LAB-01", done="yes")
        work()
        assert at(case) == "Connect again."
        assert Job.objects.get(case=case).requester.name == "Hanna"

    def test_that_nobody_could_look_at_is_not_called_done(
        self, lab: MakeLab, employee: Person, desk: Browser, leads: Leads, work: Work
    ) -> None:
        leads("network-private")
        case = opened(employee, lab("credentials-refused").row, work)
        desk.get(f"/desk/cases/{case.pk}")
        desk.press("It is done: look at LAB-01", done="yes")
        work()
        assert said(case) == [("unavailable", "fix", True)]

    def test_stands_beside_any_case_whose_computer_lets_nobody_in(
        self, lab: MakeLab, employee: Person, desk: Browser, work: Work
    ) -> None:
        title = "Reach an Azure VM through Run Command"
        assert title in desk.get(f"/desk/cases/{opened(employee, lab('credentials-refused').row, work).pk}")
        assert title not in desk.get(f"/desk/cases/{opened(employee, lab().row, work).pk}")

    def test_says_what_the_scripts_of_azure_really_do(
        self, lab: MakeLab, employee: Person, desk: Browser, leads: Leads, work: Work
    ) -> None:
        leads("azure-run-command")
        page = desk.get(f"/desk/cases/{opened(employee, lab().row, work).pk}")
        assert "In Azure, as Run Command" in page
        assert "it touches no certificate" in page
        assert "Opens port 5986 in the firewall on every profile" in page
        assert "last 4 KB" in page


class TestThePageOfRemedies:
    @pytest.fixture(autouse=True)
    def _database(self, db: None) -> None:
        """The page asks who reads it."""

    def test_names_every_remedy_to_whoever_may_read_the_codes(self) -> None:
        page = html.unescape(Client().get("/remedies").content.decode())
        assert [one.title for one in installed_catalog().actions.values() if one.title not in page] == []

    def test_answers_somebody_who_looks_for_a_tip_of_the_web(self) -> None:
        page = text_of(Client().get("/remedies", {"q": "rename machinekeys"}).content.decode())
        assert "1 remedy for" in page
        assert "The folder holds the private keys of every program on the computer" in page
        assert "Instead:" in page
        assert "Switch TLS 1.2 on again" not in page

    def test_says_so_when_nothing_has_these_words(self) -> None:
        page = text_of(Client().get("/remedies", {"q": "<b>nothing</b>"}).content.decode())
        assert "No remedy has these words." in page

    def test_tells_what_cannot_be_put_back(self) -> None:
        page = text_of(Client().get("/remedies", {"q": "renew the remote desktop certificate"}).content.decode())
        assert "The private key of a removed certificate cannot be brought back." in page
        assert "Windows service: never proved on a Windows" in page

    def test_is_linked_from_the_codes(self) -> None:
        assert 'href="/remedies?q=machinekeys"' in Client().get("/codes", {"q": "machinekeys"}).content.decode()
