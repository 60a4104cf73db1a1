"""The Celery app: JSON ids only, no results, no remote control. The database row is the job; this is its doorbell."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.conf import settings

app = Celery("mendpoint", broker=settings.REDIS_URL or "redis://127.0.0.1:1/0", set_as_current=True)
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    result_backend=None,
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_default_queue="site-default",
    task_create_missing_queues=True,
    broker_connection_retry_on_startup=True,
    # For ever: a worker goes on without a broker, and listens again when one is back.
    broker_connection_max_retries=None,
    # Without the acknowledgement emulation kombu needs no server-side scripting and never redelivers by itself:
    # a lost message is rung again by the keeper, and a repeated one finds nothing to claim.
    # A ring that cannot be delivered gives up at once: nobody waits for a broker that is down.
    broker_transport_options={
        "ack_emulation": False,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "max_retries": 1,
        "interval_start": 0,
    },
)
app.autodiscover_tasks(["troubleshoot"])
