"""The one Celery task: a message says that a job waits; everything else is read from its row."""

import logging
import uuid

from celery import shared_task

from troubleshoot import jobs, operations

log = logging.getLogger(__name__)


@shared_task(name=jobs.TASK_NAME, ignore_result=True)
def work(job: str) -> None:
    """Run the job if it can still be claimed. A repeated, foreign or malformed message does nothing."""
    try:
        job_id = uuid.UUID(job)
    except (ValueError, AttributeError, TypeError):
        log.warning("a message without a job id was dropped")
        return
    operations.run_job(job_id)
