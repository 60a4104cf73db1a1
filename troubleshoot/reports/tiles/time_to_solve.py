"""How long it took until half of the solved cases were solved."""

from django.utils.translation import gettext as _

from troubleshoot import wording
from troubleshoot.reports.figures import Summary
from troubleshoot.reports.tiles import Tile, TileLine

PLACE = 30


def tile(found: Summary) -> Tile:
    """Return the tile of a summary."""
    times = {_("half solved within"): found.half, _("nine of ten within"): found.most}
    return Tile(_("Half solved within"), found.times, _lines(found), times)


def _lines(found: Summary) -> list[TileLine]:
    if found.most is None:
        lines = [TileLine(_("too few to say"))]
    else:
        lines = [TileLine(_("nine of ten within %(time)s") % {"time": wording.length_words(found.most)})]
    if found.at_work is not None:
        words = _("in working hours: half within %(time)s") % {"time": wording.length_words(found.at_work)}
        lines.append(TileLine(words))
    return lines
