"""Channels, the ways by which a notice reaches a person: one module each, found by looking into this folder.

A module of this folder is a channel when it defines what `Channel` names. Nothing else has to know of it.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from troubleshoot.models import Delivery, Person


@dataclass(frozen=True)
class OutgoingMessage:
    """What a channel carries: one line and a link. Details stay in the portal, behind the sign-in."""

    #: The same at every try of one delivery, and of no other: pass it on, so that the receiver can drop a repetition.
    key: str
    person: Person
    subject: str
    text: str
    link: str


class NotDelivered(Exception):
    """A channel could not send. The fault says whether anybody can be reached, or whether to try this one again."""

    def __init__(self, fault: Delivery.Fault, words: str) -> None:
        super().__init__(words)
        self.fault = fault


@runtime_checkable
class Channel(Protocol):
    """What each module of this folder defines."""

    #: How pages name the channel.
    TITLE: str | Promise

    def reaches(self, person: Person) -> bool:
        """Tell whether notices to this person go by this channel too. Asked once, when the notice is written."""
        ...

    def send(self, message: OutgoingMessage) -> None:
        """Send, and return only when the other side has taken it. Raises NotDelivered; ends within a minute."""
        ...


@functools.cache
def installed_channels() -> Mapping[str, Channel]:
    """Return every channel by the name of its module. Raises ImproperlyConfigured for a module that is none."""
    return {found.name: _loaded(found.name) for found in pkgutil.iter_modules(__path__)}


def _loaded(name: str) -> Channel:
    module: object = importlib.import_module(f"{__name__}.{name}")
    if not isinstance(module, Channel):
        raise ImproperlyConfigured(f"{__name__}.{name} is no channel: it must define TITLE, reaches and send")
    return module
