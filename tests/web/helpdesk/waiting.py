"""A dangerous plan that waits for a second person, and that person's browser."""

import pytest

from tests.fixtures.computers import MakeLab, Registered
from tests.fixtures.steps import Work, opened, planned
from tests.web.helpdesk.conftest import RDP_TCP, Browser, Sit
from troubleshoot.models import Job, Person

WHY = "The trust is broken until noon <b>today</b>"


@pytest.fixture
def host(lab: MakeLab) -> Registered:
    """A computer that has lost the trust of its domain."""
    return lab("nla-required")


@pytest.fixture
def job(host: Registered, helpdesk: Person, employee: Person, work: Work) -> Job:
    """The dangerous plan that waits for a second person."""
    case = opened(helpdesk, host.row, work, beneficiary=employee)
    return planned(helpdesk, case, work, why=WHY)


@pytest.fixture
def path(job: Job) -> str:
    """The address of its page."""
    return f"/approvals/{job.pk}"


@pytest.fixture
def second(approver: Person, sit: Sit) -> Browser:
    """Abel's browser."""
    return sit(approver)


def nla(host: Registered) -> int:
    """What the simulated computer itself says."""
    found: int = host.document["registry"][RDP_TCP]["UserAuthentication"]["value"]
    return found
