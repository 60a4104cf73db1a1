"""What is written down beside a job: the lines of its story, and what its audit entries name."""

from __future__ import annotations

from troubleshoot.engine import Explanation
from troubleshoot.models import Job, JobLine


def audited_objects(job: Job) -> list[tuple[str, object]]:
    """Return the objects that an audit entry about this job names."""
    named = [
        ("job", job.pk),
        ("host", job.host_id),
        ("case", job.case_id),
        ("plan", job.plan_id),
        ("lost", job.lost_id),
    ]
    return [(kind, key) for kind, key in named if key is not None]


def add_line(job: Job, said: Explanation) -> None:
    """Add a line to the job's story, at once: a story kept in memory dies with its worker."""
    JobLine.objects.create(job=job, said=said.to_json())
