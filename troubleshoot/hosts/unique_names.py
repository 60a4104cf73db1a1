"""Saving a row whose name must be unique: where somebody else took it a moment earlier, the form says so."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction


@contextmanager
def unless_taken(text: str) -> Iterator[None]:
    """Raise ValidationError about the name when the database finds it taken inside the block."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ValidationError({"name": [text]}) from None
