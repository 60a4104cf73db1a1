"""Where a fix and a case stand: the steps of a running change, the bad ends, the states in a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from troubleshoot.engine import Code, Explanation
from troubleshoot.models import JobState
from troubleshoot.wording.checks import CheckLine
from troubleshoot.wording.job_ends import EndWords
from troubleshoot.wording.marked_text import compose, join_texts


def bad_end_words(
    state: str, host: str, *, again: bool = True, denied: bool = False, partly: bool = False, asked: bool = False
) -> EndWords | None:
    """Return the words for a fix that ended badly though people let it run; None for any other state.

    `again`: the person may try it again; `denied`: the computer answered, and did not accept the account of the portal;
    `partly`: something of what was undone cannot be put back; `asked`: the portal asks the computer what became of it.
    """
    if denied and state == JobState.UNREACHABLE:
        return EndWords(
            _("%s did not accept our account") % host,
            _("It answered, and did not let us in, so nothing was changed. It is not your password."),
            _("Helpdesk has to look at the account that is stored for it. You need not do anything."),
        )
    nothing = _("Nothing was changed.")
    helpdesk = _("Helpdesk decides what comes next. You need not do anything.")
    ends = {
        JobState.DRIFTED: EndWords(
            _("Someone else changed %s meanwhile") % host,
            _("Nothing was changed by us. It is no longer as it was when you were shown the plan."),
            helpdesk,
        ),
        JobState.REFUSED: EndWords(
            _("The fix does not fit %s") % host, nothing, _("Helpdesk has it, with the reason.")
        ),
        JobState.UNREACHABLE: EndWords(
            _("%s stopped answering before we began") % host,
            nothing,
            _("Try again in a moment, or leave it to helpdesk: they have your case.")
            if again
            else _("It did not answer twice, so helpdesk takes over. You need not do anything."),
        ),
        JobState.FAILED: EndWords(
            _("%s refused one step") % host,
            "",
            _("Helpdesk has it, marked urgent, and sees what was changed and what was not. You need not do anything."),
        ),
        JobState.UNKNOWN: EndWords(
            _("We lost contact while changing %s") % host,
            _("We do not know whether it was done, and we do not repeat it."),
            _("We ask %s ourselves what became of it. You need not do anything.") % host
            if asked
            else _("Helpdesk looks at %s and decides what comes next. You need not do anything.") % host,
        ),
        JobState.NOT_VERIFIED: EndWords(
            _("Done, but it still does not answer properly"),
            _("The change was made, and the check afterwards is not satisfied."),
            helpdesk,
        ),
        JobState.REVERTED: EndWords(
            _("It was put back, but not all of it") if partly else _("It was put back as it was"),
            _("The change made it worse, did not help or was not wanted, so it was undone."),
            helpdesk,
        ),
    }
    return ends.get(JobState(state))


def not_helped_words(host: str, *, by: str = "", goes_on: bool = True) -> EndWords:
    """Return the words for something that was done by hand, and that our own check did not find to have helped: by
    whom of helpdesk (empty: by the person), and whether the person goes on here."""
    looked = _("We looked at %s ourselves, twice, and it is still not as it should be.") % host
    said = compose(_("%(who)s of helpdesk said that it is done."), {"who": by}) if by else ""
    comes = _("What comes next is on this page; helpdesk sees all of it.") if goes_on else _("Helpdesk has your case.")
    return EndWords(
        _("Done, but it has not helped yet"),
        join_texts(" ", filter(None, [said, looked])),
        comes if by else join_texts(" ", [comes, _("You can take back what you changed.")]),
    )


def remedy_doubt_words(certainty: str) -> str:
    """Say how sure it is that a remedy helps; empty where its makers document it."""
    return {
        "field_report": _("People report that this helps; the makers of Windows do not say so."),
        "unconfirmed": _("This is general experience; nobody has confirmed it for this error."),
    }.get(certainty, "")


def running_steps(state: str, writes: Mapping[int, str], story: Iterable[Explanation]) -> list[CheckLine]:
    """Return the lines of a running change: what the plan will do, and how far its story has come.

    `writes` are the titles of what is written, by their place in the plan.
    """
    order = [JobState.QUEUED, JobState.CLAIMED, JobState.STARTING, JobState.RUNNING, JobState.VERIFYING]
    at = order.index(JobState(state)) if state in order else len(order)
    told = [one.params.get("item") for one in story if one.code == Code.STEP and one.params.get("stage") == "write"]
    written = [place for place in writes if place in told]
    begun = bool(written) or at > order.index(JobState.RUNNING)
    lines = [_step(_("Reading once more: has nothing changed since?"), done=begun, now=at > 0)]
    lines.append(_step(_("Keeping the present settings"), done=begun, now=False))
    for place, title in writes.items():
        done = at > order.index(JobState.RUNNING) or (place in written and place != written[-1])
        lines.append(_step(title, done=done, now=place in written))
    checked = at == len(order)
    lines.append(_step(_("Checking whether it helped"), done=checked, now=at == order.index(JobState.VERIFYING)))
    return lines


def _step(words: str, *, done: bool, now: bool) -> CheckLine:
    look = "ok" if done else "now" if now else "waiting"
    return CheckLine(words, {"ok": _("Done"), "now": _("Under way"), "waiting": _("Not yet")}[look], look)
