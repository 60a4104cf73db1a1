"""Tells the other administrators of a site what one of them has done with an account: four eyes, if only afterwards."""

from collections.abc import Mapping

from troubleshoot import notifications, people
from troubleshoot.audit import Actor
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Site


def notify_administrators(actor: Actor, site: Site, code: NoticeCode, params: Mapping[str, str]) -> None:
    """Write a notice to every administrator of the site but the one who acted."""
    others = [one for one in people.permission_holders("credential.change", site) if one != actor]
    notifications.notify(others, code, {"who": str(actor), **params})
