"""How many of the cases were solved."""

from django.utils.translation import gettext as _

from troubleshoot.reports.figures import Summary
from troubleshoot.reports.tiles import Tile, TileLine

PLACE = 20


def tile(found: Summary) -> Tile:
    """Return the tile of a summary."""
    whole = {"share": found.solved_share, "whole": found.cases.value}
    few = found.solved_share is None
    return Tile(
        _("Solved"),
        found.solved,
        [TileLine(_("of %(whole)d") % whole if few else _("%(share)d %% of %(whole)d") % whole)],
    )
