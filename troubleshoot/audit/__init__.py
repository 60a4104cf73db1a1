"""The audit log: `record` writes an entry, `verify` proves that the log is whole, `export` hands it out."""

from troubleshoot.audit.actors import Actor, Machine, Source, acting_through, current_source
from troubleshoot.audit.document import leaf_hash, utc_text
from troubleshoot.audit.exporting import export
from troubleshoot.audit.recording import NotInTransaction, Unrecordable, record
from troubleshoot.audit.tags import Tag
from troubleshoot.audit.verifying import AuditFault, verify

__all__ = [
    "Actor",
    "AuditFault",
    "Machine",
    "NotInTransaction",
    "Source",
    "Tag",
    "Unrecordable",
    "acting_through",
    "current_source",
    "export",
    "leaf_hash",
    "record",
    "utc_text",
    "verify",
]
