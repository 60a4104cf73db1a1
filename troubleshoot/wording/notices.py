"""The sentence of each code of engine.notice, in the reader's language and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import CaseMatter, Code, Explanation, NoticeCode
from troubleshoot.models import Notice
from troubleshoot.wording.common import invented_words
from troubleshoot.wording.explanations import explained, reason
from troubleshoot.wording.marked_text import compose, content, join_texts, own_words
from troubleshoot.wording.status import matter_words
from troubleshoot.wording.times import parsed_moment
from troubleshoot.wording.to_person import explained_to_person

SENTENCES: Final[Mapping[NoticeCode, str | Promise]] = {
    NoticeCode.SENTENCE: "%(text)s",
    NoticeCode.CASE_WAITS: "%(who)s: %(matter)s",
    NoticeCode.CASE_TAKEN_OVER: gettext_lazy("%(who)s has taken this case over."),
    NoticeCode.CASE_SOLVED: gettext_lazy("Your case is solved."),
    NoticeCode.CASE_SENT_ON: gettext_lazy("Your case was sent on to %(to)s."),
    NoticeCode.CASE_WITHDRAWN: gettext_lazy("%(who)s needs no more help and has closed the case."),
    NoticeCode.CASE_UNCONFIRMED: gettext_lazy("Closed: verified, not confirmed. If it does not work, open it again."),
    NoticeCode.CASE_UNDO: gettext_lazy(
        "%(who)s puts the change back that was made for you, so your case is open again. You need not do anything."
    ),
    NoticeCode.CASE_YOUR_TURN: gettext_lazy(
        "%(who)s has begun your case anew, and now it waits for you: please go on there."
    ),
    NoticeCode.CASE_REMINDER: gettext_lazy("Does it work again? One click is enough."),
    NoticeCode.WROTE: gettext_lazy("%(who)s wrote to you."),
    NoticeCode.REPORT_PASTED: gettext_lazy("%(who)s pasted what their PC told."),
    NoticeCode.PC_ANSWERED: gettext_lazy("%(who)s looked at their own PC and answered what was asked."),
    NoticeCode.APPROVAL_WANTED: gettext_lazy(
        "Approval wanted until %(until)s (%(zone)s): %(what)s, on %(host)s, asked by %(who)s."
    ),
    NoticeCode.ASKED: gettext_lazy("%(who)s asks: %(text)s"),
    NoticeCode.WROTE_ABOUT: gettext_lazy("%(who)s wrote about %(host)s, where you asked something."),
    NoticeCode.DEPUTY: gettext_lazy("%(who)s is away until %(day)s, and you stand in for them."),
    NoticeCode.CHANGE_ENDED: "%(host)s: %(why)s",
    NoticeCode.INCIDENT_OVER: gettext_lazy(
        "It is over: the computers at %(site)s work again. Connect again, and open a case if yours does not."
    ),
    NoticeCode.INCIDENT_TAKEN: gettext_lazy(
        "%(who)s cares for the incident at %(site)s now, and for your cases of it."
    ),
    NoticeCode.HOST_LED_ELSEWHERE: gettext_lazy(
        "%(who)s led %(host)s to another place: its account is used there from now on."
    ),
    NoticeCode.HOSTS_LED_ELSEWHERE: gettext_lazy(
        "%(who)s led computers of %(site)s to other places by a list: their accounts are used there now."
    ),
    NoticeCode.CREDENTIAL_CHANGED: gettext_lazy(
        "%(who)s changed the account %(name)s: computers of %(site)s are signed in to with another secret."
    ),
    NoticeCode.PASSWORD_GIVEN: gettext_lazy(
        "%(who)s gave you a new password. If you did not ask for one, tell an auditor."
    ),
    NoticeCode.SUMMARY: gettext_lazy("%(month)s: %(cases)s cases, %(solved)s solved."),
}


def notice_words(notice: Notice) -> str:
    """Return what a notice says. Never raises: a parameter that is not there is left open."""
    code = next((one for one in NoticeCode if one == notice.code), None)
    if code is None:
        return notice.text
    values = {**notice.params, **_read(notice.params)}
    if code == NoticeCode.CHANGE_ENDED and "why" in notice.params and notice.params.get("to_person"):
        values["why"] = explained_to_person(Explanation.from_json(notice.params["why"]))
    if code == NoticeCode.CHANGE_ENDED and _stays_for_a_time(notice.params):
        values["why"] = reason(Explanation.from_json(notice.params["why"]))  # until when is said in the reader's time
    return join_texts(" ", [compose(SENTENCES[code], _Open(values)), *_more(code, notice.params)])


class _Open(dict[str, Any]):
    """Values of a sentence; what is missing reads as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def _read(params: Mapping[str, Any]) -> dict[str, str]:
    """Return in words those parameters that are no text, or one in a language of its own."""
    return {name: words(params[name]) for name, words in _WORDS.items() if name in params} | (
        {"zone": timezone.get_current_timezone_name()} if "until" in params else {}
    )


def _more(code: NoticeCode, params: Mapping[str, Any]) -> list[str]:
    """Return what is said besides, where there is something."""
    away = params.get("away")
    if code == NoticeCode.APPROVAL_WANTED and isinstance(away, list) and away:
        return [_("You stand in for %s.") % ", ".join(map(str, away))]
    if code == NoticeCode.CHANGE_ENDED and "until" in params:
        back = compose(_("It is put back by itself at %(until)s (%(zone)s)."), _read(params))
        return [back, content(params["caution"])] if params.get("caution") else [back]
    if code == NoticeCode.SUMMARY and (params.get("invented_cases") or params.get("invented_changes")):
        return [invented_words(params)]
    return []


def _stays_for_a_time(params: Mapping[str, Any]) -> bool:
    return "until" in params and Explanation.from_json(params.get("why")).code == Code.VERIFIED_FOR_A_TIME


def _clock(text: object) -> str:
    at = parsed_moment(text)
    return f"{timezone.localtime(at):%H:%M}" if at and at.tzinfo else "…"


def _month(text: object) -> str:
    at = parsed_moment(text)
    return date_format(at.date(), "F Y") if at else "…"


def _matter(text: object) -> str:
    found = next((one for one in CaseMatter if one == text), None)
    return matter_words(found) if found else "…"


_WORDS: Final[Mapping[str, Callable[[object], str]]] = {
    "until": _clock,
    "month": _month,
    "matter": _matter,
    "text": own_words,
    "what": content,
    "why": lambda document: explained(Explanation.from_json(document)),
}
