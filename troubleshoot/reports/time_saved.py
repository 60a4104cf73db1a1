"""Time saved: what cases took before Mendpoint, as an administrator has entered it, against what they take now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from troubleshoot.models import Site
from troubleshoot.reports.figures import Saved, Seen, usual_length
from troubleshoot.reports.filters import NO_CAUSE

#: The value that counts for every cause of a site that has none of its own.
ANY_CAUSE = "any"


def time_saved(seen: Iterable[Seen], sites: Iterable[Site]) -> Saved | None:
    """Return the time saved by the solved cases of a period; None while no value has been entered for any of the sites.

    For each site and cause: (minutes before, minus the median now) times solved cases. Fewer than five cases of one
    kind are left out: their median would be chance.
    """
    before = {site.pk: site.minutes_before for site in sites if site.minutes_before}
    if not before:
        return None
    took: dict[tuple[UUID, str], list[dt.timedelta]] = defaultdict(list)
    for one in seen:
        if one.took is not None and one.site and one.site in before:
            took[one.site, one.cause or NO_CAUSE].append(one.took)
    total, counted, left_out = dt.timedelta(), 0, 0
    for (site, cause), times in took.items():
        minutes = before[site].get(cause, before[site].get(ANY_CAUSE))
        now = usual_length(times)
        if minutes is None or now is None:
            left_out += len(times)
            continue
        total += (dt.timedelta(minutes=minutes) - now) * len(times)
        counted += len(times)
    return Saved(total, counted, left_out)
