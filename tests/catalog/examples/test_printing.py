"""The second subject, "documents do not print", from the symptom to the proof: content alone, no line of Python."""

from pathlib import Path
from typing import Any

import pytest

from tests.catalog.examples.conftest import EXAMPLE
from tests.fixtures.computers import MakeLab, Registered, impatient
from tests.fixtures.steps import Work, at, planned
from tests.support import replace_everywhere
from tests.web.employee.pages import Page, Reader, case_of
from troubleshoot import cases, catalog, diagnosis, engine, hosts, jobs, remediation, wording
from troubleshoot.catalog import loader as content
from troubleshoot.catalog import registry as library
from troubleshoot.diagnosis import case_evidence, rank_all_causes, shown_cause
from troubleshoot.hosts import change_visits
from troubleshoot.lab import FAULTS
from troubleshoot.lab.service_reactions import service_stopped
from troubleshoot.models import Case, Job, JobState, Person, Reading
from troubleshoot.remote import Line

SYMPTOM = "My documents do not print."


def opened(person: Person, host: Registered, work: Work, beneficiary: Person | None = None) -> Case:
    case = cases.open_case(actor=person, beneficiary=beneficiary or person, error_text=SYMPTOM, host=host.row)
    work()
    return Case.objects.get(pk=case.pk)


def change(case: Case, kind: str = "apply") -> Job:
    return case.jobs.filter(kind=kind).latest("created_at")


def spooler(host: Registered) -> tuple[str, str]:
    service = host.document["services"]["Spooler"]
    return service["state"], service["start_mode"]


class TestTheFrontDoor:
    """An employee who has no number, before an own computer."""

    @pytest.fixture
    def host(self, lab: MakeLab) -> Registered:
        return lab("spooler-stopped", name="ACC-05")

    @pytest.fixture
    def page(self, host: Registered, employee: Person) -> Page:
        reader = Reader.of(employee)
        assert f'value="{SYMPTOM}"' in reader.get("/").source
        chosen = reader.post("/cases/check", text=SYMPTOM)
        assert SYMPTOM in chosen.text
        return reader.opens(host, text=SYMPTOM)

    def test_leads_from_the_symptom_to_the_proof(
        self, host: Registered, page: Page, employee: Person, work: Work
    ) -> None:
        reader = Reader.of(employee)
        waiting = reader.get(page.url).text
        assert "Does the print service run?" in waiting
        assert "Remote Desktop" not in waiting
        work()
        found = reader.get(page.url)
        assert found.title == "The print service has stopped"
        assert "Does the print service run? No. It has stopped" in found.text
        assert "The print service does not run" in found.text
        reader.send(found, "plan")
        work()
        plan = reader.get(page.url)
        assert "Windows service" in plan.text
        assert "nobody is disconnected" in plan.text
        reader.send(plan, "fix")
        work()
        works = reader.get(page.url)
        assert works.title == "ACC-05: repaired as planned"
        for words in ("Read again at", "It prints", "Nothing comes"):
            assert words in works.text
        assert "outside" not in works.text
        assert spooler(host) == ("Running", "Auto")
        reader.send(works, "answer", value="worked")
        case = case_of(page)
        assert (case.outcome, case.cause, case.word) == ("solved", "print_spooler_down", "works")

    def test_asks_nothing_of_the_port_of_remote_desktop(
        self, host: Registered, page: Page, employee: Person, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ports: list[int] = []
        connect = Line.connect

        def noted(self: Line, port: int, **given: Any) -> Any:
            ports.append(port)
            return connect(self, port, **given)

        monkeypatch.setattr(Line, "connect", noted)
        work()
        reader = Reader.of(employee)
        reader.send(reader.get(page.url), "plan")
        work()
        reader.send(reader.get(page.url), "fix")
        work()
        assert change(case_of(page)).state == JobState.VERIFIED
        assert set(ports) <= {host.row.winrm_port}
        assert not Reading.objects.filter(source="network").exists()

    def test_shows_only_the_causes_of_its_own_subject(self, page: Page, work: Work) -> None:
        work()
        judged = {one.cause.id: one.verdict for one in rank_all_causes(case_evidence(case_of(page)))}
        assert judged == {
            "print_spooler_down": "shown_by",
            "print_queue_stuck": "not_checked",
            "printer_or_driver": "ruled_out",
        }


def test_a_spooler_that_was_switched_off_comes_back_as_it_was(lab: MakeLab, helpdesk: Person, work: Work) -> None:
    host = lab("spooler-disabled")
    case = opened(helpdesk, host, work)
    assert at(case) == "enable-print-spooler"
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case, work, "The person prints pay slips"))
    work()
    job = change(case)
    assert job.state == JobState.VERIFIED
    assert wording.explained(job.explanation) == "Read again, twice: “Does the print service run?”: “Yes”."
    assert spooler(host) == ("Running", "Auto")
    remediation.request_revert(actor=helpdesk, job=job)
    work()
    job.refresh_from_db()
    assert job.state == JobState.REVERTED
    assert spooler(host) == ("Stopped", "Disabled")


class TestAStuckQueue:
    @pytest.fixture
    def host(self, lab: MakeLab) -> Registered:
        return lab("print-queue-stuck")

    @pytest.fixture
    def job(self, host: Registered, helpdesk: Person, employee: Person, work: Work) -> Job:
        case = opened(helpdesk, host, work, employee)
        assert at(case) == "empty-print-queue"
        return planned(helpdesk, case, work, "Nobody can print")

    def test_is_emptied_and_the_service_lets_go_of_what_is_jammed(
        self, host: Registered, job: Job, helpdesk: Person, work: Work
    ) -> None:
        jobs.start_job(actor=helpdesk, job=job)
        work()
        job.refresh_from_db()
        assert job.state == JobState.VERIFIED, wording.explained(job.explanation)
        assert host.document["print_jobs"] == []
        assert job.facts["printing.queue"]["value"] == "empty"

    def test_names_every_document_that_will_be_lost_before_anybody_agrees(self, job: Job) -> None:
        assert job.plan
        queue = job.plan.document["items"][0]
        (lost,) = queue["changes"]
        assert [lost["now"].count(one) for one in ("bob, pages 3", "eve, pages 3", "Office printer, 13")] == [1, 1, 1]
        assert "Report" not in str(job.plan.document)
        assert "A document that was removed from the queue is lost." in queue["irreversible"]

    def test_is_left_alone_when_somebody_prints_meanwhile(
        self, host: Registered, job: Job, helpdesk: Person, work: Work
    ) -> None:
        with host.lab.state.changing() as document:
            document["print_jobs"].append({**document["print_jobs"][1], "id": 14, "owner": "ann"})
        jobs.start_job(actor=helpdesk, job=job)
        work()
        job.refresh_from_db()
        assert job.state == JobState.DRIFTED
        assert len(host.document["print_jobs"]) == 3


def test_a_healthy_computer_is_called_ready_and_the_printer_is_asked_about(
    lab: MakeLab, helpdesk: Person, work: Work
) -> None:
    case = opened(helpdesk, lab(), work)
    assert diagnosis.replay_case(case).at.name == "printer"
    assert shown_cause(case_evidence(case)) == ""


@pytest.mark.parametrize("fault", ["credentials-refused", "constrained-language"])
def test_without_a_visit_nothing_is_guessed(fault: str, lab: MakeLab, helpdesk: Person, work: Work) -> None:
    case = opened(helpdesk, lab(fault, "spooler-stopped"), work)
    assert diagnosis.replay_case(case).at.name == "inside"


def test_a_service_that_stops_again_at_once_is_not_called_verified(
    lab: MakeLab, employee: Person, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = lab("spooler-stopped")
    carry_out = hosts.carry_out_plan

    def and_stops(*given: Any, **more: Any) -> Any:
        visit = carry_out(*given, **more)
        service_stopped(host.lab.state, "Spooler")
        return visit

    replace_everywhere(monkeypatch, change_visits, "carry_out_plan", and_stops)
    case = opened(employee, host, work)
    jobs.start_job(actor=employee, job=planned(employee, case, work))
    work()
    job = change(case)
    assert job.state == JobState.NOT_VERIFIED
    assert (
        "Read again: “Does the print service run?”: “No. It has stopped”, and it should be “Yes”."
        in wording.explained(job.explanation)
    )
    page = Reader.of(employee).get(f"/cases/{case.pk}")
    assert "Read again" in page.text
    assert "No. It has stopped" in page.text


def test_a_case_finishes_although_its_folder_is_gone(
    lab: MakeLab, employee: Person, work: Work, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = lab("spooler-stopped").row
    case = cases.open_case(actor=employee, beneficiary=employee, error_text=SYMPTOM, host=host)
    replace_everywhere(monkeypatch, library, "installed_catalog", lambda: impatient(tmp_path))
    work()
    case.refresh_from_db()
    assert (diagnosis.replay_case(case).at.name, case.waiting_for) == ("inside", "helpdesk")
    assert Reader.of(employee).get(f"/cases/{case.pk}").status == 200


def test_the_example_owes_nothing_to_people() -> None:
    files = catalog.read_catalog_files([content.SHIPPED_CATALOG, EXAMPLE])
    assert [str(fault) for fault in engine.faults(catalog.installed_catalog(), files, FAULTS)] == []
