"""The parameters of an explanation as words. Whatever a document holds, there is a word for it, and nothing raises."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from troubleshoot.catalog import installed_catalog
from troubleshoot.engine import UNKNOWN, Json, OutdatedPart, Refusal
from troubleshoot.wording.denials import denial_words
from troubleshoot.wording.marked_text import compose, content, join_texts, own_words
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
#: Parameters that are in a language of their own: what somebody wrote or a host said, and words of the catalogue.
_SPOKEN: Final[Mapping[str, Callable[[object], str]]] = {
    "text": own_words,
    "reason": own_words,
    "event": content,
    "title": content,
}


class Words(dict[str, str]):
    """Parameters as words. What a sentence wants and a document lacks, or holds in another form, shows as unknown."""

    def __init__(self, params: Mapping[str, Json]) -> None:
        known = ((name, value) for name, value in params.items() if isinstance(value, str | int))
        super().__init__({name: _SPOKEN.get(name, str)(value) for name, value in known})
        self.params = params

    def __missing__(self, name: str) -> str:
        return _MADE[name](self.params) if name in _MADE else UNKNOWN


def _way(params: Mapping[str, Any]) -> str:
    # Before failures had codes, what was said about them was kept.
    said = _refusal(params) if "refused" in params else own_words(params.get("said") or UNKNOWN)
    return join_texts(": ", [content(params.get("stage") or UNKNOWN), said])


def _step(params: Mapping[str, Any]) -> str:
    title = content(params.get("title") or UNKNOWN)
    return compose(_STEPS.get(str(params.get("stage")), "%(title)s"), {"title": title})


def _refusal(params: Mapping[str, Any]) -> str:
    if "refused" in params:
        return refusal_words(Refusal.from_json(params["refused"]))
    # Before a refusal had a code, its sentence was kept, and some of them as a part of another sentence.
    said = str(params.get("said") or UNKNOWN).rstrip(".")
    return own_words(f"{said[:1].upper()}{said[1:]}.")


def _denied(params: Mapping[str, Any]) -> str:
    return denial_words(params["denial"]) if "denial" in params else own_words(params.get("said") or UNKNOWN)


def _refusals(params: Mapping[str, Any]) -> str:
    return join_texts(" ", map(own_words, _texts(params.get("said"))))


def _missed(params: Mapping[str, Any]) -> str:
    lacking = params.get("lacking")
    parts = [
        compose(_("“%(fact)s”: “%(value)s”, and it should be “%(wanted)s”"), _lacking(one))
        for one in (lacking if isinstance(lacking, list) else ())
        if isinstance(one, dict)
    ]
    return join_texts("; ", parts) if parts else _("the readings do not agree")


def _kept(params: Mapping[str, Any]) -> str:
    """Say what was promised and is so; before it was kept, that alone."""
    kept = params.get("kept")
    parts = [
        compose(_("“%(fact)s”: “%(value)s”"), _lacking(one))
        for one in (kept if isinstance(kept, list) else ())
        if isinstance(one, dict)
    ]
    return join_texts("; ", parts) if parts else _("it is as planned")


def _lacking(one: Mapping[str, Any]) -> dict[str, str]:
    name = str(one.get("fact"))
    said = [_valued(name, value) for value in (one.get("value"), *_texts(one.get("wanted")))]
    known = installed_catalog().words.get(name)
    fact = content(known.words) if known else _("something that is not measured any more")
    return {"fact": fact, "value": said[0], "wanted": join_texts(_("” or “"), dict.fromkeys(said[1:]))}


def _valued(fact: str, value: object) -> str:
    """Return a value of a fact as people read it: never as it is called."""
    known = installed_catalog().words.get(fact)
    words = known.values.get(str(value)) if known else None
    return content(words) if words else _("could not be read") if value == UNKNOWN else _("not known")


def _where(params: Mapping[str, Any]) -> str:
    where = content(params["item"]) if params.get("item") else _("the computer")
    return join_texts(": ", [where, own_words(params["said"])]) if params.get("said") else where


def _written(params: Mapping[str, Any]) -> str:
    titles = join_texts(", ", map(content, _texts(params.get("titles"))))
    return compose(_("Changed before that, and still changed: %s."), titles) if titles else str(NOTHING_CHANGED)


def _titles(params: Mapping[str, Any]) -> str:
    return join_texts(", ", map(content, _texts(params.get("titles")))) or str(UNKNOWN)


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
    known = STAGES.get(str(params.get("stage")))
    return str(known) if known else content(params.get("stage") or UNKNOWN)


def _outdated(params: Mapping[str, Any]) -> str:
    """Say what is no longer as it was when a plan was made; before there were codes, words for it were kept."""
    if "parts" not in params:
        return join_texts(", ", map(own_words, _texts(params.get("differences"))))
    parts = params["parts"] if isinstance(params["parts"], list | tuple) else []
    known = [one for one in parts if isinstance(one, list | tuple) and len(one) == len(OutdatedPart._fields)]
    said = [compose(_OUTDATED.get(str(kind), UNKNOWN), {"name": content(name)}) for kind, name in known]
    return join_texts(", ", said) if said else UNKNOWN


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
    "kept": _kept,
    "where": _where,
    "written": _written,
    "titles": _titles,
    "length": _length,
    "when": _when,
    "question": _question,
    "what": _outdated,
}
