"""The words that depend on readings and on where a job stands. Pure: values in, translated text out.

What belongs to one step of a guide stands in the guide; here is what every guide shares.
"""

from troubleshoot.wording.checks import Line, checks, inside_only, outside
from troubleshoot.wording.client_report import told
from troubleshoot.wording.common import certainty, duration, named, no_code, relief, sure, titled
from troubleshoot.wording.outcomes import End, bad_end, fixing, not_helped, remedy_doubt, standing

__all__ = [
    "End",
    "Line",
    "bad_end",
    "certainty",
    "checks",
    "duration",
    "fixing",
    "inside_only",
    "named",
    "no_code",
    "not_helped",
    "outside",
    "relief",
    "remedy_doubt",
    "standing",
    "sure",
    "titled",
    "told",
]
