"""`verify`, first level: every writer's sequence is whole and every entry still says what was hashed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from troubleshoot import engine
from troubleshoot.audit.document import commitment, leaf_hash, pairs, utc_text
from troubleshoot.models import Entry, Writer


@dataclass(frozen=True)
class AuditFault:
    """What is wrong, and exactly where. `entry` is empty when the entry itself is gone."""

    kind: str
    writer: UUID
    seq: int
    entry: UUID | None
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: writer {self.writer}, number {self.seq}, entry {self.entry or '-'}: {self.text}"


def verify() -> Iterator[AuditFault]:
    """Yield every fault in the log, writer by writer, in constant memory. Nothing is yielded for a whole log."""
    for writer in Writer.objects.order_by("id").iterator():
        yield from _verify_writer(writer)


def _verify_writer(writer: Writer) -> Iterator[AuditFault]:
    """Yield the faults of one writer, as it was read before its entries: it may have gone on since."""
    seq, head, stood = 0, b"", b""
    entries = writer.entries.order_by("seq").select_related("personal").prefetch_related("objects_named")
    for entry in entries.iterator(chunk_size=1000):
        for missing in range(seq + 1, entry.seq):
            yield AuditFault("gap", writer.pk, missing, None, "the entry with this number is missing")
        for kind, text in _entry_faults(entry, head if entry.seq == seq + 1 else None):
            yield AuditFault(kind, writer.pk, entry.seq, entry.pk, text)
        seq, head = entry.seq, bytes(entry.leaf_hash)
        stood = head if seq <= writer.seq else stood
    for missing in range(seq + 1, writer.seq + 1):
        yield AuditFault("gap", writer.pk, missing, None, "the entry with this number is missing at the end")
    if seq >= writer.seq and (stood != bytes(writer.head) or not _has_reached(writer, seq)):
        yield AuditFault("head", writer.pk, writer.seq, None, "the writer does not stand at its latest entry")


def _has_reached(writer: Writer, seq: int) -> bool:
    """Tell whether a writer stands at an entry by now: both are written together."""
    return seq <= writer.seq or seq <= Writer.objects.values_list("seq", flat=True).get(pk=writer.pk)


def _entry_faults(entry: Entry, previous: bytes | None) -> Iterator[tuple[str, str]]:
    """Yield the faults of one entry. `previous` is None after a gap, where the predecessor is unknown."""
    data = bytes(entry.canonical)
    if leaf_hash(data) != bytes(entry.leaf_hash):
        yield "hash", "the canonical bytes do not hash to what is stored"
    try:
        document = engine.decode_canonical(data)
    except engine.CanonicalError as error:
        yield "form", f"the canonical bytes cannot be read: {error}"
        return
    try:
        yield from _content_faults(entry, document, previous)
    except (KeyError, TypeError) as error:
        yield "form", f"the canonical bytes are no entry: {error!r}"


def _content_faults(entry: Entry, document: dict[str, Any], previous: bytes | None) -> Iterator[tuple[str, str]]:
    for name, stored, said in _repeated(entry, document):
        if stored != said:
            yield "column", f"{name} is {stored!r} in the row and {said!r} in the canonical bytes"
    if previous is not None and document["writer"]["previous"] != previous.hex():
        yield "chain", "it does not name the entry before it"
    part = getattr(entry, "personal", None)  # erased is no fault; not fitting the commitment is
    if part and commitment(bytes(part.salt), bytes(part.payload)).hex() != document["personal"]:
        yield "personal", "the personal part is not the one that was recorded"


def _repeated(entry: Entry, document: dict[str, Any]) -> Iterator[tuple[str, object, object]]:
    """Yield what the row says a second time: name, as stored, as in the canonical bytes."""
    yield "id", str(entry.pk), document["id"]
    yield "version", entry.version, document["v"]
    yield "time", utc_text(entry.at), document["at"]
    yield "tag", entry.tag, document["tag"]
    yield "code", entry.code, document["code"]
    yield "actor", [entry.actor_kind, entry.actor], [document["actor"]["kind"], document["actor"]["id"]]
    yield "on behalf", str(entry.on_behalf) if entry.on_behalf else None, document["on_behalf"]
    yield "writer", [str(entry.writer_id), entry.seq], [document["writer"]["id"], document["writer"]["seq"]]
    named = pairs((named.kind, named.ref) for named in entry.objects_named.all())
    yield "objects", named, document["objects"]
