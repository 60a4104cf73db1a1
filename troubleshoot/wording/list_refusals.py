"""Sentences about a list of computers that is not imported: what is wrong with the file, a column, a row or a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from troubleshoot.engine import RefusalCode

LIST_REFUSALS: Final[Mapping[RefusalCode, str | Promise]] = {
    RefusalCode.LIST_UNFIT: _("Nothing was imported."),
    RefusalCode.REGISTERED_MEANWHILE: _(
        "Somebody else registered one of these computers at the same moment. Import the list again."
    ),
    RefusalCode.LIST_TOO_LARGE: _("The file is larger than %(most)s MiB."),
    RefusalCode.LIST_EMPTY: _("The file is empty."),
    RefusalCode.LIST_OF_ANOTHER_KIND: _("This is not CSV but %(kind)s. Save it as “CSV UTF-8”."),
    RefusalCode.LIST_IS_MARKUP: _("This is not CSV but a web page or XML."),
    RefusalCode.LIST_IN_UTF_16: _("The file is UTF-16 or UTF-32. Save it as “CSV UTF-8”."),
    RefusalCode.LIST_TOO_LONG: _("The file has more than %(most)s rows."),
    RefusalCode.ROW_NOT_UTF_8: _("This row is not UTF-8. Save the file as “CSV UTF-8”."),
    RefusalCode.ROW_SPOILT: _("The quotes in this row do not match, or the row is too long."),
    RefusalCode.ROW_OF_ANOTHER_LENGTH: _("This row has %(here)s cells, the first row %(there)s."),
    RefusalCode.SEPARATOR_UNFIT: _("The columns are separated by %(mark)s. Separate them by commas."),
    RefusalCode.COLUMN_TWICE: _("This column is there twice."),
    RefusalCode.COLUMN_MISSING: _("This column is missing."),
    RefusalCode.COLUMN_MODE: _(
        "A list cannot say this: every computer starts as diagnose only. Allow changes one by one."
    ),
    RefusalCode.COLUMN_FORBIDDEN: _("A list cannot say this."),
    RefusalCode.COLUMN_MISSPELT: _("There is no such column. Did you mean %(near)s?"),
    RefusalCode.COLUMN_UNKNOWN: _("There is no such column. Known are: %(choices)s."),
    RefusalCode.CELL_EMPTY: _("This cell is empty."),
    RefusalCode.CELL_TOO_LONG: _("This cell is longer than %(most)s characters."),
    RefusalCode.CELL_INVISIBLE: _("This cell holds an invisible character, U+%(letter)s."),
    RefusalCode.CELL_WITH_SPACE: _("This cell begins or ends with a space."),
    RefusalCode.ROW_REPEATED: _("This computer stands in row %(row)s already."),
    RefusalCode.HOST_ELSEWHERE: _("A computer of this name is registered at another site."),
    RefusalCode.HOST_SIMULATED: _("This is a simulated host. Lists are for real computers."),
    RefusalCode.SITE_UNKNOWN: _("There is no such site."),
    RefusalCode.SITE_MISSPELT: _("There is no such site. Did you mean %(near)s?"),
    RefusalCode.PERSON_UNKNOWN: _("Nobody has an active account with the address %(email)s."),
    RefusalCode.YES_OR_NO: _("Write yes or no."),
    RefusalCode.TOO_MANY_ASSIGNED: _("Assign at most %(most)s people."),
    RefusalCode.PORT_UNREADABLE: _("Write a port from 1 to 65535 in plain digits."),
    RefusalCode.CHOICE_UNKNOWN: _("Write one of: %(choices)s."),
    RefusalCode.ACCOUNT_UNKNOWN: _("There is no account of this name at this site."),
    RefusalCode.ACCOUNT_TO_NAME: _("The account would be used at another place. Name it again, or none."),
}
