"""The one Celery task: a message says that a job waits; everything else is read from its row."""

import logging
import uuid

from celery import shared_task

from troubleshoot import jobs, operations

log = logging.getLogger(__name__)


@shared_task(name=jobs.TASK_NAME, ignore_result=True)
def work(job: object = None, *_more: object, **_newer: object) -> None:
    """Run the job if it can still be claimed. A repeated, foreign or malformed message does nothing.

    What another version of Mendpoint says besides is not looked at: the message is a bell, and the row is the job.
    """
    try:
        job_id = uuid.UUID(job) if isinstance(job, str) else None
    except ValueError:
        job_id = None
    if job_id is None:
        log.warning("a message without a job id was dropped")
        return
    operations.run_job(job_id)
