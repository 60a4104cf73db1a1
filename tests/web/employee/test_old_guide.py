"""A case that began on a guide of before format 2 goes on with it, and shows its sentences as they are."""

import hashlib
from pathlib import Path

import pytest

from tests.fixtures.computers import MakeLab
from tests.fixtures.steps import Work
from tests.web.employee.pages import Page, Reader, case_of
from troubleshoot import diagnosis
from troubleshoot.models import Case, GuideVersion, Person

SOURCE = (Path(__file__).parents[2] / "engine" / "format_1" / "rdp-connection-closed.toml").read_text(encoding="utf-8")
WHOLE = (
    "Remote Desktop must show a certificate. The old one can no longer be used, and no new one was made. It is not "
    "your password, your VPN or your PC. It will not go away by itself."
)


@pytest.fixture
def page(lab: MakeLab, employee: Person) -> Page:
    """The page of a case whose guide was stored by an earlier version of the portal."""
    page = Reader.of(employee).opens(lab("certificate-service-stopped", name="ACC-07"))
    digest = hashlib.sha256(SOURCE.encode()).hexdigest()
    old = GuideVersion.objects.create(name="rdp-connection-closed", digest=digest, source=SOURCE)
    Case.objects.update(guide=old)
    return page


def test_the_page_shows_title_and_text_as_they_stand(
    page: Page, employee: Person, helpdesk: Person, work: Work
) -> None:
    work()
    found = Reader.of(employee).get(page.url)
    assert found.title == "The computer cannot use its own certificate"
    assert WHOLE in found.text
    assert "What the fix does" in found.text
    assert "The computer cannot use its own certificate" in Reader.of(helpdesk).get(page.url).text


def test_what_was_said_ahead_by_the_words_of_its_question_still_counts(page: Page) -> None:
    case = case_of(page)
    case.ahead = {"When does it close?": "after_desktop"}
    assert diagnosis.said_ahead(case) == {"when": "after_desktop", "outside_only": "after_desktop"}
