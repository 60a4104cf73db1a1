"""The parameters of an explanation as words. Whatever a document holds, there is a word for it, and nothing raises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.engine import UNKNOWN, Json, OutdatedPart, Refusal
from troubleshoot.wording.denials import denial_words
from troubleshoot.wording.refusals import refusal_words
from troubleshoot.wording.stages import STAGES
from troubleshoot.wording.times import length_words

NOTHING_CHANGED: Final = gettext_lazy("Nothing was changed.")
_STEPS: Final[Mapping[str, str | Promise]] = {
    "read": gettext_lazy("Reading: %(title)s"),
    "write": gettext_lazy("Changing: %(title)s"),
    "check": gettext_lazy("Reading again: %(title)s"),
}
#: What is another thing than when a plan was made.
_OUTDATED: Final[Mapping[str, str | Promise]] = {
    "runner": gettext_lazy("the runner is another one"),
    "action": gettext_lazy("the action %(name)s is another one"),
    "resource": gettext_lazy("the resource %(name)s is another one"),
}


class Words(dict[str, str]):
    """Parameters as words. What a sentence wants and a document lacks, or holds in another form, shows as unknown."""

    def __init__(self, params: Mapping[str, Json]) -> None:
        super().__init__({name: str(value) for name, value in params.items() if isinstance(value, str | int)})
        self.params = params

    def __missing__(self, name: str) -> str:
        return _MADE[name](self.params) if name in _MADE else UNKNOWN


def _way(params: Mapping[str, Any]) -> str:
    # Before failures had codes, what was said about them was kept.
    said = _refusal(params) if "refused" in params else params.get("said") or UNKNOWN
    return f"{params.get('stage') or UNKNOWN}: {said}"


def _step(params: Mapping[str, Any]) -> str:
    return str(_STEPS.get(str(params.get("stage")), "%(title)s")) % {"title": params.get("title") or UNKNOWN}


def _refusal(params: Mapping[str, Any]) -> str:
    if "refused" in params:
        return refusal_words(Refusal.from_json(params["refused"]))
    # Before a refusal had a code, its sentence was kept, and some of them as a part of another sentence.
    said = str(params.get("said") or UNKNOWN).rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def _denied(params: Mapping[str, Any]) -> str:
    return denial_words(params["denial"]) if "denial" in params else str(params.get("said") or UNKNOWN)


def _refusals(params: Mapping[str, Any]) -> str:
    return " ".join(_texts(params.get("said")))


def _missed(params: Mapping[str, Any]) -> str:
    lacking = params.get("lacking")
    parts = [
        _("%(fact)s is %(value)s, wanted %(wanted)s")
        % {"fact": one.get("fact"), "value": one.get("value"), "wanted": _(" or ").join(_texts(one.get("wanted")))}
        for one in (lacking if isinstance(lacking, list) else ())
        if isinstance(one, dict)
    ]
    return ", ".join(parts) or _("the readings do not agree")


def _where(params: Mapping[str, Any]) -> str:
    where = str(params.get("item") or _("the computer"))
    return f"{where}: {params['said']}" if params.get("said") else where


def _written(params: Mapping[str, Any]) -> str:
    titles = ", ".join(_texts(params.get("titles")))
    return _("Changed before that, and still changed: %s.") % titles if titles else str(NOTHING_CHANGED)


def _length(params: Mapping[str, Any]) -> str:
    seconds = params.get("seconds")
    if not isinstance(seconds, int):
        return UNKNOWN
    return length_words(dt.timedelta(seconds=seconds))


def _when(params: Mapping[str, Any]) -> str:
    try:
        return f"{dt.datetime.fromisoformat(str(params.get('at'))).astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return UNKNOWN


def _question(params: Mapping[str, Any]) -> str:
    return str(STAGES.get(str(params.get("stage")), params.get("stage") or UNKNOWN))


def _outdated(params: Mapping[str, Any]) -> str:
    """Say what is no longer as it was when a plan was made; before there were codes, words for it were kept."""
    if "parts" not in params:
        return ", ".join(_texts(params.get("differences")))
    parts = params["parts"] if isinstance(params["parts"], list | tuple) else []
    known = [one for one in parts if isinstance(one, list | tuple) and len(one) == len(OutdatedPart._fields)]
    return ", ".join(str(_OUTDATED.get(str(kind), UNKNOWN)) % {"name": name} for kind, name in known) or UNKNOWN


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


#: What a sentence calls otherwise than the parameters that it is made of.
_MADE: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "way": _way,
    "step": _step,
    "refusal": _refusal,
    "refusals": _refusals,
    "denied": _denied,
    "missed": _missed,
    "where": _where,
    "written": _written,
    "length": _length,
    "when": _when,
    "question": _question,
    "what": _outdated,
}
