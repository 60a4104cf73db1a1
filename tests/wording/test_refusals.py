"""Refusals: one sentence for each code, made late, and every code that is raised anywhere has one that it fills."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_explanation import anything
from tests.support import PRODUCT, syntax_of_the_product
from troubleshoot import wording
from troubleshoot.engine import Explanation, Refusal, RefusalCode
from troubleshoot.remote import ContactLost, VisitRefused
from troubleshoot.wording.refusals import MADE, REFUSALS

#: The refusal, and those that are told apart where they are caught.
KINDS = {
    "AnswerRefused",
    "ContactLost",
    "CredentialMissing",
    "DialError",
    "DoorError",
    "HostUnreachable",
    "NotImported",
    "NotReached",
    "PlanError",
    "Refusal",
    "RegistrationUnfit",
    "SignInDenied",
    "Unfit",
    "VisitRefused",
}
#: These bring their code themselves.
CODED_INSIDE = {"NotImported", "NotReached"}
SENTENCE = re.compile(r"\w\s+\w")
#: What a malformed document is read as.
NEVER_RAISED = {RefusalCode.UNREADABLE}
RAISED_INSIDE = {RefusalCode.LIST_UNFIT}


def made_anywhere() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the product that makes a refusal, with its place."""
    for path, module in syntax_of_the_product().items():
        if path.name == "refusal.py":
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and called_name(node.func) in KINDS - CODED_INSIDE:
                yield f"{path.relative_to(PRODUCT)}:{node.lineno}", node


def called_name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def code_of(call: ast.Call) -> RefusalCode:
    code, *_stage_of_a_way = call.args
    assert isinstance(code, ast.Attribute)
    return RefusalCode[code.attr]


def wanted_by(code: RefusalCode) -> set[str]:
    """The parameters that the sentence of a code is made of."""
    named = re.findall(r"%\((\w+)\)", str(REFUSALS[code]))
    return {param for name in named for param in (MADE[name].params if name in MADE else (name,))}


MADE_ANYWHERE = list(made_anywhere())


def test_every_kind_of_refusal_is_known_here() -> None:
    def below(kind: type[Refusal]) -> set[str]:
        return {kind.__name__}.union(*(below(one) for one in kind.__subclasses__()))

    assert below(Refusal) == KINDS


def test_every_code_has_a_sentence() -> None:
    assert set(REFUSALS) == set(RefusalCode)


def test_every_sentence_belongs_to_a_code_that_is_raised_somewhere() -> None:
    assert {code_of(call) for _place, call in MADE_ANYWHERE} == set(RefusalCode) - NEVER_RAISED - RAISED_INSIDE


@pytest.mark.parametrize(("place", "call"), MADE_ANYWHERE, ids=[place for place, _call in MADE_ANYWHERE])
def test_a_refusal_is_given_exactly_what_its_sentence_says(place: str, call: ast.Call) -> None:
    given = {one.arg for one in call.keywords}
    assert given == wanted_by(code_of(call)), place


@pytest.mark.parametrize(("place", "call"), MADE_ANYWHERE, ids=[place for place, _call in MADE_ANYWHERE])
def test_no_refusal_is_raised_with_a_sentence(place: str, call: ast.Call) -> None:
    texts = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    called = [node.func.id for node in ast.walk(call) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert not [text for text in texts if SENTENCE.search(text)], place
    assert not {"_", "gettext", "gettext_lazy"} & set(called), place
    assert not [node for node in ast.walk(call) if isinstance(node, ast.JoinedStr)], place


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (Refusal(RefusalCode.CASE_CLOSED), "This case is closed."),
        (
            Refusal(RefusalCode.NOT_STARTABLE, state="verifying"),
            "This cannot be started: it is being checked.",
        ),
        (Refusal(RefusalCode.NOT_STARTABLE, state="unheard of"), "This cannot be started: it is unknown."),
        (Refusal(RefusalCode.NO_SUCH_REMEDY, name="100 % off"), "There is no remedy called '100 % off'."),
        (
            Refusal(RefusalCode.DIAGNOSE_ONLY, host="ACC-07"),
            "ACC-07 is registered as diagnose only.",
        ),
        (
            Refusal(RefusalCode.ANSWER_UNKNOWN, step="light", value="green", known=["on", "off"]),
            "'green' is no answer to light. It is one of: on, off.",
        ),
        (
            Refusal(RefusalCode.ANSWER_UNKNOWN, step="solved", value="on", known=[]),
            "'on' is no answer to solved. Nothing is asked there.",
        ),
        (
            Refusal(RefusalCode.WAY_BACK_UNPLANNABLE, cause=Refusal(RefusalCode.RESOURCE_GONE, resource="x").to_json()),
            "The way back cannot be planned. The catalogue has no resource x any more.",
        ),
        (
            Refusal.from_json({"code": "way_back_unplannable", "params": {"said": "this job has no plan"}}),
            "The way back cannot be planned. This job has no plan.",
        ),
        (
            VisitRefused(RefusalCode.WINRM_FAULT, "shell", number=None),
            "WinRM answered with fault without a number.",
        ),
        (
            ContactLost(RefusalCode.RESULT_MISSING, "result", mode="read", exit=0),
            "powershell.exe ended with code 0 and without a result. It only reads: it can be tried again.",
        ),
        (
            ContactLost(RefusalCode.VISIT_TIME_OVER, "receive", mode="apply"),
            "The time for this visit is over, and the host has not finished. "
            "It may have changed the computer: do not repeat it, look at the computer first.",
        ),
        (
            Refusal(RefusalCode.RESOURCE_UNFIT, resource="lamp", fields=["watts"]),
            "What was read of lamp is not what its description promises: watts.",
        ),
    ],
)
def test_is_said_with_what_it_knows(refusal: Refusal, said: str) -> None:
    assert wording.refusal_words(refusal) == said
    assert wording.explained(Explanation.from_json(refusal.explanation.to_json())) == said


@given(code=st.sampled_from(RefusalCode), params=st.dictionaries(st.text(), anything) | anything)
def test_whatever_a_document_holds_there_is_a_sentence(code: RefusalCode, params: Any) -> None:
    assert wording.refusal_words(Refusal.from_json({"code": code.value, "params": params}))


@given(anything)
def test_what_is_no_refusal_is_unreadable(document: Any) -> None:
    assert Refusal.from_json(document).code in RefusalCode


@given(code=st.sampled_from(RefusalCode), params=st.dictionaries(st.text(), anything))
def test_a_refusal_is_the_same_after_it_was_kept(code: RefusalCode, params: dict[str, Any]) -> None:
    kept = Refusal.from_json({"code": code.value, "params": params})
    assert (kept.code, kept.params) == (code, params)
    assert Refusal.from_json(kept.to_json()).to_json() == kept.to_json()
