"""How many fixes were still good after a week, and how many computers came back."""

from django.utils.translation import gettext as _

from troubleshoot.reports.figures import Summary
from troubleshoot.reports.tiles import Tile, TileLine

PLACE = 40


def tile(found: Summary) -> Tile:
    """Return the tile of a summary."""
    lines = [TileLine(_("%(number)d came back") % {"number": found.came_back.value}, found.came_back)]
    if found.too_young.value:
        lines.append(TileLine(_("%(number)d too recent") % {"number": found.too_young.value}, found.too_young))
    return Tile(_("Fixes that held 7 days"), found.held, lines)
