"""The sentences of notices: one for each code, made when somebody reads it, in their language and time."""

import re
import string
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.test_explanation import anything
from troubleshoot import wording
from troubleshoot.engine import CaseMatter, Code, Explanation, NoticeCode
from troubleshoot.models import Notice
from troubleshoot.wording.notices import SENTENCES

ENDED = Explanation.of(Code.VERIFIED_INSIDE).to_json()
SAID: dict[NoticeCode, tuple[dict[str, Any], str]] = {
    NoticeCode.SENTENCE: ({"text": "100 % sure"}, "100 % sure"),
    NoticeCode.CASE_WAITS: ({"who": "Emil", "matter": CaseMatter.START.value}, "Emil: Start the fix"),
    NoticeCode.CASE_TAKEN_OVER: ({"who": "Hanna"}, "Hanna has taken this case over."),
    NoticeCode.CASE_SOLVED: ({}, "Your case is solved."),
    NoticeCode.CASE_SENT_ON: ({"to": "Network"}, "Your case was sent on to Network."),
    NoticeCode.CASE_WITHDRAWN: ({"who": "Emil"}, "Emil needs no more help and has closed the case."),
    NoticeCode.CASE_UNCONFIRMED: ({}, "Closed: verified, not confirmed. If it does not work, open it again."),
    NoticeCode.CASE_UNDO: (
        {"who": "Hanna"},
        "Hanna puts the change back that was made for you, so your case is open again. You need not do anything.",
    ),
    NoticeCode.CASE_YOUR_TURN: (
        {"who": "Hanna"},
        "Hanna has begun your case anew, and now it waits for you: please go on there.",
    ),
    NoticeCode.CASE_REMINDER: ({}, "Does it work again? One click is enough."),
    NoticeCode.WROTE: ({"who": "Hanna %s"}, "Hanna %s wrote to you."),
    NoticeCode.PC_ANSWERED: ({"who": "Emil"}, "Emil looked at their own PC and answered what was asked."),
    NoticeCode.REPORT_PASTED: ({"who": "Emil"}, "Emil pasted what their PC told."),
    NoticeCode.APPROVAL_WANTED: (
        {
            "until": "2026-11-30T10:30:00+00:00",
            "what": "Renew the certificate",
            "host": "ACC-07",
            "who": "Hanna",
            "away": ["Ann", "Bob"],
        },
        "Approval wanted until 11:30 (Europe/Berlin): Renew the certificate, on ACC-07, asked by Hanna. "
        "You stand in for Ann, Bob.",
    ),
    NoticeCode.ASKED: ({"who": "Abel", "text": "Why?"}, "Abel asks: Why?"),
    NoticeCode.WROTE_ABOUT: (
        {"who": "Hanna", "host": "ACC-07"},
        "Hanna wrote about ACC-07, where you asked something.",
    ),
    NoticeCode.DEPUTY: (
        {"who": "Abel", "day": "2026-12-24"},
        "Abel is away until 2026-12-24, and you stand in for them.",
    ),
    NoticeCode.CHANGE_ENDED: ({"host": "ACC-07", "why": ENDED}, "ACC-07: Read again, twice: it is as planned."),
    NoticeCode.INCIDENT_OVER: (
        {"site": "North"},
        "It is over: the computers at North work again. Connect again, and open a case if yours does not.",
    ),
    NoticeCode.INCIDENT_TAKEN: (
        {"who": "Hanna", "site": "North"},
        "Hanna cares for the incident at North now, and for your cases of it.",
    ),
    NoticeCode.HOST_LED_ELSEWHERE: (
        {"who": "Dora", "host": "ACC-07"},
        "Dora led ACC-07 to another place: its account is used there from now on.",
    ),
    NoticeCode.HOSTS_LED_ELSEWHERE: (
        {"who": "Dora", "site": "North"},
        "Dora led computers of North to other places by a list: their accounts are used there now.",
    ),
    NoticeCode.CREDENTIAL_CHANGED: (
        {"who": "Dora", "name": "north-admin", "site": "North"},
        "Dora changed the account north-admin: computers of North are signed in to with another secret.",
    ),
    NoticeCode.PASSWORD_GIVEN: (
        {"who": "Dora"},
        "Dora gave you a new password. If you did not ask for one, tell an auditor.",
    ),
    NoticeCode.SUMMARY: (
        {"month": "2026-10-31", "cases": 12, "solved": 9, "changes": 4, "invented_cases": 3, "invented_changes": 1},
        "October 2026: 12 cases, 9 solved. 3 of the 12 cases and 1 of the 4 changes are invented.",
    ),
}


def said(code: str, params: Any) -> str:
    return wording.notice_words(Notice(code=code, params=params))


def test_every_code_is_tried() -> None:
    assert set(SAID) == set(SENTENCES) == set(NoticeCode)


@pytest.mark.parametrize("code", NoticeCode)
def test_says_what_happened(code: NoticeCode) -> None:
    params, sentence = SAID[code]
    with timezone.override("Europe/Berlin"):
        assert said(code, params) == sentence


@pytest.mark.parametrize("code", NoticeCode)
def test_asks_for_no_value_that_nobody_gives(code: NoticeCode) -> None:
    """`zone` comes from the reader; each other one is a parameter."""
    asked = set(re.findall(r"%\((\w+)\)s", str(SENTENCES[code])))
    assert asked - {"zone"} <= set(SAID[code][0])


@given(code=st.sampled_from(NoticeCode), params=st.dictionaries(st.sampled_from(string.ascii_letters), anything))
def test_never_raises_and_never_stays_silent(code: NoticeCode, params: dict[str, Any]) -> None:
    assert said(code, params)


@pytest.mark.parametrize("name", ["until", "month", "matter", "why", "away", "who", "invented_cases"])
@given(value=anything)
def test_takes_any_value_of_a_parameter(name: str, value: Any) -> None:
    for code in NoticeCode:
        assert said(code, {name: value})


def test_shows_a_sentence_of_before_as_it_was() -> None:
    assert wording.notice_words(Notice(text="Hanna wrote to you.")) == "Hanna wrote to you."
