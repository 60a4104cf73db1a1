"""Pure rules: error codes, guides, facts, plans. No Django, no input or output."""

from troubleshoot.engine.action import Action, rule_holds, unmet_guards
from troubleshoot.engine.canonical import CanonicalError, decode_canonical, encode_canonical
from troubleshoot.engine.catalog import (
    CONTENT_KINDS,
    FOLDER_SEPARATOR,
    Catalog,
    CatalogError,
    parse_catalog,
    parse_guide,
)
from troubleshoot.engine.cause import SPEAKING_VERDICTS, Cause, Judgement, judge_cause, judged_healthy, rank_causes
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
from troubleshoot.engine.codes import CodeMatch, ErrorCode, Identified, KnownCode
from troubleshoot.engine.declared_readings import DeclaredFact, DeclaredReading, ReadingCase
from troubleshoot.engine.facts import UNKNOWN, Fact, FactList, fact_values
from troubleshoot.engine.guide import AnswerRefused, Guide, GuideStep, Walk, answer_guide, tries_ahead, walk_guide
from troubleshoot.engine.guide_parts import GuidePart
from troubleshoot.engine.pasted_text import PastedCode
from troubleshoot.engine.permissions import (
    EVERY_SITE,
    REFUSED_AS,
    RULES,
    Relation,
    Right,
    Role,
    role_conflict,
    roles_serving,
    roles_that_help,
)
from troubleshoot.engine.plan import (
    PlanDocument,
    PlanError,
    make_plan,
    outdated_parts,
    plan_drift,
    plan_from_document,
    plan_to_document,
    revert_plan,
    unseen_events,
)
from troubleshoot.engine.proof import judge_run, missing_proof, proved_twice
from troubleshoot.engine.resource import ResourceState, StateError, Value, values_differ
from troubleshoot.engine.toml import CONTENT_SIZE_LIMIT, ContentProblem
from troubleshoot.engine.toml_tables import NAME_PATTERN

__all__ = [
    "CONTENT_KINDS",
    "CONTENT_SIZE_LIMIT",
    "EVERY_SITE",
    "FOLDER_SEPARATOR",
    "NAME_PATTERN",
    "REFUSED_AS",
    "RULES",
    "SPEAKING_VERDICTS",
    "UNKNOWN",
    "Action",
    "AnswerRefused",
    "CanonicalError",
    "Catalog",
    "CatalogError",
    "Cause",
    "CodeMatch",
    "ContentProblem",
    "DeclaredFact",
    "DeclaredReading",
    "ErrorCode",
    "Fact",
    "FactList",
    "Guide",
    "GuidePart",
    "GuideStep",
    "Identified",
    "Judgement",
    "KnownCode",
    "PastedCode",
    "PlanDocument",
    "PlanError",
    "ReadingCase",
    "Relation",
    "ResourceState",
    "Right",
    "Role",
    "StateError",
    "Value",
    "Walk",
    "answer_guide",
    "code_address",
    "code_as_pasted",
    "code_at_address",
    "code_family",
    "code_spellings",
    "codes_by_symptom",
    "decode_canonical",
    "encode_canonical",
    "fact_values",
    "judge_cause",
    "judge_run",
    "judged_healthy",
    "make_plan",
    "missing_proof",
    "outdated_parts",
    "parse_catalog",
    "parse_guide",
    "plan_drift",
    "plan_from_document",
    "plan_to_document",
    "proved_twice",
    "rank_causes",
    "related_codes",
    "revert_plan",
    "role_conflict",
    "roles_serving",
    "roles_that_help",
    "rule_holds",
    "search_codes",
    "tries_ahead",
    "unmet_guards",
    "unseen_events",
    "values_differ",
    "walk_guide",
]
