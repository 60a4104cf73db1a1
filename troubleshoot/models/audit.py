"""The audit log's rows. Written by `troubleshoot.audit.record` only; triggers keep them append-only."""

from django.db import models
from django.db.models.functions import Now
from uuid6 import uuid7


class Writer(models.Model):
    """A lane of the log with its own sequence without gaps.

    A transaction takes the first lane that no other transaction holds, so writers never wait for each other and
    the sequence number is given and rolled back together with the entry. `head` is the leaf hash of the lane's
    latest entry: each entry names its predecessor.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seq = models.PositiveBigIntegerField(default=0)
    head = models.BinaryField(max_length=32, default=bytes)

    def __str__(self) -> str:
        return f"{self.id} at {self.seq}"


class Entry(models.Model):
    """One audit record. `canonical` is the truth; the other columns repeat parts of it for searching.

    `received_at` and `db_user` are the database's own word, outside the canonical bytes (PostgreSQL sets both
    itself, SQLite knows no users).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    writer = models.ForeignKey(Writer, models.PROTECT, related_name="entries")
    seq = models.PositiveBigIntegerField()
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_index=True)
    tag = models.CharField(max_length=40)
    code = models.PositiveIntegerField()
    actor_kind = models.CharField(max_length=16)
    actor = models.CharField(max_length=64)
    on_behalf = models.UUIDField(null=True)
    canonical = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    db_user = models.CharField(max_length=63, db_default="", editable=False)

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(fields=["writer", "seq"], name="entry_seq_once_per_writer")]
        indexes = [
            models.Index(fields=["actor", "id"], name="entry_by_actor"),
            models.Index(fields=["code", "id"], name="entry_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} {self.id}"


class EntryObject(models.Model):
    """That an entry is about an object: the index behind "everything that happened to this host"."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="objects_named")
    kind = models.CharField(max_length=32)
    ref = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref", "entry"], name="entry_object_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class PersonalPart(models.Model):
    """The names in an entry. The canonical bytes hold SHA256(salt + payload) only, so erasing breaks no proof."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="personal")
    salt = models.BinaryField(max_length=32)
    payload = models.BinaryField()

    def __str__(self) -> str:
        return f"personal part of {self.entry_id}"
