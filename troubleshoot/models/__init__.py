"""The tables. One module per noun; everything a caller may use is re-exported here."""

from troubleshoot.models.approval import Approval
from troubleshoot.models.attendance import Absence, Presence
from troubleshoot.models.audit import Entry, EntryObject, PersonalPart, Writer
from troubleshoot.models.case import Answer, Case, Message
from troubleshoot.models.credential import SECRET_REFERENCE, Credential
from troubleshoot.models.delivery import Delivery
from troubleshoot.models.guide import CauseList, GuideVersion
from troubleshoot.models.heartbeat import FRESH, Heartbeat
from troubleshoot.models.holding import ORDER, held
from troubleshoot.models.host import Host
from troubleshoot.models.incident import Incident
from troubleshoot.models.job import HAND_OVER, SETTLED_ENDS, Job
from troubleshoot.models.job_kind import CHANGES, READS
from troubleshoot.models.job_state import (
    ACTIVE_STATES,
    BAD_ENDS,
    ENDED_STATES,
    STARTABLE_STATES,
    STARTED_STATES,
    STOPPABLE_STATES,
    UNDECIDED_STATES,
    UNDER_WAY_STATES,
    UNDOABLE_STATES,
    WAITING_STATES,
    WRITTEN_STATES,
    JobState,
)
from troubleshoot.models.notice import Notice
from troubleshoot.models.pc_answer import PcAnswer
from troubleshoot.models.pc_block import PcBlock
from troubleshoot.models.person import LoginField, Person, VisitorContext, normalise_email
from troubleshoot.models.plan import Plan
from troubleshoot.models.reading import JobLine, Reading
from troubleshoot.models.site import GATEWAY_PORT, Grant, GrantQuerySet, Site, check_gateway, role_choices

__all__ = [
    "ACTIVE_STATES",
    "BAD_ENDS",
    "CHANGES",
    "ENDED_STATES",
    "FRESH",
    "GATEWAY_PORT",
    "HAND_OVER",
    "ORDER",
    "READS",
    "SECRET_REFERENCE",
    "SETTLED_ENDS",
    "STARTABLE_STATES",
    "STARTED_STATES",
    "STOPPABLE_STATES",
    "UNDECIDED_STATES",
    "UNDER_WAY_STATES",
    "UNDOABLE_STATES",
    "WAITING_STATES",
    "WRITTEN_STATES",
    "Absence",
    "Answer",
    "Approval",
    "Case",
    "CauseList",
    "Credential",
    "Delivery",
    "Entry",
    "EntryObject",
    "Grant",
    "GrantQuerySet",
    "GuideVersion",
    "Heartbeat",
    "Host",
    "Incident",
    "Job",
    "JobLine",
    "JobState",
    "LoginField",
    "Message",
    "Notice",
    "PcAnswer",
    "PcBlock",
    "Person",
    "PersonalPart",
    "Plan",
    "Presence",
    "Reading",
    "Site",
    "VisitorContext",
    "Writer",
    "check_gateway",
    "held",
    "normalise_email",
    "role_choices",
]
