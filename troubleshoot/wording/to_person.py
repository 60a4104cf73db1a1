"""How a change ended, in a sentence for the person whose computer it is: no address, no name of a fact, no command.

What is technical of it stands on helpdesk's page.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troubleshoot.engine import Code, Explanation
from troubleshoot.wording.explanations import explained

_SILENT = _("It did not answer, so this was not begun. Helpdesk has your case.")
_NOT_DONE = _("This was not done. Helpdesk has the reason.")
_LOST = _("We lost contact, so we do not know how this ended, and do not repeat it. We ask the computer.")
_NO_HELP = _("Done, but it still does not answer properly. Helpdesk has your case.")
_NOT_YET = _("It was done, and we looked again, twice: it has not helped yet.")
_UNCHECKED = _("Done on the computer, but it could not be checked. Helpdesk has your case.")
#: What is said in place of the explanation itself.
_SENTENCES: Mapping[Code, str | Promise] = {
    Code.UNREACHABLE: _SILENT,
    **dict.fromkeys((Code.CONTACT_LOST, Code.WORKER_LOST, Code.DUPLICATE), _LOST),
    **dict.fromkeys((Code.NOT_VERIFIED_OUTSIDE, Code.NOT_VERIFIED_INSIDE), _NO_HELP),
    Code.HAND_NOT_VERIFIED: _NOT_YET,
    **dict.fromkeys((Code.UNCHECKED, Code.UNCHECKED_NO_WORKER), _UNCHECKED),
    **dict.fromkeys((Code.VISIT_REFUSED, Code.SCRIPT_REFUSED, Code.GUARDED, Code.NO_SECRET, Code.REFUSED), _NOT_DONE),
    **dict.fromkeys((Code.PLAN_UNREADABLE, Code.PLAN_OUTDATED, Code.DEFECT, Code.WAY_ENDED), _NOT_DONE),
    Code.SETTLED_DONE: _("We had lost contact. Helpdesk has looked since: the change was made."),
    Code.SETTLED_NOT_DONE: _("We had lost contact. Helpdesk has looked since: it was not made, or only in part."),
    Code.SETTLED_PUT_BACK: _("We had lost contact. Helpdesk has looked since: it is as it was before."),
    Code.NEVER_BEGAN: _(
        "We had lost contact. The computer has said since that this never began. Helpdesk has your case."
    ),
    **dict.fromkeys(
        (Code.CUT_HALF_WAY, Code.CUT_NO_TRACE, Code.CUT_AS_BEFORE),
        _("We had lost contact. The change was cut on the computer. Helpdesk sees what was changed and what was not."),
    ),
    **dict.fromkeys(
        (Code.STOP_PENDING, Code.START_PENDING),
        _("A service of the computer hangs: it did not come to the end of its restart. Helpdesk has your case."),
    ),
    Code.NOT_ARMED: _NOT_DONE,
    **dict.fromkeys(
        (Code.UNDONE_BY_COMPUTER, Code.UNDONE_BY_COMPUTER_PARTLY),
        _("The computer has taken this change back by itself. Helpdesk has your case."),
    ),
    Code.STEP_REFUSED: _("The computer refused one step. Helpdesk sees what was changed and what was not."),
}


def explained_to_person(found: Explanation) -> str:
    """Return an explanation as whoever is helped reads it."""
    plain = _SENTENCES.get(found.code)
    return str(plain) if plain else explained(found)
