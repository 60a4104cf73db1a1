"""A job's life: asking for one, moving it, ringing the doorbell, claiming it."""

from troubleshoot.jobs.claiming import JobLease, claim_job, lease_time
from troubleshoot.jobs.dispatch import TASK_NAME, broker_reachable
from troubleshoot.jobs.lifecycle import (
    OPEN,
    UNSETTLED,
    add_line,
    approval_lifetime,
    audited_objects,
    cancel_job,
    check_deadline,
    continue_case,
    enqueue_job,
    move_job,
    notify_deciders,
    offer_plan,
    queue_reading,
    request_reading,
    ring_job,
    start_job,
)

__all__ = [
    "OPEN",
    "TASK_NAME",
    "UNSETTLED",
    "JobLease",
    "add_line",
    "approval_lifetime",
    "audited_objects",
    "broker_reachable",
    "cancel_job",
    "check_deadline",
    "claim_job",
    "continue_case",
    "enqueue_job",
    "lease_time",
    "move_job",
    "notify_deciders",
    "offer_plan",
    "queue_reading",
    "request_reading",
    "ring_job",
    "start_job",
]
