"""The words of the pages: codes and values in, sentences, lengths and moments out, in the reader's language.

What belongs to one step of a guide stands in the guide; here is what every guide shares.
"""

from troubleshoot.wording.changes import (
    PlanColumns,
    changed_title,
    not_recorded,
    not_shown,
    other_value_words,
    plan_columns,
    portal_name,
    unread_fact_words,
    unread_value_words,
)
from troubleshoot.wording.checks import CheckLine, check_lines, inside_line, outside_lines
from troubleshoot.wording.client_report import client_report_words
from troubleshoot.wording.common import (
    answer_words,
    certainty_sentence,
    certainty_words,
    invented_words,
    judgement_words,
    named_in_text,
    no_code_words,
    proof_words,
    verdict_words,
)
from troubleshoot.wording.denials import denial_words, helper_words
from troubleshoot.wording.explanations import explained, kept_words, reason
from troubleshoot.wording.file_permissions import in_plain_rights
from troubleshoot.wording.host_undo import host_undo_plain, host_undo_words
from troubleshoot.wording.job_ends import (
    EndWords,
    job_state_words,
    remedy_end_words,
    settled_end_words,
    settled_words,
    unbegun_words,
)
from troubleshoot.wording.job_states import state_words
from troubleshoot.wording.marked_text import (
    CATALOG_LANGUAGE,
    MarkedText,
    as_code,
    compose,
    content,
    join_texts,
    needs_marks,
    own_words,
)
from troubleshoot.wording.notices import notice_words
from troubleshoot.wording.outcomes import (
    bad_end_words,
    not_helped_words,
    remedy_doubt_words,
    running_steps,
)
from troubleshoot.wording.refusals import refusal_words
from troubleshoot.wording.saved_connection import saved_connection_words
from troubleshoot.wording.stages import CURES, STAGES
from troubleshoot.wording.statements import statement_words
from troubleshoot.wording.status import (
    actor_words,
    case_state_words,
    closed_words,
    hindrance_words,
    left_words,
    matter_words,
    put_back_reason_words,
    put_back_words,
    sent_on_words,
    told_words,
    unsettled_words,
)
from troubleshoot.wording.times import length_words, marked_moment, moment_words, parsed_moment

__all__ = [
    "CATALOG_LANGUAGE",
    "CURES",
    "STAGES",
    "CheckLine",
    "EndWords",
    "MarkedText",
    "PlanColumns",
    "actor_words",
    "answer_words",
    "as_code",
    "bad_end_words",
    "case_state_words",
    "certainty_sentence",
    "certainty_words",
    "changed_title",
    "check_lines",
    "client_report_words",
    "closed_words",
    "compose",
    "content",
    "denial_words",
    "explained",
    "helper_words",
    "hindrance_words",
    "host_undo_plain",
    "host_undo_words",
    "in_plain_rights",
    "inside_line",
    "invented_words",
    "job_state_words",
    "join_texts",
    "judgement_words",
    "kept_words",
    "left_words",
    "length_words",
    "marked_moment",
    "matter_words",
    "moment_words",
    "named_in_text",
    "needs_marks",
    "no_code_words",
    "not_helped_words",
    "not_recorded",
    "not_shown",
    "notice_words",
    "other_value_words",
    "outside_lines",
    "own_words",
    "parsed_moment",
    "plan_columns",
    "portal_name",
    "proof_words",
    "put_back_reason_words",
    "put_back_words",
    "reason",
    "refusal_words",
    "remedy_doubt_words",
    "remedy_end_words",
    "running_steps",
    "saved_connection_words",
    "sent_on_words",
    "settled_end_words",
    "settled_words",
    "state_words",
    "statement_words",
    "told_words",
    "unbegun_words",
    "unread_fact_words",
    "unread_value_words",
    "unsettled_words",
    "verdict_words",
]
