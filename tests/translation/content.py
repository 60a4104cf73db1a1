"""What is content: the texts of the catalogue and of the database, in the language they are written in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from django.db.models import CharField, JSONField, TextField

from tests.translation.messages import ROOT
from troubleshoot import catalog, models
from troubleshoot.models import Case, Credential, GuideVersion, Host, Job, Person, Site

#: Names that are the same in every language: the product, protocols, programs; and codes as Windows shows them.
NAMES = {"Mendpoint", "UTC", "TLS", "Kerberos", "NTLM", "Basic", "Azure", "WinRM", "RDP", "Remote Desktop", "FreeRDP"}
CODES = r"TLS alert \d+|event \d+"
#: A placeholder of a text, which a page shows filled in: the parts around it are searched for.
_PLACE = re.compile(r"\{\w*\}|\\n")
#: Whatever holds texts: what people wrote, what computers said, guides, plans, and sentences of earlier versions.
STORED = (
    *(models.Answer, models.Approval, models.Case, models.Incident, models.Job, models.JobLine),
    *(models.Message, models.Notice, models.Plan, models.PcAnswer, models.PcBlock, models.Reading),
)


def names() -> re.Pattern[str]:
    """Names of people, computers and sites, names of the portal's parts, and codes."""
    found = {*NAMES, *Host.objects.values_list("name", flat=True), *Job.objects.values_list("action", flat=True)}
    found |= set(Case.objects.values_list("named_host", flat=True))
    found |= {word for row in Person.objects.values_list("name", "email") for word in row}
    found |= set(Credential.objects.values_list("name", flat=True))
    found |= {word for row in Site.objects.values_list("name", "slug") for word in row}
    longest = sorted(filter(None, found), key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z0-9])({CODES}|{'|'.join(map(re.escape, longest))})(?![A-Za-z0-9])")


def texts() -> set[str]:
    """Every text of the catalogue, its facts and guides of every version, and of what the database keeps."""
    files = [path.read_text("utf-8") for path in (ROOT / "troubleshoot/catalog").rglob("*.toml")]
    files += GuideVersion.objects.values_list("source", flat=True)
    found = {part for file in files for text in _texts_of(tomllib.loads(file)) for part in _PLACE.split(text)}
    for fact in (*catalog.probed_facts().words.values(), *catalog.all_facts().words.values()):
        found |= {fact.words, *fact.values.values(), *(value.replace("_", " ") for value in fact.values)}
    for model in STORED:
        fields = [one.name for one in model._meta.fields if isinstance(one, CharField | TextField | JSONField)]
        rows = model._base_manager.values_list(*fields)
        found |= {line for row in rows for one in row for text in _texts_of(one) for line in (text, *text.splitlines())}
    found |= {text.replace("-", " ") for text in found if " " not in text} | {"The computer", "the computer"}
    return {" ".join(text.split()).strip(" .:") for text in found if len(text.strip(" .:")) > 1}


def _texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts_of(one)
