"""What an employee reads once helpdesk's remedy is verified: of now, and not of before."""

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work, planned
from tests.web.employee.pages import Page, Reader, case_of
from troubleshoot import jobs
from troubleshoot.models import Person


@pytest.fixture
def page(lab: MakeLab, employee: Person, helpdesk: Person, work: Work) -> Page:
    """The page of a case whose computer runs again."""
    reader = Reader.of(employee)
    opened = reader.opens(lab("service-stopped", name="ACC-05"))
    work()
    assert "How do we know?" in reader.get(opened.url).text
    reader.send(reader.get(opened.url), "help")
    jobs.start_job(actor=helpdesk, job=planned(helpdesk, case_of(opened), work, "nothing listens"))
    work()
    return reader.get(opened.url)


def test_a_service_that_runs_again_is_proved_like_any_other_remedy(page: Page) -> None:
    assert page.title == "ACC-05 answers properly again"
    for words in ("Checked from outside at", "It works", "Same error", "Its thumbprint begins"):
        assert words in page.text
    assert "stopped" not in page.text
    assert "Please try this" not in page.text


def test_the_same_error_is_looked_into_anew(lab: MakeLab, employee: Person, work: Work) -> None:
    reader = Reader.of(employee)
    page = reader.opens(lab("certificate-service-stopped", name="ACC-07"))
    work()
    reader.send(reader.get(page.url), "plan")
    work()
    reader.send(reader.get(page.url), "fix")
    work()
    later = reader.send(reader.get(page.url), "answer", value="no_change")
    assert "How do we know?" not in later.text
    assert case_of(page).matter == "look"
    work()
    assert "Now open Remote Desktop and connect. Same error" in reader.get(page.url).text


def test_a_new_look_is_of_now_again(page: Page, employee: Person, work: Work) -> None:
    reader = Reader.of(employee)
    reader.send(page, "answer", value="no_change")
    work()
    later = reader.get(page.url)
    assert "How do we know?" in later.text
    assert "What we found before the last change" not in later.text
