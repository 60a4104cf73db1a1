"""Pure rules: error codes, guides, facts, plans. No Django, no input or output."""

from troubleshoot.engine.action import Action, rule_holds, unmet_guards
from troubleshoot.engine.canonical import CanonicalError, decode_canonical, encode_canonical
from troubleshoot.engine.catalog import Catalog, CatalogError, parse_catalog, parse_guide
from troubleshoot.engine.catalog_checks import faults
from troubleshoot.engine.catalog_files import CONTENT_KINDS, FOLDER_SEPARATOR
from troubleshoot.engine.cause import Cause, CodeHint, SeenTerm, causes_document
from troubleshoot.engine.code_entries import CodeMatch, ErrorCode, Identified, KnownCode
from troubleshoot.engine.code_numbers import PastedCode
from troubleshoot.engine.codebook import (
    code_address,
    code_as_pasted,
    code_at_address,
    code_family,
    code_spellings,
    codes_by_symptom,
    related_codes,
    search_codes,
)
from troubleshoot.engine.codes import OTHER_WORDS
from troubleshoot.engine.declared_facts import DeclaredFact, DeclaredReading, ReadingCase
from troubleshoot.engine.explanation import Code, Explanation, Json
from troubleshoot.engine.facts import (
    UNKNOWN,
    WEIGHTS,
    Fact,
    FactList,
    FactWords,
    fact_values,
    stored_values,
    values_by_name,
)
from troubleshoot.engine.guide import AnswerRefused, Guide, GuideStep, Walk, answer_guide, tries_ahead, walk_guide
from troubleshoot.engine.guide_causes import cause_answer, first_cause, question_before
from troubleshoot.engine.guide_format_1 import said_ahead
from troubleshoot.engine.guide_parts import GuidePart
from troubleshoot.engine.judging import SPEAKING_VERDICTS, Health, Judge, Judgement, judge_health
from troubleshoot.engine.notice import NoticeCode
from troubleshoot.engine.pasted_names import names_in
from troubleshoot.engine.pasted_text import has_label
from troubleshoot.engine.pc_questions import PcChoice, PcQuestion, open_questions
from troubleshoot.engine.permissions import (
    EVERY_SITE,
    REFUSED_AS,
    RULES,
    Denial,
    Relation,
    Right,
    Role,
    changes_something,
    role_conflict,
    roles_serving,
    roles_that_help,
)
from troubleshoot.engine.plan import (
    OutdatedPart,
    PlanDifference,
    disconnects_people,
    make_plan,
    outdated_parts,
    plan_drift,
    revert_plan,
    signs_people_out,
    unseen_events,
)
from troubleshoot.engine.plan_document import PlanDocument, PlanError, PlanItem, plan_from_document, plan_to_document
from troubleshoot.engine.plan_statements import what_comes_back, who_is_disconnected
from troubleshoot.engine.proof import judge_run, lacking, proved_twice
from troubleshoot.engine.refusal import Refusal, RefusalCode
from troubleshoot.engine.resource import ResourceState, StateError, Value, values_differ
from troubleshoot.engine.results import (
    ApplyResult,
    ChangeResult,
    ConnectionTestResult,
    DiagnosisResult,
    HandCheckResult,
    HostError,
    PlanResult,
    Result,
    RevertResult,
    SignedIn,
    Verdict,
    as_change,
    from_json,
)
from troubleshoot.engine.saved_connection import (
    LARGEST_FILE as LARGEST_SAVED_CONNECTION,
)
from troubleshoot.engine.saved_connection import (
    SavedConnection,
    decode_saved_connection,
    read_saved_connection,
    without_secrets,
)
from troubleshoot.engine.statement import Grounds, Statement, StatementCode
from troubleshoot.engine.status import CaseStatus, ToldWords, job_phase, judge_status
from troubleshoot.engine.status_inputs import (
    STARTABLE,
    UNDER_WAY,
    WRITTEN,
    CaseView,
    JobKind,
    JobPhase,
    JobView,
    UndoReason,
)
from troubleshoot.engine.status_terms import ACTORS, PUT_BACK, CaseActor, CaseMatter, CasePress, Hindrance, Reader
from troubleshoot.engine.status_waiting import hindrance_of, waits_for_turn
from troubleshoot.engine.toml import CONTENT_SIZE_LIMIT, ContentProblem
from troubleshoot.engine.toml_tables import NAME_PATTERN

__all__ = [
    "ACTORS",
    "CONTENT_KINDS",
    "CONTENT_SIZE_LIMIT",
    "EVERY_SITE",
    "FOLDER_SEPARATOR",
    "LARGEST_SAVED_CONNECTION",
    "NAME_PATTERN",
    "OTHER_WORDS",
    "PUT_BACK",
    "REFUSED_AS",
    "RULES",
    "SPEAKING_VERDICTS",
    "STARTABLE",
    "UNDER_WAY",
    "UNKNOWN",
    "WEIGHTS",
    "WRITTEN",
    "Action",
    "AnswerRefused",
    "ApplyResult",
    "CanonicalError",
    "CaseActor",
    "CaseMatter",
    "CasePress",
    "CaseStatus",
    "CaseView",
    "Catalog",
    "CatalogError",
    "Cause",
    "ChangeResult",
    "Code",
    "CodeHint",
    "CodeMatch",
    "ConnectionTestResult",
    "ContentProblem",
    "DeclaredFact",
    "DeclaredReading",
    "Denial",
    "DiagnosisResult",
    "ErrorCode",
    "Explanation",
    "Fact",
    "FactList",
    "FactWords",
    "Grounds",
    "Guide",
    "GuidePart",
    "GuideStep",
    "HandCheckResult",
    "Health",
    "Hindrance",
    "HostError",
    "Identified",
    "JobKind",
    "JobPhase",
    "JobView",
    "Json",
    "Judge",
    "Judgement",
    "KnownCode",
    "NoticeCode",
    "OutdatedPart",
    "PastedCode",
    "PcChoice",
    "PcQuestion",
    "PlanDifference",
    "PlanDocument",
    "PlanError",
    "PlanItem",
    "PlanResult",
    "Reader",
    "ReadingCase",
    "Refusal",
    "RefusalCode",
    "Relation",
    "ResourceState",
    "Result",
    "RevertResult",
    "Right",
    "Role",
    "SavedConnection",
    "SeenTerm",
    "SignedIn",
    "StateError",
    "Statement",
    "StatementCode",
    "ToldWords",
    "UndoReason",
    "Value",
    "Verdict",
    "Walk",
    "answer_guide",
    "as_change",
    "cause_answer",
    "causes_document",
    "changes_something",
    "code_address",
    "code_as_pasted",
    "code_at_address",
    "code_family",
    "code_spellings",
    "codes_by_symptom",
    "decode_canonical",
    "decode_saved_connection",
    "disconnects_people",
    "encode_canonical",
    "fact_values",
    "faults",
    "first_cause",
    "from_json",
    "has_label",
    "hindrance_of",
    "job_phase",
    "judge_health",
    "judge_run",
    "judge_status",
    "lacking",
    "make_plan",
    "names_in",
    "open_questions",
    "outdated_parts",
    "parse_catalog",
    "parse_guide",
    "plan_drift",
    "plan_from_document",
    "plan_to_document",
    "proved_twice",
    "question_before",
    "read_saved_connection",
    "related_codes",
    "revert_plan",
    "role_conflict",
    "roles_serving",
    "roles_that_help",
    "rule_holds",
    "said_ahead",
    "search_codes",
    "signs_people_out",
    "stored_values",
    "tries_ahead",
    "unmet_guards",
    "unseen_events",
    "values_by_name",
    "values_differ",
    "waits_for_turn",
    "walk_guide",
    "what_comes_back",
    "who_is_disconnected",
    "without_secrets",
]
