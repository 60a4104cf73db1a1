"""Other addresses under which a name leads to something: the same computer again, another one, or nothing.

They follow ``network.elsewhere`` of a host's state: a list of ``{"address", "answers"}``, on the same port numbers.
"""

import logging
import socket
from collections.abc import Callable, Mapping
from types import MappingProxyType

from troubleshoot.lab.behind_port import BEHIND
from troubleshoot.lab.state import Document
from troubleshoot.lab.tcp_port import Mode, Port

ANSWERS = frozenset({"same", "other", "refused", "silent", *BEHIND})
"""What answers there: this computer, another one with its own certificate, something else, or nobody."""

_log = logging.getLogger(__name__)
_MODES: Mapping[str, Mode] = MappingProxyType({"refused": "refused", "silent": "silent"})
#: WinRM is no matter of what is no Windows.
WINRM_MODES: Mapping[str, Mode] = MappingProxyType({**_MODES, **dict.fromkeys(BEHIND, "refused")})
_SECONDS = 15.0


class Elsewhere:
    """The further ports of one host, all with the number of its own; ``serve`` is told what answers there.

    ``modes`` are the answers for which nobody serves; ``seconds`` bounds a connection.
    """

    def __init__(
        self,
        number: int,
        serve: Callable[[socket.socket, str], None],
        *,
        modes: Mapping[str, Mode] = _MODES,
        seconds: float = _SECONDS,
    ) -> None:
        self._number, self._serve = number, serve
        self._modes, self._seconds = modes, seconds
        self._ports: dict[str, Port] = {}
        self._answers: dict[str, str] = {}

    def follow(self, document: Document, own: Mode) -> None:
        """Open, change and close ports as the state says, where this computer answers like its ``own`` port; an address
        that cannot be bound is left out."""
        self._answers = {entry["address"]: entry["answers"] for entry in document["network"].get("elsewhere", ())}
        for address in self._ports.keys() - self._answers.keys():
            self._ports.pop(address).close()
        for address, answers in self._answers.items():
            port = self._ports.get(address) or self._bound(address)
            if port is not None:
                port.set(own if answers == "same" else self._modes.get(answers, "open"))

    def close(self) -> None:
        """Close every port."""
        for port in self._ports.values():
            port.close()
        self._ports = {}

    def _bound(self, address: str) -> Port | None:
        try:
            port = Port(
                address, self._number, lambda found: self._serve(found, self._answers[address]), seconds=self._seconds
            )
        except OSError as error:
            _log.warning("Nothing can answer at %s port %s: %s", address, self._number, error)
            return None
        self._ports[address] = port
        return port
