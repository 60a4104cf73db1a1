"""How much one visitor may have read or do in a minute: who sends a flood is slowed down, and everybody else is not.

Counted in each process, in memory: no stranger can fill a table with it, and a restart forgets it.
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from troubleshoot.models import Person

SECONDS = 60
#: Units in that time. One address may be a whole office in an incident; a person is one person.
OF_AN_ADDRESS, OF_A_PERSON = 600, 400
#: So many characters cost one unit more: reading 100,000 takes a thousand times as long as reading a number.
CHARACTERS = 2000
#: What leaves a row behind costs this much.
KEPT = 5
#: A picture costs seconds of a processor: ten of them in a minute.
PICTURE = 40
#: One try at a password: about eight in a minute, as many as the sign-in allows.
GUESS = 50


def too_much(request: HttpRequest, text: str, *, cost: int = 1) -> bool:
    """Count a text that is to be read, and tell whether its visitor has spent what one minute allows."""
    if isinstance(request.user, Person):
        who, most = f"person.{request.user.pk}", OF_A_PERSON
    else:
        who, most = f"address.{request.META.get('REMOTE_ADDR', '')}", OF_AN_ADDRESS
    key, units = f"limits.{who}", cost + len(text) // CHARACTERS
    if cache.add(key, units, timeout=SECONDS):
        return False
    try:
        return int(cache.incr(key, units)) > most
    except ValueError:  # it ran out in this moment
        return False
