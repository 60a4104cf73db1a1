"""The addresses of the administration pages, how they are read, and everything that the portal has kept."""

import html
import re
from typing import Any

from django.apps import apps

from troubleshoot.models import Entry, Site

HOSTS = "/administration/computers"
PEOPLE = "/administration/people"
SITES = "/administration/sites"
ACCOUNTS = "/administration/accounts"


def words(response: Any) -> str:
    """What a person reads on a page, in one line."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(text).split())


def tags() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("tag", flat=True))


def registration(site: Site, /, **changed: Any) -> dict[str, Any]:
    """A computer as the form sends it."""
    return {"name": "ACC-07", "site": str(site.pk), "transport": "ntlm", "tls": "on"} | changed


def everything_kept() -> str:
    """Every value of every row."""
    return "".join(
        str([bytes(value) if isinstance(value, memoryview) else value for value in row])
        for model in apps.get_models()
        for row in model._default_manager.values_list()
    )
