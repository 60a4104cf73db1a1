"""Keeps a row whose name somebody else may take in the same moment: that is a fault of the form, not of ours."""

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
