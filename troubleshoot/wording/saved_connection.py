"""What a saved connection sets, in the person's words: only what leads on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from troubleshoot.engine import SavedConnection
from troubleshoot.wording.marked_text import compose, own_words


def saved_connection_words(saved: SavedConnection, facts: Mapping[str, str]) -> list[str]:
    """Return sentences for what a saved connection tells; `facts` are those that follow from it."""
    return [*_settings(saved, facts), *_left_out(saved)]


def _settings(saved: SavedConnection, facts: Mapping[str, str]) -> Iterator[str]:
    gateway = {"name": own_words(saved.gateway)}
    known = {
        ("file.gateway", "used"): compose(_("It goes through the gateway %(name)s."), gateway),
        ("file.gateway", "unnamed"): _("It demands a gateway, and names none."),
        ("file.gateway", "none"): _("It goes through no gateway."),
        ("file.nla", "off"): _("It signs in without the early check of the account (NLA is off)."),
        ("file.web_account", "yes"): _("It signs in with a web account (Entra)."),
        ("file.doubtful_computer", "refuses"): _("It does not connect where the computer cannot prove who it is."),
        ("file.doubtful_computer", "accepts"): _("It connects even where the computer cannot prove who it is."),
        ("file.broker", "yes"): _("A connection broker chooses the computer."),
        ("file.devices", "some"): _("It takes devices or folders of your PC along."),
    }
    yield from (text for (name, value), text in known.items() if facts.get(name) == value)
    if saved.port and facts.get("file.port") == "differs":
        yield _("It uses port %(port)s, another one than is registered here.") % {"port": saved.port}
    elif saved.port:
        yield _("It uses port %(port)s.") % {"port": saved.port}


def _left_out(saved: SavedConnection) -> Iterator[str]:
    if saved.secrets:
        yield _("A password or signature was saved in it. We took it out; it is kept nowhere.")
    doubtful = _("%(key)s is said in two ways, or is no value that we know, so it does not count.")
    yield from (compose(doubtful, {"key": own_words(key)}) for key in saved.doubtful)
