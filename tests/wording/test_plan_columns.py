"""What the columns of a plan are called, in every state of its job."""

import pytest

from troubleshoot.models import ACTIVE_STATES, WAITING_STATES, WRITTEN_STATES, Job, JobState
from troubleshoot.wording import plan_columns


@pytest.mark.parametrize("state", JobState)
def test_now_is_said_only_until_something_may_be_written(state: JobState) -> None:
    columns = plan_columns(Job(kind=Job.Kind.APPLY, action="require-tls", state=state))
    assert (columns.now == "Now") is (state in (WAITING_STATES | ACTIVE_STATES) - WRITTEN_STATES)
    assert (columns.now == "Before") is (state in WRITTEN_STATES)
