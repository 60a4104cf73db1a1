"""What managers and auditors read: history, one case as a timeline, the summary, downloads, and the summary by mail."""

from troubleshoot.reports.change_record import ChangeRecord, change_records, short_digest
from troubleshoot.reports.change_values import SettingRecord, planned_settings, setting_records
from troubleshoot.reports.csv_export import cases_csv, changes_csv, csv_lines, record_download
from troubleshoot.reports.figures import PERIODS, Period, Summary
from troubleshoot.reports.filters import cause_choices, filter_address, parse_filters
from troubleshoot.reports.history import case_rows, change_rows, history_page
from troubleshoot.reports.host_history import (
    PastChange,
    answers_again,
    earlier_cases,
    earlier_changes,
    job_ending,
    job_title,
    not_restored,
    proved_heading,
    usual_duration,
    usual_observation,
    usual_wait,
)
from troubleshoot.reports.in_force import StandingChange, standing_changes, standing_ends
from troubleshoot.reports.monthly_summary import send_monthly_summaries, wish_monthly_summary
from troubleshoot.reports.outcome_groups import GRACE
from troubleshoot.reports.serializers import (
    case_document,
    causes_document,
    facts_document,
    health_document,
    job_document,
    open_questions,
    path_document,
)
from troubleshoot.reports.summary import make_summary
from troubleshoot.reports.tiles import summary_tiles
from troubleshoot.reports.time_saved import ANY_CAUSE
from troubleshoot.reports.timeline import case_timeline

__all__ = [
    "ANY_CAUSE",
    "GRACE",
    "PERIODS",
    "ChangeRecord",
    "PastChange",
    "Period",
    "SettingRecord",
    "StandingChange",
    "Summary",
    "answers_again",
    "case_document",
    "case_rows",
    "case_timeline",
    "cases_csv",
    "cause_choices",
    "causes_document",
    "change_records",
    "change_rows",
    "changes_csv",
    "csv_lines",
    "earlier_cases",
    "earlier_changes",
    "facts_document",
    "filter_address",
    "health_document",
    "history_page",
    "job_document",
    "job_ending",
    "job_title",
    "make_summary",
    "not_restored",
    "open_questions",
    "parse_filters",
    "path_document",
    "planned_settings",
    "proved_heading",
    "record_download",
    "send_monthly_summaries",
    "setting_records",
    "short_digest",
    "standing_changes",
    "standing_ends",
    "summary_tiles",
    "usual_duration",
    "usual_observation",
    "usual_wait",
    "wish_monthly_summary",
]
