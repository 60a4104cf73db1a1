"""The sentence of each code of engine.statement, in the reader's language: the only place where pages get them from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from troubleshoot.engine import CaseStatus, Reader, Statement, StatementCode, ToldWords
from troubleshoot.wording.marked_text import MarkedText, compose, content, join_texts
from troubleshoot.wording.status import actor_words, told_words
from troubleshoot.wording.times import length_words, marked_moment

Of = StatementCode
SENTENCES: Final[Mapping[Of, str | Promise]] = {
    Of.TEXT: "%(text)s",
    Of.CARES: _("%(who)s of helpdesk takes care of it."),
    Of.DESK_HAS_IT: _("Helpdesk has your case. What you write above reaches them."),
    Of.COUNTS_UNTIL: _("Waiting for a second person's approval. It counts until %(until)s."),
    Of.APPROVED_DESK_STARTS: _("Approved. Helpdesk starts it."),
    Of.NOTHING_LEFT: _("Nothing more is done. If you need help after all, open this case again."),
    Of.ASKED_FOR_DESK: _("%(who)s asked for helpdesk, %(at)s."),
    Of.ASKED_ON_PAGE: _(
        "%(who)s is asked this on their page. On the phone you can answer for them; your name stays beside it."
    ),
    Of.READS_THIS: _("%(who)s reads:"),
    Of.WRITTEN_FOR: _("Written for %(who)s: %(text)s"),
    Of.SEES_STEPS: _("%(who)s sees these steps too and can do them."),
    Of.SAID_AT_START: _("You said this when you opened the case. It is chosen here; change it if it is otherwise now."),
    Of.SAID_SAME_ERROR: _("%(who)s says, %(at)s: same error."),
    Of.LOOKING: _("We look at it from the company network. We only read."),
    Of.LOOK_LATE: _(
        "This takes longer than it should. You need not wait here: your case is saved, and a person can take it over "
        "at any time."
    ),
    Of.READ_ALL: _("All is read."),
    Of.READ_FOUND: _("We found it. You need not answer."),
    Of.READ_ANSWER_MISSING: _("All is read. Only your answer below is missing."),
    Of.READ_ANSWER_HELPS: _("All is read, and helpdesk has your case. Your answer below helps them."),
    Of.NOT_LOOKED_AT: _(
        "We could not look at %(host)s, so questions take the place of the check. Helpdesk sees your answers."
    ),
    Of.NOT_REGISTERED: _("It is not registered, so nothing is read or changed."),
    Of.NOTHING_READ: _("Nothing was read yet, so nothing is judged."),
    Of.JUDGED_BEFORE_UNDO: _("This was judged before the change was put back. Only what was put back was read since."),
    Of.JUDGED_BEFORE_FIX: _("This was judged before the fix. Since then only what proves the fix was measured."),
    Of.ANSWERS_ALL_THE_WAY: _("From here the computer answers all the way to the sign-in."),
    Of.JUDGED_BEFORE_OTHERS: _(
        "This was judged before the portal changed the computer at %(changed)s, apart from this case. Check again to "
        "judge it as it is now."
    ),
    Of.PC_CAN_SHOW: _("Your own PC can show what it meets: a few short questions, and it changes nothing."),
    Of.PC_CANNOT_HELP: _("Nothing on your PC will help here."),
    Of.PC_MAY_HELP: _("This does not replace the fix. It may help if the cause is on your side."),
    Of.IN_ORDER: _("The computer is in order: everything that belongs to that was looked at, from outside and inside."),
    Of.NO_FAULT_SEEN: _("No fault was seen where we looked. That is not everything."),
    Of.IN_FORCE: _("A temporary change of the portal is in force on %(host)s until %(until)s: %(title)s."),
    Of.MAY_BE_IN_FORCE: _(
        "A temporary change of the portal may be in force on %(host)s, at least in part, until %(until)s: %(title)s."
    ),
    Of.NOT_PUT_BACK_IN_TIME: _(
        "A temporary change of the portal was to be put back on %(host)s at %(until)s. That is not done yet: %(title)s."
    ),
    Of.PERHAPS_PUT_BACK: _(
        "A temporary change of the portal was to be put back on %(host)s at %(until)s. Whether it is back is not "
        "known: %(title)s."
    ),
    Of.NOT_AS_USUAL: _(
        "No other fault was seen where we looked. As long as a temporary change is in force, the computer is not as "
        "usual."
    ),
    Of.TEXT_DIFFERS: _("The text of the error gives another reason. What was read on the computer counts."),
    Of.ALSO_FOUND: _("Also found. It does not explain how the connection ends, and has to be repaired all the same:"),
    Of.NO_CAUSE: _("No cause is shown so far"),
    Of.REPAIRED_FIRST: _(
        "More than one thing is broken. Repaired first: %(first)s. After it, unless it is gone by then: %(others)s."
    ),
    Of.LEFT_TO_REPAIR: _("Found at the same time, and to be repaired as well, unless it is gone by now: %(others)s."),
    Of.DISCONNECTS: _("disconnected; their programs stay open"),
    Of.DISCONNECTS_WHOEVER: _("whoever is connected when it runs is disconnected; their programs stay open"),
    Of.NOBODY_CONNECTED: _("nobody is disconnected: what connections go through is stopped, so nobody is connected"),
    Of.SIGNS_OUT: _("whoever this plan names is signed out, and nobody else"),
    Of.KEEPS_SESSIONS: _("nobody is disconnected"),
    Of.KEEPS_WHOEVER: _("it stops nothing that connections go through: whoever is connected stays connected"),
    Of.PUTS_ALL_BACK: _("Can it be undone? Yes, helpdesk can put back every setting."),
    Of.PUTS_PART_BACK: _("Can it be undone? Not all of it. %(why)s"),
    Of.PUTS_NOTHING_BACK: _("Can it be undone? No. %(why)s"),
    Of.NEVER_CARRIED_OUT: _("This plan was never carried out. Nothing of it was changed."),
    Of.READS_FOR_PLAN: _("We read %(host)s once more, to show each setting before and afterwards. Nothing is changed."),
    Of.DESK_STARTS: _("Helpdesk starts this fix. They get your case with everything above."),
    Of.SECOND_FOR_RISK: _(
        "This lowers a protection or touches keys, so helpdesk starts it and a second person has to agree."
    ),
    Of.SECOND_FOR_COMPUTER: _(
        "This computer is marked as critical, so helpdesk starts it and a second person has to agree."
    ),
    Of.BARRED: _(
        "The portal may not do this on %(host)s, so there is no plan to make. Whoever cares for the computer can do it "
        "there: then check again here. Otherwise close the case."
    ),
    Of.BY_HAND_DESK: _(
        "An administrator has to do this by hand. Helpdesk sees each step; you need not do anything yourself."
    ),
    Of.HAND_CHECK: _("You said that it is done. We look twice whether it helped, and change nothing."),
    Of.HAND_CHECK_BY: _(
        "%(who)s of helpdesk said that it is done. We look twice whether it helped, and change nothing."
    ),
    Of.LOOK_AFTER_HAND: _("When you have done it, we look at %(host)s ourselves, to see whether it helped."),
    Of.NO_LOOK_AFTER_HAND: _("We do not know this computer, so we cannot look whether it helped: helpdesk goes on."),
    Of.PORTAL_LOOKS: _(
        "The portal changes nothing here. When it is done, it looks itself whether it helped; your name stays beside "
        "your word."
    ),
    Of.PORTAL_CANNOT_LOOK: _(
        "The portal changes nothing here, and cannot look whether it helped; your name stays beside your word."
    ),
    Of.TAKES_PROTECTION_BACK: _("This takes back what an earlier change has repaired or protected."),
    Of.REACH_UNKNOWN: _("Whether it can be reached from the internet was not checked."),
    Of.UNDONE_AFTER: _("Undone by the portal %(length)s after the change."),
    Of.UNDONE_BY_ITSELF: _("Where the portal cannot, the computer puts it back by itself %(length)s after it began."),
    Of.UNDONE_UNHEARD: _(
        "This could cut the portal off. Unless the portal has come back, the computer puts it back by itself "
        "%(length)s after it began, or when it starts again."
    ),
    Of.UNDO_BRINGS_FAULT: _(
        "Before this change the computer did not pass the check that it passes now: undoing it brings the fault back."
    ),
    Of.NEVER_RAN: _("Before this plan it had not run at your sites."),
    Of.NEVER_RAN_HERE: _("On this computer before this plan: never."),
    Of.NEVER_CHANGED: _("No change was ever made by the portal."),
    Of.HAS_BEGUN: _("It has begun. You may close this page; it goes on, and we write to you."),
    Of.HAS_BEGUN_NO_MAIL: _(
        "It has begun. You may close this page: it goes on, and what comes of it is told under Notices."
    ),
    Of.STOPS_AT: _("After %(length)s we stop waiting for it, and helpdesk takes over."),
    Of.VISIT_ENDS: _("We stop waiting for it at %(ends)s, and helpdesk takes over."),
    Of.CHANGE_RUNS: _("Changing %(host)s"),
    Of.UNDO_RUNS: _("Undoing on %(host)s"),
    Of.CHANGE_GOES_ON: _("You may close this page. Once the first setting is written, it is not stopped any more."),
    Of.UNDO_GOES_ON: _("You may close this page. Once the first setting is put back, it is not stopped any more."),
    Of.STOP_WANTED: _(
        "The computer is told to let it be. If it has begun to write by then, it goes on to its end: nothing is "
        "stopped in mid-write."
    ),
    Of.STOP_TOO_LATE: _("It had already begun to write; it is not stopped in mid-write. How it ends is said here."),
    Of.APPROVED_CAN_START: _("Approved. %(who)s can start it now."),
    Of.APPROVED_WAITS: _("Approved. It waits for its turn and begins by itself."),
    Of.APPROVED_HELD: _("Approved. It has not begun."),
    Of.APPROVED_RUNS: _("Approved. It runs now."),
    Of.OTHERS_SETTLE: _(
        "This change is dangerous or temporary: a colleague of helpdesk has to say how it ended, neither who asked for "
        "it nor whose computer it is."
    ),
    Of.ASKS_COMPUTER: _("The portal asks the computer by itself. No answer has come yet."),
    Of.ASKED_COMPUTER: _(
        "The portal asked the computer last at %(asked)s and does not know it yet. It asks again by itself at %(asks)s."
    ),
    Of.LAST_HEARD: _("Last heard from it, at %(at)s: %(said)s"),
    Of.UNDO_UNKNOWN: _(
        "Nobody knows yet whether it was put back, and that is never repeated by itself. Read the computer again and "
        "compare with the plan below. Until this is settled, nothing else is changed on this computer."
    ),
    Of.END_UNKNOWN: _(
        "Nobody knows yet whether the change was made, and it is never repeated by itself. Read the computer again and "
        "compare with the plan below. Until this is settled, nothing else is changed on this computer."
    ),
    Of.PROVED_OUTSIDE: _("Checked from outside at %(at)s: it answers properly, on two fresh connections."),
    Of.PROVED_INSIDE: _("Read again at %(at)s, twice: %(kept)s."),
    Of.ONLY_TOLD: _(
        "Read again at %(at)s: %(kept)s. It was not read otherwise before, so that shows nothing of what was done."
    ),
    Of.CERTIFICATE_UNTIL: _("Its certificate is valid until %(until)s."),
    Of.ASKS_TO_TRUST: _(
        "Windows may ask once whether you trust this computer, if its certificate is new. Its thumbprint begins "
        "%(print)s; if you see another one, choose No and tell us."
    ),
    Of.UNCONFIRMED_OUTSIDE: _(
        "The check from outside was good, and nobody said whether it works for you, so we closed it."
    ),
    Of.UNCONFIRMED_TOLD: _("It was done by hand, and nobody said whether it works for you, so we closed it."),
    Of.UNCONFIRMED_INSIDE: _(
        "Read again, it was as planned, and nobody said whether it works for you, so we closed it."
    ),
    Of.SENT_ON: _(
        "Helpdesk handed your case to %(to)s; you need not do anything. If you hear nothing, open this case again and "
        "write to helpdesk."
    ),
    Of.WAITS_ON: _("%(what)s on %(host)s"),
    Of.CHECKING: _("Checking %(host)s"),
    Of.FIXING: _("Fixing %(host)s"),
    Of.FIX_WAITS: _("The fix for %(host)s waits for its turn"),
    Of.FIX_HELD: _("The fix for %(host)s has not begun"),
    Of.AS_PLANNED: _("%(host)s: repaired as planned"),
    Of.ANSWERS: _("%(host)s answers properly"),
    Of.FOR_A_TIME: _("%(host)s: changed as planned, until %(until)s"),
    Of.FURTHER_IN_THE_WAY: _("Repaired on %(host)s, and something else is in the way"),
    Of.ANSWERS_AGAIN: _("%(host)s answers properly again"),
    Of.DONE_BY_HAND: _("Done by hand. Whether it helped, only trying it shows"),
    Of.CLOSED_BY_YOU: _("You closed this case"),
    Of.CLOSED_BY: _("%(who)s closed this case"),
    Of.SAME_ERROR_AFTER_PROOF: _("Repaired and proved; the person says: same error"),
    Of.LOOKS_NOW: _("%(who)s is looking at this case now"),
    Of.OPEN_AT: _("also open at %(who)s"),
    Of.OPEN_TOO: _("Case %(number)s of %(who)s about this computer is open too. Its cause: %(cause)s"),
}


def statement_words(said: Statement, reader: Reader | None = None) -> str:
    """Return a statement as its sentence, for this reader."""
    if said.code in _MADE:
        return _MADE[said.code](said.values, reader)
    values = {"at": said.at, **said.values}
    return compose(SENTENCES[said.code], {name: _value_words(value) for name, value in values.items()})


def _value_words(value: object) -> str:
    if isinstance(value, dt.datetime):
        return marked_moment(value)
    if isinstance(value, dt.timedelta):
        return length_words(value)
    if isinstance(value, tuple):
        return join_texts(" ", map(content, value))
    return value if isinstance(value, MarkedText) else str(value)


Values = Mapping[str, object]


def _actor(values: Values, reader: Reader | None) -> str:
    told, person = values["told"], str(values["person"])
    return actor_words(told, reader or Reader.HELPDESK, person=person) if isinstance(told, ToldWords) else ""


def _stands(values: Values, reader: Reader | None) -> str:
    status = values["status"]
    return join_texts(" ", told_words(status, reader or Reader.HELPDESK)) if isinstance(status, CaseStatus) else ""


def _queue(values: Values, _reader: Reader | None) -> str:
    number = int(str(values["number"]))
    if not number:
        return str(_("No case is before yours."))
    return ngettext("%(number)d case is before yours.", "%(number)d cases are before yours.", number) % {
        "number": number
    }


def _ran_here(values: Values, _reader: Reader | None) -> str:
    number = int(str(values["number"]))
    words = ngettext("On this computer once.", "On this computer %(number)d times.", number)
    return words % {"number": number}


#: Sentences that depend on the reader, or on a number.
_MADE: Final[Mapping[Of, Callable[[Values, Reader | None], str]]] = {
    Of.ACTOR: _actor,
    Of.STANDS: _stands,
    Of.QUEUE: _queue,
    Of.RAN_HERE: _ran_here,
}
