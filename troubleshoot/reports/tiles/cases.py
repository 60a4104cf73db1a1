"""How many cases were opened, and how that compares with the period before."""

from django.utils.translation import gettext as _

from troubleshoot.reports.figures import Summary
from troubleshoot.reports.tiles import Tile, TileLine

PLACE = 10


def tile(found: Summary) -> Tile:
    """Return the tile of a summary."""
    return Tile(_("Cases"), found.cases, [TileLine(_compared(found))])


def _compared(found: Summary) -> str:
    if found.growth is None:
        return _("%(before)d in the %(days)d days before") % {"before": found.before, "days": found.period.days}
    values = {"growth": f"{found.growth:+d}" if found.growth else "0", "days": found.period.days}
    return _("%(growth)s %% against the %(days)d days before") % values
