"""Tells the other administrators of a site what one of them has done with an account: four eyes, if only afterwards."""

from troubleshoot import notifications, people
from troubleshoot.audit import Actor
from troubleshoot.models import Notice, Site


def notify_administrators(actor: Actor, site: Site, text: str) -> None:
    """One notice to every administrator of the site but the one who acted."""
    others = [one for one in people.permission_holders("credential.change", site) if one != actor]
    notifications.notify(others, Notice.Kind.MESSAGE, text)
