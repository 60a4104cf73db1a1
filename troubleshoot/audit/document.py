"""The canonical form of an entry, version 1: which fields it has, and the leaf hash over its bytes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from troubleshoot import engine
from troubleshoot.audit.actors import Source
from troubleshoot.audit.tags import Tag

VERSION = 1
SALT_BYTES = 32


@dataclass(frozen=True)
class Position:
    """Where an entry stands in its writer's sequence; `previous` is the leaf hash of the entry before, or empty."""

    writer: UUID
    seq: int
    previous: bytes


@dataclass(frozen=True)
class Act:
    """What happened, without names: who by id, on whose behalf, about which objects."""

    tag: Tag
    actor_kind: str
    actor: str
    roles: tuple[str, ...]
    on_behalf: UUID | None
    objects: tuple[tuple[str, str], ...]
    details: Mapping[str, object]


def compose(
    act: Act, *, entry: UUID, at: datetime, source: Source, personal: bytes | None, position: Position
) -> bytes:
    """Return the canonical bytes of an entry. Raises CanonicalError when a detail has no canonical form.

    `personal` is the commitment to the personal part: only this hash enters, never a name.
    """
    return engine.encode_canonical(
        {
            "v": VERSION,
            "id": str(entry),
            "at": utc_text(at),
            "tag": act.tag.value,
            "code": act.tag.code,
            "actor": {"kind": act.actor_kind, "id": act.actor, "roles": sorted(act.roles)},
            "on_behalf": None if act.on_behalf is None else str(act.on_behalf),
            "objects": pairs(act.objects),
            "details": act.details,
            "personal": personal.hex() if personal else None,
            "via": {"door": source.door, "request": source.request, "session": source.session},
            "writer": {"id": str(position.writer), "seq": position.seq, "previous": position.previous.hex()},
        }
    )


def pairs(objects: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the objects as they stand in the document: sorted, each once."""
    return [list(pair) for pair in sorted(set(objects))]


def utc_text(moment: datetime) -> str:
    """Return the moment as RFC 3339 writes it in UTC, always with six digits of a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: bytes, payload: bytes) -> bytes:
    """Return what the canonical bytes hold instead of the personal part."""
    return hashlib.sha256(salt + payload).digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry as a leaf of the Merkle tree (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()
