"""The list of checks: five questions about a computer, each with what the readings answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troubleshoot.models import JobState
from troubleshoot.wording.times import length_words, parsed_moment

Facts = Mapping[str, str]


@dataclass(frozen=True)
class CheckLine:
    """One line of a list of checks: `look` is ok, bad, skip, now or waiting; `seconds` is empty when not measured."""

    question: str
    answer: str
    look: str
    seconds: str = ""

    @property
    def over(self) -> bool:
        """Tell whether this line has its result."""
        return self.look not in {"now", "waiting"}


def check_lines(
    *,
    network: Mapping[str, Any] | None,
    facts: Facts | None,
    certificate: Mapping[str, Any],
    state: str,
    inside: float,
    shown: Sequence[str] = (),
) -> list[CheckLine]:
    """Return the five lines of a diagnosis, as far as they are known.

    `network` is the probe's report, `facts` what the finished observation says (None while it goes on), `certificate`
    the state of the certificate that Windows told, `state` the job's, `inside` the seconds that the visit took, `shown`
    the titles of the causes that readings from inside show.
    """
    asked = _asked()
    within = _("What does Windows say inside?")
    if network is None and facts is None:
        first = "waiting" if state == JobState.QUEUED else "now"
        rest = [CheckLine(question, _("Waiting"), "waiting") for question in [*asked[1:], within]]
        return [CheckLine(asked[0], _("Waiting for its turn") if first == "waiting" else _("Looking"), first), *rest]
    outside = network or {"stages": [], "facts": {}}
    seen = _outside(asked, {**outside, "facts": {**outside["facts"], **(facts or {})}})
    if facts is None:
        return [*seen, CheckLine(within, _("Asking Windows"), "now")]
    answer, look = _inside(facts, certificate, shown)
    return [*seen, CheckLine(within, answer, look, _took(inside * 1000) if look != "skip" and inside else "")]


def inside_line(
    *, questions: Sequence[str], told: Sequence[CheckLine], facts: Facts | None, state: str, inside: float
) -> list[CheckLine]:
    """Return the lines of a diagnosis that asks Windows alone: whether we may, and then what content asks.

    `told` are the `questions` with what the finished observation says; the rest is as with `checks`.
    """
    first = _("Can we look inside?")
    if facts is None:
        waits = state == JobState.QUEUED
        words = _("Waiting for its turn") if waits else _("Asking Windows")
        rest = [CheckLine(question, _("Waiting"), "waiting") for question in questions]
        return [CheckLine(first, words, "waiting" if waits else "now"), *rest]
    answer, look = _inside(facts, {})
    if look == "skip":
        return [
            CheckLine(first, answer, look),
            *(CheckLine(question, _("Not tried"), "skip") for question in questions),
        ]
    return [CheckLine(first, _("Yes"), "ok", _took(inside * 1000) if inside else ""), *told]


def outside_lines(network: Mapping[str, Any]) -> list[CheckLine]:
    """Return the four lines of a probe's report from outside alone."""
    return _outside(_asked(), network)


def _asked() -> list[str]:
    return [
        _("Does its name exist?"),
        _("Does it answer?"),
        _("Does it speak Remote Desktop?"),
        _("Can a secure connection start?"),
    ]


def _outside(asked: list[str], network: Mapping[str, Any]) -> list[CheckLine]:
    stages = {stage["name"]: stage for stage in network["stages"]}
    facts: Facts = network["facts"]
    judged = [
        _name(stages),
        _answers(stages, facts),
        _speaks(stages, facts),
        _secure(stages, facts),
    ]
    found = []
    for question, name, (answer, look) in zip(asked, ("name", "tcp", "x224", "tls"), judged, strict=True):
        stage = stages.get(name)
        found.append(CheckLine(question, answer, look, _took(stage["ms"]) if stage else ""))
    return found


def _name(stages: Mapping[str, Any]) -> tuple[str, str]:
    stage = stages.get("name")
    if stage is None:
        return _("Not tried"), "skip"
    return (_("Yes"), "ok") if stage["ok"] else (_("No. Nothing in the company network answers to this name"), "bad")


def _answers(stages: Mapping[str, Any], facts: Facts) -> tuple[str, str]:
    stage = stages.get("tcp")
    if stage is None:
        return _("Not tried: it has no address"), "skip"
    if stage["ok"]:
        return _("Yes, in %s") % _took(stage["ms"]), "ok"
    if facts.get("rdp.stage") == "refused":
        return _("It is on, but nothing listens for Remote Desktop"), "bad"
    if facts.get("rdp.stage") == "closed_before_confirm":
        return _("Something accepts the connection and closes it at once"), "bad"
    if facts.get("windows.reached", "no") not in {"no", "unknown", "another_computer"}:
        return _("No. The computer is on, and its Remote Desktop gives no answer"), "bad"
    return _("No. It may be off, asleep, or blocked"), "bad"


def _speaks(stages: Mapping[str, Any], facts: Facts) -> tuple[str, str]:
    if "x224" not in stages:
        return _("Not tried: it did not answer"), "skip"
    stage, refusal = facts.get("rdp.stage"), facts.get("rdp.negotiation_failure", "")
    words = {
        "closed_before_confirm": _("No. Something closes the connection before the first reply"),
        "not_rdp": _("No. Something else answers there"),
    }
    if stage in words:
        return words[stage], "bad"
    if stage == "negotiation_refused":
        refusals = {
            "2": _("It answers, and offers only an old, unprotected connection"),
            "3": _("It answers, and says it has no usable certificate"),
            **dict.fromkeys(("1", "5", "6"), _("It answers, and wants a stronger sign-in than it was offered")),
        }
        return refusals.get(refusal, _("It answers, and refuses without a reason that we know")), "bad"
    return _("Yes"), "ok"


def _secure(stages: Mapping[str, Any], facts: Facts) -> tuple[str, str]:
    stage = facts.get("rdp.stage")
    if "tls" not in stages:
        if stage == "ok":
            return _("No. It speaks only the old, unprotected way"), "bad"
        refused = stage == "negotiation_refused"
        return (_("Not tried: it refused before") if refused else _("Not tried")), "skip"
    if stage == "tls_failed":
        return _("No. It breaks off while the encryption is agreed"), "bad"
    if facts.get("rdp.tls_versions") == "old_only":
        return _("Only in an old way (TLS 1.0 or 1.1), which programs of today refuse"), "bad"
    certificate = {
        "expired": _("Yes, but its certificate is out of date"),
        "not_yet_valid": _("Yes, but its certificate is dated in the future"),
        "mismatch": _("Yes, but its certificate carries another name"),
    }.get(facts.get("rdp.certificate", ""))
    return (certificate, "bad") if certificate else (_("Yes"), "ok")


def _inside(facts: Facts, certificate: Mapping[str, Any], shown: Sequence[str] = ()) -> tuple[str, str]:
    reasons = {
        "denied": _("Windows refused the account that looks inside"),
        "another_computer": _("another computer answers under its name"),
        "no": _("it gives no answer to remote management"),
        "constrained_language": _("it allows only restricted scripts"),
        "blocked": _("security software stopped our reading"),
    }
    reached = facts.get("windows.reached", "unknown")
    if reached != "yes":
        reason = reasons.get(reached, _("it is not set up"))
        return _("We may not look inside this computer: %s") % reason, "skip"
    # What has a word of its own is told by it; else the cause that was judged: the line never knows less than the page.
    found = [words for (name, value), words in _problems(certificate).items() if facts.get(name) == value] or shown
    return (". ".join(found), "bad") if found else (_("No problem seen"), "ok")


def _problems(certificate: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        ("windows.termservice", "stopped"): _("The Remote Desktop service is stopped"),
        ("windows.termservice", "stopping"): _("The Remote Desktop service was told to stop, and has not stopped"),
        ("windows.termservice", "starting"): _("The Remote Desktop service was told to start, and is not up"),
        ("windows.termservice", "disabled"): _("The Remote Desktop service is switched off"),
        ("windows.termservice", "missing"): _("There is no Remote Desktop service"),
        ("windows.certificate", "expired"): expired_words(certificate),
        ("windows.certificate", "missing"): _("There is no certificate"),
        ("windows.certificate", "no_key"): _("The certificate has no private key"),
        ("windows.sessionenv", "stopped"): _("The Windows service that replaces the certificate is stopped"),
        ("windows.sessionenv", "disabled"): _("The Windows service that replaces the certificate is switched off"),
        ("windows.security_layer", "rdp"): _("Only the old, unprotected connection is allowed"),
        ("windows.domain_trust", "unreachable"): _("It finds no domain controller"),
        ("windows.domain_trust", "broken"): _("It has lost the trust of its domain"),
        ("windows.clock", "ahead"): _("Its clock runs ahead of ours"),
        ("windows.clock", "behind"): _("Its clock is behind ours"),
    }


def expired_words(certificate: Mapping[str, Any], now: dt.datetime | None = None) -> str:
    """Return how long ago a certificate expired, as far as its state says so."""
    end = parsed_moment(certificate.get("not_after"))
    days = ((now or dt.datetime.now(dt.UTC)) - end).days if end else 0
    if days < 1:
        return _("Certificate expired")
    return ngettext("Certificate expired %(days)d day ago", "Certificate expired %(days)d days ago", days) % {
        "days": days
    }


def _took(milliseconds: float) -> str:
    return length_words(dt.timedelta(milliseconds=milliseconds), precise=True)
