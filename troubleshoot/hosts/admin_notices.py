"""Tells the other administrators of a site what one of them has done with an account: four eyes, if only afterwards."""

from troubleshoot.audit import Actor
from troubleshoot.models import Notice, Site
from troubleshoot.notifications import outbox as notices


def tell_administrators(actor: Actor, site: Site, text: str) -> None:
    """One notice to every administrator of the site but the one who acted."""
    others = [one for one in notices.holders("administrator", site) if one != actor]
    notices.tell(others, Notice.Kind.MESSAGE, text)
