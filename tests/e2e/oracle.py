"""What a simulated computer's own state means to a person who wants to connect: by hand, not from the guide's code.

Read as Windows works: first whether anything answers, then the listener's protection, then its certificate and key,
then the sign-in; and whether an administrator's script may look inside.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tests.e2e.fleet import LIFT, RENEW, REQUIRE, RESTART, registry

State = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """The heading that a person must see ({0}: the computer's name), and the remedy that must be offered."""

    heading: str
    remedy: str = ""


HEALTHY = Finding("{0} answers properly from here")
NOT_INSIDE = Finding("{0} answers properly from outside, but we cannot look inside")
CLOSED = Finding("Something between us and {0} closes the connection")
STOPPED = Finding("{0} is on, but Remote Desktop is not running", RESTART)
OLD = Finding("{0} only offers an old, unprotected connection", REQUIRE)
NO_CERTIFICATE = Finding("{0} cannot use its own certificate", RENEW)
OUT_OF_DATE = Finding("{0} works, but its certificate is out of date", RENEW)
NO_KEY = Finding("{0} has a certificate, but cannot use its key")
NO_TRUST = Finding("{0} has lost the trust of its domain", LIFT)
SILENT = Finding("{0} does not answer at all")
REFUSED = Finding("Windows refused the account that looks inside")
RESTRICTED = Finding("{0} allows only restricted scripts")


def finding(state: State) -> Finding:
    """What is wrong, of which the first thing in the way of a connection is to be found."""
    outside = _from_outside(state)
    barrier = _barrier(state)
    if barrier is None or outside in {CLOSED, SILENT}:
        return outside
    return NOT_INSIDE if outside in {HEALTHY, NO_TRUST} else barrier


def _from_outside(state: State) -> Finding:
    if state["network"]["rdp"] == "silent":
        return SILENT
    if not _runs(state, "TermService"):
        return STOPPED
    if state["network"]["rdp"] == "closed_before_confirm":
        return CLOSED
    if registry(state, "SecurityLayer") == 0:
        return OLD
    return _of_the_certificate(state) or (NO_TRUST if _nla_cannot_succeed(state) else HEALTHY)


def _of_the_certificate(state: State) -> Finding | None:
    usable = any(_valid(one) for one in state["certificates"]["Remote Desktop"])
    readable = state["key_store"]["rdp_key"] == "readable"
    if usable:
        return None if readable else NO_KEY
    # Windows goes on to show an expired certificate while the service that should have renewed it runs.
    return OUT_OF_DATE if _runs(state, "SessionEnv") and readable else NO_CERTIFICATE


def _barrier(state: State) -> Finding | None:
    """What keeps a script from looking inside."""
    if state["winrm"]["credentials"] == "refused":
        return REFUSED
    return None if state["powershell"]["language_mode"] == "FullLanguage" else RESTRICTED


def _nla_cannot_succeed(state: State) -> bool:
    domain = state["domain"]
    return registry(state, "UserAuthentication") == 1 and domain["joined"] and not domain["secure_channel"]


def _runs(state: State, service: str) -> bool:
    return bool(state["services"][service]["state"] == "Running")


def _valid(one: dict[str, Any]) -> bool:
    begin, end = (dt.datetime.fromisoformat(one[name]) for name in ("not_before", "not_after"))
    return bool(one["has_private_key"]) and begin <= dt.datetime.now(dt.UTC) < end
