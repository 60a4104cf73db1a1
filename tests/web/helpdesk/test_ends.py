"""Bad ends on the case page, and what the person who looks at it may not do."""

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, asked, opened, planned
from tests.support import replace_everywhere
from tests.web.helpdesk.conftest import LONG_AGO, RDP_TCP, Browser, layer, lose_contact
from troubleshoot import cases, jobs, operations, remediation
from troubleshoot.engine import proof
from troubleshoot.models import Case, Job, JobState, Person


class TestABadEnd:
    """Each has its own words, says whether something was changed, and who acts next."""

    def end(self, desk: Browser, case: Case) -> str:
        return desk.get(f"/desk/cases/{case.pk}")

    def test_drifted(self, host: Registered, case: Case, helpdesk: Person, desk: Browser, work: Work) -> None:
        job = planned(helpdesk, case, work)
        with host.lab.state.changing() as document:
            document["registry"][RDP_TCP]["UserAuthentication"]["value"] = 0
        jobs.start_job(actor=helpdesk, job=job)
        work()
        page = self.end(desk, case)
        assert "Someone else changed LAB-01 meanwhile" in page
        assert "Nothing was changed by us" in page
        told = "sign-in before the connection (NLA) was planned with required , and is now not required"
        assert f"Remote Desktop listener: {told}" in page
        assert layer(host) == 0

    def test_unreachable_while_planning(
        self, host: Registered, case: Case, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        with host.lab.state.changing() as document:
            document["network"]["winrm"] = "refused"
        desk.get(f"/desk/cases/{case.pk}")
        desk.press("Make the plan")
        work()
        page = self.end(desk, case)
        assert "LAB-01 stopped answering before we began" in page
        assert "before: the old one only" in page, "the readings that differ from the look before are marked"

    def test_credentials_refused(self, lab: MakeLab, employee: Person, desk: Browser, work: Work) -> None:
        case = opened(employee, lab("security-layer-rdp", "credentials-refused").row, work)
        assert "Help the person" in self.end(desk, case)
        assert "Look inside our account was refused" in self.end(desk, case)

    def test_lost_contact(self, host: Registered, case: Case, helpdesk: Person, desk: Browser, work: Work) -> None:
        lose_contact(planned(helpdesk, case, work), helpdesk)
        page = self.end(desk, case)
        assert "We lost contact while changing LAB-01" in page
        assert "Decide after lost contact" in page
        assert "Who acts next: Hanna of helpdesk" in page
        for _ in range(2):
            desk.post(f"/desk/cases/{case.pk}/read")
        assert Job.objects.filter(case=case, kind=Job.Kind.DIAGNOSE, state=JobState.QUEUED).count() == 1
        work()
        assert "Decide after lost contact" in self.end(desk, case)
        assert host.document["runs"] == {}
        assert "not known yet" in desk.post(f"/desk/cases/{case.pk}/again")

    def test_declined(
        self, lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("nla-required").row, work)
        job = planned(helpdesk, case, work, why="The trust is broken")
        page = self.end(desk, case)
        assert "Waiting for a second person" in page
        assert "Approve it This needs a role that you do not hold. Who can help: Abel." in page
        remediation.decline_plan(actor=approver, job=job, reason="Use a local account")
        page = self.end(desk, case)
        assert "Not approved Use a local account Who acts next: Hanna" in page

    def test_expired(self, lab: MakeLab, employee: Person, helpdesk: Person, desk: Browser, work: Work) -> None:
        case = opened(employee, lab("nla-required").row, work)
        planned(helpdesk, case, work, why="The trust is broken")
        Job.objects.filter(case=case, kind="apply").update(expires_at=LONG_AGO)
        operations.sweep()
        assert "Nobody decided in time" in self.end(desk, case)

    def test_not_verified(
        self,
        host: Registered,
        case: Case,
        helpdesk: Person,
        desk: Browser,
        work: Work,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
        replace_everywhere(monkeypatch, proof, "judge_run", lambda *_: "not_verified")
        work()
        assert "Done, but it still does not answer properly" in self.end(desk, case)


class TestWhatThisPersonMayNotDo:
    def test_is_said_of_a_computer_that_is_diagnose_only(
        self, lab: MakeLab, employee: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("security-layer-rdp", changes=False).row, work)
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "LAB-01 is registered as diagnose only." in page
        assert "administrator" in page
        assert "Make the plan" not in page

    def test_is_not_what_the_box_asks_for(self, lab: MakeLab, employee: Person, desk: Browser, work: Work) -> None:
        case = asked(employee, lab("security-layer-rdp", changes=False).row, work)
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "Plan the fix" not in page
        assert "Find another way: this may not be done from here" in page
        assert "The portal may not do this on LAB-01, so there is no plan to make." in page
        board = desk.get("/board")
        assert "Plan the fix" not in board
        assert "Find another way: this may not be done from here" in board
        desk.get(f"/desk/cases/{case.pk}")
        desk.press("Check again from the beginning")
        assert Case.objects.get(pk=case.pk).round == 2

    def test_is_said_of_a_computer_that_is_not_registered(self, employee: Person, desk: Browser) -> None:
        case = cases.open_case(
            actor=employee, beneficiary=employee, error_text="0x904", host=None, named_host="HOME<1>"
        )
        page = desk.get(f"/desk/cases/{case.pk}")
        assert "It is not registered, so nothing is read or changed. Who can help: administrator." in page
        assert "HOME<1>" in page
        desk.post(f"/desk/cases/{case.pk}/read")
        assert desk.status == 422
