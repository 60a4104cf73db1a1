"""Who acts and through which door: a person or a machine, and the request or process that carries the act."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from troubleshoot.models import Person


@dataclass(frozen=True)
class Machine:
    """An actor that is no person: the command line (`cli`, named by its system user), a worker, the keeper, a
    computer that acts by itself."""

    kind: Literal["cli", "worker", "keeper", "computer", "anonymous"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


Actor = Person | Machine


@dataclass(frozen=True)
class Source:
    """The door through which an act came. `address` is personal data and stays out of the canonical bytes."""

    door: Literal["web", "cli", "worker", "keeper", "process"]
    request: str | None = None
    session: str | None = None
    address: str | None = None


_UNNAMED = Source("process")
_SOURCE: ContextVar[Source | Callable[[], Source]] = ContextVar("audit_source", default=_UNNAMED)


def current_source() -> Source:
    """Return where the act comes from that this thread is carrying out."""
    source = _SOURCE.get()
    return source if isinstance(source, Source) else source()


@contextmanager
def acting_through(source: Source | Callable[[], Source]) -> Iterator[None]:
    """Say where the acts inside the block come from, for every audit entry recorded there. A function is called only
    when there is an entry: a page that is only read records nothing. It must give the same answer each time.
    """
    token = _SOURCE.set(source)
    try:
        yield
    finally:
        _SOURCE.reset(token)
