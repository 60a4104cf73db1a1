"""Who and what appears in the invented history: people who cannot sign in, and computers that do not answer."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import make_password

from troubleshoot.models import Host, Person, Site

DOMAIN: Final = "invented.example"
_FIRST: Final = (
    *("Anna", "Bruno", "Clara", "David", "Esra", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Karla", "Luis"),
    *("Mina", "Nils", "Olga", "Pablo", "Rosa", "Sven", "Tara", "Umberto"),
)
_LAST: Final = (
    *("Arndt", "Bauer", "Conti", "Dahl", "Erdem", "Franke", "Gomez", "Hansen", "Iversen", "Jansen", "Kovac"),
    *("Lopez", "Marin"),
)
_DEPARTMENTS: Final = ("Accounts", "Sales", "Purchasing", "Engineering", "Dispatch")
#: Site → how many work there, and who at its helpdesk.
_PEOPLE: Final = {"north": (84, "Henrik Holm"), "south": (48, "Ines Iversen")}
#: Nothing listens there, on any computer: an invented one is dialled by nobody, and this is a second lock.
_NOWHERE: Final = 1


@dataclass(frozen=True)
class Place:
    """A site with those who appear at it: its helpdesk, each computer with whose it is, and the people to be made."""

    site: Site
    desk: list[Person]
    computers: list[Host]
    people: list[Person]


def make_place(site: Site, number: int, desk: Person, own: list[Person]) -> Place:
    """Think out the people and computers of the site with this number; no row is written yet.

    `desk` and `own` have real accounts of the demo and appear as well.
    """
    size, helper = _PEOPLE[site.slug]
    users = [_person(_name(100 * number + place), _DEPARTMENTS[place % 5]) for place in range(size)]
    made = [*users, _person(helper, "Helpdesk")]
    computers = [_computer(f"{site.slug[:3].upper()}-{21 + place}", site, one) for place, one in enumerate(users + own)]
    return Place(site, [desk, made[-1]], computers, made)


def _name(number: int) -> str:
    """Return a name for each number; the counts of first and last names have no common divisor."""
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"


def _person(name: str, department: str) -> Person:
    email = f"{name.lower().replace(' ', '.')}@{DOMAIN}"
    phone = f"ext. {random.Random(name).randrange(2000, 9000)}"  # noqa: S311 - a number for show
    return Person(
        email=email, name=name, phone=phone, department=department, password=make_password(None), invented=True
    )


def _identity(name: str) -> dict[str, str]:
    key = uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{DOMAIN}")
    parts = "-".join(str(key.int >> shift & 0xFFFFFFFF) for shift in (0, 32, 64))
    return {"machine_guid": str(key), "smbios_uuid": str(key).upper(), "computer_sid": f"S-1-5-21-{parts}"}


def _computer(name: str, site: Site, owner: Person) -> Host:
    return Host(
        name=name,
        address="127.0.0.1",
        site=site,
        owner=owner,
        mode=Host.Mode.CHANGES_ALLOWED,
        lab=True,
        tls=False,
        rdp_port=_NOWHERE,
        winrm_port=_NOWHERE,
        identity=_identity(name),
        invented=True,
    )
