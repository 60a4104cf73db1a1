"""`record`: writes one entry in the transaction of the change that it describes, or refuses."""

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from django.db import connection, models
from django.utils import timezone
from uuid6 import uuid7

from troubleshoot import engine
from troubleshoot.audit.actors import Actor, current_source
from troubleshoot.audit.document import SALT_BYTES, VERSION, Act, Position, commitment, compose, leaf_hash
from troubleshoot.audit.tags import Tag
from troubleshoot.models import Entry, EntryObject, Person, PersonalPart, Writer

Reference = models.Model | tuple[str, object]

_SECRET_WORDS = frozenset(
    {"password", "passwd", "passphrase", "pwd", "secret", "token", "cookie", "authorization", "apikey", "privatekey"}
)
_WORDS = re.compile("[A-Z]?[a-z0-9]+|[A-Z]+")
_PRIVATE_KEY = re.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----")


class _Last(threading.local):
    """The place after this thread's latest entry: a guess where the next one goes, proved when it is taken."""

    following: Position | None = None


_LAST = _Last()


class NotInTransaction(RuntimeError):
    """An entry was to be written outside the transaction of the change that it describes."""


class Unrecordable(ValueError):
    """The entry holds a secret, is too large, or has no canonical form."""


def record(
    tag: Tag | str,
    *,
    actor: Actor,
    on_behalf: Person | None = None,
    objects: Iterable[Reference] = (),
    details: Mapping[str, object] | None = None,
    personal: Mapping[str, object] | None = None,
) -> Entry:
    """Write one entry. If it cannot be written, the change around it does not happen either.

    `objects` are model rows or (kind, id) pairs. `details` are kept for ever, so names of people and anything
    typed by them belong in `personal`, which can be erased. The names of `actor` and `on_behalf` are added there.

    Raises NotInTransaction, Unrecordable, and ValueError for an unknown tag.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{tag}: an audit entry belongs into the transaction of its change")
    act = _act(tag if isinstance(tag, Tag) else Tag.named(tag), actor, on_behalf, objects, details or {})
    salt, payload = secrets.token_bytes(SALT_BYTES), _payload(actor, on_behalf, personal or {})
    entry = Entry(id=uuid7())
    draft = partial(
        compose,
        act,
        entry=entry.pk,
        source=current_source(),
        personal=commitment(salt, payload) if payload else None,
    )
    try:
        position = _append(draft, entry)
    except engine.CanonicalError as error:
        raise Unrecordable(f"{act.tag.value}: {error}") from error
    return _write(act, entry, position, salt, payload)


def _act(
    tag: Tag,
    actor: Actor,
    on_behalf: Person | None,
    objects: Iterable[Reference],
    details: Mapping[str, object],
) -> Act:
    _refuse_secrets(details)
    named = tuple(sorted({_named(reference) for reference in objects}))
    behalf = on_behalf.pk if on_behalf else None
    if isinstance(actor, Person):
        return Act(tag, "person", str(actor.pk), tuple(actor.roles()), behalf, named, details)
    return Act(tag, actor.kind, actor.name, (), behalf, named, details)


def _named(reference: Reference) -> tuple[str, str]:
    if isinstance(reference, models.Model):
        return reference._meta.model_name or "", str(reference.pk)  # noqa: SLF001 - Django's documented Model API
    kind, ref = reference
    return kind, str(ref)


def _payload(actor: Actor, on_behalf: Person | None, personal: Mapping[str, object]) -> bytes:
    """Return the personal part as bytes; empty when there is nothing personal to say."""
    _refuse_secrets(personal)
    names = {
        who: {"name": person.name, "email": person.email}
        for who, person in (("actor", actor), ("on_behalf", on_behalf))
        if isinstance(person, Person)
    }
    address = current_source().address
    found = {**personal, **names, **({"address": address} if address else {})}
    try:
        return engine.encode_canonical(found) if found else b""
    except engine.CanonicalError as error:
        raise Unrecordable(f"personal part: {error}") from error


def _refuse_secrets(value: object, name: str = "") -> None:
    """Raise Unrecordable for anything called like a secret, and for a private key under any name."""
    words = "".join(_WORDS.findall(name)).lower(), *(word.lower() for word in _WORDS.findall(name))
    if not _SECRET_WORDS.isdisjoint(words):
        raise Unrecordable(f"{name!r} is called like a secret; secrets never enter the audit log")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_secrets(inner, str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_secrets(inner)
    elif isinstance(value, str) and _PRIVATE_KEY.search(value):
        raise Unrecordable(f"{name!r} holds a private key; secrets never enter the audit log")


def _append(draft: Callable[..., bytes], entry: Entry) -> Position:
    """Give the entry its place and its bytes: after this thread's latest entry, else where a writer is free."""
    place = _LAST.following
    if place is None or not _moved_on(place, draft, entry):
        lane = _take_lane(place)
        place = Position(lane.pk, lane.seq + 1, bytes(lane.head))
        if not _moved_on(place, draft, entry):
            raise RuntimeError(f"writer {lane.pk} was moved on by somebody else: its lock did not hold")
    _LAST.following = Position(place.writer, place.seq + 1, bytes(entry.leaf_hash))
    return place


def _moved_on(place: Position, draft: Callable[..., bytes], entry: Entry) -> bool:
    """Move the writer on to this place; False when it does not stand right before it, or somebody holds it."""
    entry.at = timezone.now()
    entry.canonical = draft(at=entry.at, position=place)
    entry.leaf_hash = leaf_hash(entry.canonical)
    before = Writer.objects.filter(pk=place.writer, seq=place.seq - 1, head=place.previous)
    free = before.select_for_update(skip_locked=True).values("pk")
    return Writer.objects.filter(pk__in=free).update(seq=place.seq, head=entry.leaf_hash) == 1


def _take_lane(latest: Position | None) -> Writer:
    """Return a writer that no other transaction holds, locked until this one ends; a new one when none is free.

    A thread prefers the writer that it had last: within a transaction that is the one it holds already.
    SQLite has one writing transaction at a time, so there the first writer is always free.
    """
    free = Writer.objects.select_for_update(skip_locked=True).order_by("id")
    own = free.filter(pk=latest.writer).first() if latest else None
    return own or free.first() or Writer.objects.create()


def _write(act: Act, entry: Entry, position: Position, salt: bytes, payload: bytes) -> Entry:
    entry.writer_id, entry.seq, entry.version = position.writer, position.seq, VERSION
    entry.tag, entry.code = act.tag.value, act.tag.code
    entry.actor_kind, entry.actor, entry.on_behalf = act.actor_kind, act.actor, act.on_behalf
    entry.save(force_insert=True)
    EntryObject.objects.bulk_create(EntryObject(entry=entry, kind=kind, ref=ref) for kind, ref in act.objects)
    if payload:
        PersonalPart.objects.create(entry=entry, salt=salt, payload=payload)
    return entry
