"""A fix on helpdesk's case page: planned, started, proved and undone, each once, by whoever may."""

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, agreed, asked, opened, planned
from tests.web.helpdesk.conftest import LONG_AGO, Browser, Sit, layer
from troubleshoot import cases, jobs, remediation
from troubleshoot.models import Case, Entry, Job, JobState, Person, Site


class TestAFix:
    def test_goes_from_the_board_to_the_proof(
        self, host: Registered, case: Case, path: str, employee: Person, desk: Browser, work: Work
    ) -> None:
        cases.ask_for_help(actor=employee, case=case)
        assert "The two sides want different protection" in desk.get("/board")
        desk.get(path)
        assert "Reading LAB-01" in desk.press("Make the plan", why="nobody can connect")
        work()
        page = desk.get(path)
        assert "security layer RDP security only, no TLS TLS required can be put back to: RDP security only" in page
        assert "CORP\\bob" in page
        assert "SetSecurityLayer" in page, "exactly what runs"
        assert "A change waits for its turn on LAB-01" in desk.press("Start on LAB-01")
        work()
        page = desk.get(path)
        assert "LAB-01 answers properly again" in page
        assert "Checked from outside, twice" in page
        assert layer(host) == 2
        assert "The last plan" in page, "it is not offered as a plan of now"
        assert "Setting Before Afterwards" in page
        assert "Does it work now?" in page
        assert "It works Same error" in page, "the words that the person reads"

    def test_that_is_proved_lets_the_case_be_closed_on_the_page_that_watched(
        self, case: Case, path: str, desk: Browser, work: Work
    ) -> None:
        desk.get(path)
        desk.press("Make the plan", why="nobody can connect")
        work()
        desk.get(path)
        desk.press("Start on LAB-01")
        work()
        watched = desk.get(f"{path}?line=0", **{"HX-Request": "true", "HX-Target": "live"})
        assert '<div id="may-close" hx-swap-oob="innerHTML">' in desk.html
        assert "Close the case" in watched

    def test_is_planned_and_started_once_by_two_clicks(
        self, host: Registered, case: Case, path: str, desk: Browser, work: Work
    ) -> None:
        for _ in range(2):
            desk.post(f"{path}/plan", step="layer", why="")
        work()
        job = Job.objects.get(case=case, kind="apply")
        for _ in range(2):
            assert "A change waits for its turn" in desk.post(f"{path}/start", job=job.pk)
        assert desk.status == 200
        work()
        assert "answers properly again" in desk.post(f"{path}/start", job=job.pk)
        assert len(host.document["runs"]) == 1

    def test_of_a_page_of_before_is_not_planned(self, case: Case, path: str, desk: Browser) -> None:
        page = desk.post(f"{path}/plan", step="renew", why="typed before")
        assert desk.status == 422
        assert "This page was out of date. Here is how things stand." in page
        assert 'value="typed before"' in desk.html
        assert not Job.objects.filter(case=case).exclude(action="").exists()

    def test_of_a_stopped_service_disconnects_nobody_whoever_reads_it(
        self, lab: MakeLab, employee: Person, desk: Browser, sit: Sit, work: Work, helpdesk: Person
    ) -> None:
        case = asked(employee, lab("service-stopped").row, work)
        planned(helpdesk, case, work, why="It is down")
        for browser, address in ((desk, f"/desk/cases/{case.pk}"), (sit(employee), f"/cases/{case.pk}")):
            page = browser.get(address)
            assert "Restart Remote Desktop" in page
            assert "nobody is disconnected: what connections go through is stopped" in page
            assert "their programs stay open" not in page

    def test_that_disturbs_people_needs_a_reason(
        self, lab: MakeLab, employee: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("service-stopped").row, work)
        desk.get(f"/desk/cases/{case.pk}")
        assert "required, recorded and shown to whoever decides" in desk.press("Make the plan", why=" ")
        assert desk.status == 422
        assert "Say why" in desk.html
        assert "Reading" in desk.press("Make the plan", why="nothing listens")
        assert Job.objects.get(case=case, action="restart-remote-desktop").reason == "nothing listens"

    def test_needs_a_ticket_where_the_site_wants_one_and_keeps_it(
        self, case: Case, path: str, desk: Browser, north: Site
    ) -> None:
        Site.objects.filter(pk=north.pk).update(ticket_required=True)
        desk.get(path)
        page = desk.press("Make the plan", why="because", ticket="")
        assert "Give the number of the ticket" in page
        assert 'value="because"' in desk.html
        assert "Ticket INC-1" in desk.press("Make the plan", ticket="INC-1")
        case.refresh_from_db()
        assert case.ticket == "INC-1"
        assert Entry.objects.filter(tag="case:change").count() == 1

    def test_that_was_read_again_replaces_the_older_plan(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        older = planned(helpdesk, case, work)
        desk.get(path)
        desk.press("Read again")
        work()
        page = desk.post(f"{path}/start", job=older.pk)
        assert "Start on LAB-01" in page
        older.refresh_from_db()
        assert (older.state, layer(host)) == (JobState.CANCELLED, 0)
        assert Job.objects.filter(case=case, state=JobState.PLANNED).count() == 1

    def test_can_be_stopped_until_it_begins(
        self, host: Registered, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work))
        desk.get(path)
        desk.press("Stop")
        assert Job.objects.get(case=case, kind="apply").state == JobState.CANCELLED
        assert "Start on" not in desk.get(path)

    def test_cannot_be_stopped_any_more_once_it_has_written(
        self, case: Case, path: str, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        job = planned(helpdesk, case, work)
        jobs.start_job(actor=helpdesk, job=job)
        Job.objects.filter(pk=job.pk).update(state=JobState.VERIFYING)
        assert "It has begun and cannot be taken back" in desk.post(f"{path}/stop", job=job.pk)
        assert desk.status == 422


class TestUndoing:
    def test_says_what_it_would_write_back_and_does_it_once(
        self,
        host: Registered,
        case: Case,
        path: str,
        employee: Person,
        helpdesk: Person,
        approver: Person,
        desk: Browser,
        work: Work,
    ) -> None:
        job = planned(helpdesk, case, work)
        jobs.start_job(actor=helpdesk, job=job)
        work()
        page = desk.get(path)
        assert "It would write back: Remote Desktop listener: security layer: TLS required → RDP security only" in page
        desk.press("Undo on LAB-01", why="it was wanted so")
        page = desk.post(f"{path}/revert", job=job.pk)
        assert "It is being undone already." in page
        assert "Waiting for a second person" in page  # it takes a protection away again
        work()
        assert layer(host) == 2
        agreed(approver, job.reverts.get())
        work()
        assert "Undone: LAB-01 is as it was before" in desk.get(path)
        case.refresh_from_db()
        assert case.need == Case.Need.HELP
        own = Browser(employee).get(f"/cases/{case.pk}")
        assert "It was put back as it was" in own
        assert "Helpdesk decides what comes next" in own
        assert "Can a secure connection start?" not in own, "that was before it was put back"
        assert "it answers properly, on two fresh connections" not in own
        assert "Same error" not in own, "nothing is left to try"
        assert "Undo on LAB-01" not in desk.get(path)
        assert layer(host) == 0

    def test_of_a_temporary_change_is_announced_with_its_time(
        self, lab: MakeLab, employee: Person, helpdesk: Person, approver: Person, desk: Browser, work: Work
    ) -> None:
        case = opened(employee, lab("nla-required").row, work)
        job = planned(helpdesk, case, work, why="The trust is broken")
        remediation.approve_plan(actor=approver, job=job, digest=job.plan.digest)  # type: ignore[union-attr]
        jobs.start_job(actor=helpdesk, job=job)
        work()
        assert "temporary, until" in desk.get(f"/desk/cases/{case.pk}")
        Job.objects.filter(pk=job.pk).update(undo_at=LONG_AGO)
        assert "undoing is overdue since 1 Jan 2026" in desk.get(f"/desk/cases/{case.pk}")

    def test_of_another_computers_change_is_not_possible_here(
        self, lab: MakeLab, case: Case, path: str, employee: Person, helpdesk: Person, desk: Browser, work: Work
    ) -> None:
        other = planned(helpdesk, opened(employee, lab("security-layer-rdp").row, work), work)
        desk.post(f"{path}/revert", job=other.pk)
        assert desk.status == 404
