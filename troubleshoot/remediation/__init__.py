"""Plans, approvals, carrying out a change, checking it, and taking it back."""

from troubleshoot.remediation.approvals import approve_plan, ask_requester, begin_absence, decline_plan, end_absence
from troubleshoot.remediation.asking_again import NotKnown, ask_again
from troubleshoot.remediation.asking_host import hand_over_unasked, settle_by_host
from troubleshoot.remediation.by_hand import check_by_hand, facts_before, report_done_by_hand
from troubleshoot.remediation.computer_undo import undo_order
from troubleshoot.remediation.execution import carry_out_change, verify_change
from troubleshoot.remediation.planning import (
    facts_document,
    forbidden_reason,
    installed_action,
    job_plan,
    plan_from_reading,
    queue_revert,
    readings_for_plan,
    request_plan,
    request_revert,
    way_back_plan,
)
from troubleshoot.remediation.second_person import needs_second_person
from troubleshoot.remediation.settling import SettledEnd, may_settle, settle_by_hand, settled_ends

__all__ = [
    "NotKnown",
    "SettledEnd",
    "approve_plan",
    "ask_again",
    "ask_requester",
    "begin_absence",
    "carry_out_change",
    "check_by_hand",
    "decline_plan",
    "end_absence",
    "facts_before",
    "facts_document",
    "forbidden_reason",
    "hand_over_unasked",
    "installed_action",
    "job_plan",
    "may_settle",
    "needs_second_person",
    "plan_from_reading",
    "queue_revert",
    "readings_for_plan",
    "report_done_by_hand",
    "request_plan",
    "request_revert",
    "settle_by_hand",
    "settle_by_host",
    "settled_ends",
    "undo_order",
    "verify_change",
    "way_back_plan",
]
