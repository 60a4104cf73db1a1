"""The sending side of the queue: rings a job's doorbell. A lost ring loses nothing; the keeper rings again."""

import logging
import uuid

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
TASK_NAME = "mendpoint.job"


def broker_reachable(seconds: int = 2) -> bool:
    """Tell whether the broker answers now. Never raises."""
    try:
        with current_app.connection_for_write(connect_timeout=seconds) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=seconds)
    except (OperationalError, OSError):
        return False
    return True


def ring_doorbell(job: uuid.UUID, *, queue: str) -> bool:
    """Tell the workers of a queue that a job waits. The message carries the id and nothing else.

    False when the broker could not be reached: the row stays queued, and the keeper rings again.
    """
    try:
        current_app.send_task(TASK_NAME, kwargs={"job": str(job)}, queue=queue, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("the broker is not reachable (%s); the keeper will ring again", type(error).__name__)
        return False
    return True
