"""The audit log: `record` writes an entry, `verify` proves that the log is whole, `export` hands it out."""

from troubleshoot.audit.actors import Actor, Machine, Source, arrives, came_through
from troubleshoot.audit.document import leaf_hash, utc
from troubleshoot.audit.exporting import export
from troubleshoot.audit.recording import NotInTransaction, Unrecordable, record
from troubleshoot.audit.tags import Tag
from troubleshoot.audit.verifying import Fault, verify

__all__ = [
    "Actor",
    "Fault",
    "Machine",
    "NotInTransaction",
    "Source",
    "Tag",
    "Unrecordable",
    "arrives",
    "came_through",
    "export",
    "leaf_hash",
    "record",
    "utc",
    "verify",
]
