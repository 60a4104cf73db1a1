"""How a registration is written into the audit log: what it was, what it is, one form for one host and for many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from troubleshoot import audit, engine
from troubleshoot.models import Host

Description = dict[str, object]

_PLAIN = ("name", "address", "mode", "critical", "lab", "rdp_port", "winrm_port", "transport", "tls", "ca_file")
#: Bytes of changes in one entry: the rest of its 16 KiB is for its frame and the host ids.
_ENTRY_BYTES = 10_000


@dataclass(frozen=True)
class HostChange:
    """What one registration was and is; only fields that differ."""

    host: Host
    before: Description
    after: Description

    @property
    def fields(self) -> list[str]:
        """Return the names of the fields that differ."""
        return sorted(self.after)


def describe_host(host: Host, assigned: Iterable[UUID]) -> Description:
    """Return everything about a registration that a person decided. People appear by id only."""
    return {
        **{name: getattr(host, name) for name in _PLAIN},
        "ntlm_over_http": host.ntlm_over_http,
        "site": host.site.slug,
        "credential": host.credential.name if host.credential else None,
        "owner": str(host.owner_id) if host.owner_id else None,
        "assigned": sorted(map(str, assigned)),
        "identity": host.identity,
    }


def host_version(host: Host) -> str:
    """Return a short mark of everything about a registration: another one means that somebody changed it."""
    described = describe_host(host, host.assigned.values_list("pk", flat=True))
    return hashlib.sha256(engine.encode_canonical(described)).hexdigest()[:16]


def host_difference(host: Host, before: Description, after: Description) -> HostChange:
    """Return the fields of `after` that `before` lacks or holds otherwise."""
    fields = [name for name in after if name not in before or before[name] != after[name]]
    return HostChange(
        host, {name: before[name] for name in fields if name in before}, {name: after[name] for name in fields}
    )


def record_host_changes(tag: audit.Tag, *, actor: audit.Actor, changes: Sequence[HostChange], file: str = "") -> None:
    """Write the changes down, as many in an entry as fit. `file` is the SHA-256 of the list they came from."""
    source: Description = {"file": file} if file else {}
    for part in _parts(changes):
        hosts = {str(one.host.pk): {"before": one.before, "after": one.after} for one in part}
        audit.record(tag, actor=actor, objects=[one.host for one in part], details={**source, "hosts": hosts})


def _parts(changes: Iterable[HostChange]) -> Iterator[list[HostChange]]:
    part: list[HostChange] = []
    size = 0
    for one in changes:
        bytes_here = len(engine.encode_canonical({"before": one.before, "after": one.after})) + 60
        if part and size + bytes_here > _ENTRY_BYTES:
            yield part
            part, size = [], 0
        part.append(one)
        size += bytes_here
    if part:
        yield part
