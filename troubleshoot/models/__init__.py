"""The tables. One module per noun; everything a caller may use is re-exported here."""

from troubleshoot.models.approval import Approval
from troubleshoot.models.attendance import Absence, Presence
from troubleshoot.models.audit import Entry, EntryObject, PersonalPart, Writer
from troubleshoot.models.case import Answer, Case, Message
from troubleshoot.models.credential import Credential
from troubleshoot.models.guide import GuideVersion
from troubleshoot.models.host import Host
from troubleshoot.models.incident import Incident
from troubleshoot.models.job import Heartbeat, Job, JobLine, Plan, Reading, State
from troubleshoot.models.notice import Notice
from troubleshoot.models.pc_block import PcBlock
from troubleshoot.models.person import LoginField, Person, normalise_email
from troubleshoot.models.site import Grant, Role, Site

__all__ = [
    "Absence",
    "Answer",
    "Approval",
    "Case",
    "Credential",
    "Entry",
    "EntryObject",
    "Grant",
    "GuideVersion",
    "Heartbeat",
    "Host",
    "Incident",
    "Job",
    "JobLine",
    "LoginField",
    "Message",
    "Notice",
    "PcBlock",
    "Person",
    "PersonalPart",
    "Plan",
    "Presence",
    "Reading",
    "Role",
    "Site",
    "State",
    "Writer",
    "normalise_email",
]
