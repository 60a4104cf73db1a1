"""The words that depend on readings and on where a job stands. Pure: values in, translated text out.

What belongs to one step of a guide stands in the guide; here is what every guide shares.
"""

from troubleshoot.wording.checks import CheckLine, check_lines, inside_line, outside_lines
from troubleshoot.wording.client_report import client_report_words
from troubleshoot.wording.common import (
    certainty_sentence,
    certainty_words,
    duration_words,
    no_code_words,
    verdict_words,
)
from troubleshoot.wording.explanations import explained, reason
from troubleshoot.wording.outcomes import EndWords, bad_end_words, not_helped_words, remedy_doubt_words, running_steps
from troubleshoot.wording.stages import CURES, STAGES
from troubleshoot.wording.status import (
    actor_words,
    case_state_words,
    matter_words,
    put_back_reason_words,
    put_back_words,
    told_words,
)

__all__ = [
    "CURES",
    "STAGES",
    "CheckLine",
    "EndWords",
    "actor_words",
    "bad_end_words",
    "case_state_words",
    "certainty_sentence",
    "certainty_words",
    "check_lines",
    "client_report_words",
    "duration_words",
    "explained",
    "inside_line",
    "matter_words",
    "no_code_words",
    "not_helped_words",
    "outside_lines",
    "put_back_reason_words",
    "put_back_words",
    "reason",
    "remedy_doubt_words",
    "running_steps",
    "told_words",
    "verdict_words",
]
