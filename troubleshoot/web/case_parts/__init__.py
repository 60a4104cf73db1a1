"""What every page about a case is made of: its rows, what was observed, causes, the remedy, plans, the talk."""

from troubleshoot.web.case_parts.barrier import barrier_for, needed_words, remedy_at
from troubleshoot.web.case_parts.causes import Causes, cause_of, cause_title
from troubleshoot.web.case_parts.checks import Checks
from troubleshoot.web.case_parts.choices import (
    answer_choices,
    heading_for_helpdesk,
    question_for_helpdesk,
    step_heading,
)
from troubleshoot.web.case_parts.contacts import Contacts
from troubleshoot.web.case_parts.lost_change import LostChange
from troubleshoot.web.case_parts.observed import Observed
from troubleshoot.web.case_parts.own_pc import OwnPc
from troubleshoot.web.case_parts.plan import JobPlan
from troubleshoot.web.case_parts.record import CaseRecord
from troubleshoot.web.case_parts.remedy import Remedy
from troubleshoot.web.case_parts.several import Several
from troubleshoot.web.case_parts.status_words import Told
from troubleshoot.web.case_parts.story import JobStory, PlannedAndFound
from troubleshoot.web.case_parts.talk import Talk

__all__ = [
    "CaseRecord",
    "Causes",
    "Checks",
    "Contacts",
    "JobPlan",
    "JobStory",
    "LostChange",
    "Observed",
    "OwnPc",
    "PlannedAndFound",
    "Remedy",
    "Several",
    "Talk",
    "Told",
    "answer_choices",
    "barrier_for",
    "cause_of",
    "cause_title",
    "heading_for_helpdesk",
    "needed_words",
    "question_for_helpdesk",
    "remedy_at",
    "step_heading",
]
