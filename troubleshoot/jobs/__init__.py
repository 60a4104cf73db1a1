"""A job's life: asking for one, moving it, ringing the doorbell, claiming it."""

from troubleshoot.jobs.claiming import claim_job, hold_job, lease_time
from troubleshoot.jobs.closed_cases import refuse_closed_case
from troubleshoot.jobs.dispatch import TASK_NAME, broker_reachable
from troubleshoot.jobs.lifecycle import (
    OPEN,
    UNSETTLED,
    approval_lifetime,
    continue_case,
    hold_case,
    may_observe,
    move_job,
    notify_deciders,
    offer_plan,
    queue_reading,
    request_reading,
    take_back_waiting,
)
from troubleshoot.jobs.limits import refuse_full_approvals, refuse_full_queue
from troubleshoot.jobs.repeating import RepeatingWrite
from troubleshoot.jobs.ringing import ring_after_commit, ring_job
from troubleshoot.jobs.settles import hasten_settle, queue_disarm, queue_look, queue_settle
from troubleshoot.jobs.starting import (
    cancel_job,
    check_deadline,
    enqueue_job,
    refuse_beside_change,
    refuse_held_host,
    start_job,
)
from troubleshoot.jobs.story import add_line, audited_objects
from troubleshoot.jobs.telling import tell_end

__all__ = [
    "OPEN",
    "TASK_NAME",
    "UNSETTLED",
    "RepeatingWrite",
    "add_line",
    "approval_lifetime",
    "audited_objects",
    "broker_reachable",
    "cancel_job",
    "check_deadline",
    "claim_job",
    "continue_case",
    "enqueue_job",
    "hasten_settle",
    "hold_case",
    "hold_job",
    "lease_time",
    "may_observe",
    "move_job",
    "notify_deciders",
    "offer_plan",
    "queue_disarm",
    "queue_look",
    "queue_reading",
    "queue_settle",
    "refuse_beside_change",
    "refuse_closed_case",
    "refuse_full_approvals",
    "refuse_full_queue",
    "refuse_held_host",
    "request_reading",
    "ring_after_commit",
    "ring_job",
    "start_job",
    "take_back_waiting",
    "tell_end",
]
