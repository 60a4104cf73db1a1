"""How many cases are open for longer than a day."""

from django.utils.translation import gettext as _

from troubleshoot.reports.figures import Summary
from troubleshoot.reports.tiles import Tile, TileLine

PLACE = 50


def tile(found: Summary) -> Tile:
    """Return the tile of a summary."""
    return Tile(_("Open longer than a day"), found.over_a_day, [TileLine(_("now, whenever opened"))])
