"""Hands the log out as JSON lines: the canonical bytes as they were hashed, with the hash beside them."""

from collections.abc import Iterator

from troubleshoot.models import Entry


def export() -> Iterator[str]:
    """Yield one line per entry in the order of ids, read in constant memory: {"leaf":HEX,"entry":CANONICAL}.

    The entry stands in the line byte for byte as it was hashed. Personal parts are not exported.
    """
    rows = Entry.objects.order_by("id").values_list("leaf_hash", "canonical").iterator(chunk_size=1000)
    for leaf, data in rows:
        yield f'{{"leaf":"{bytes(leaf).hex()}","entry":{bytes(data).decode()}}}'
