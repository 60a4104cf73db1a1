"""Page models are made of parts: none inherits from another, and none grows into a tower."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from inspect import isclass
from types import FunctionType

import pytest
from django.utils.functional import cached_property

from troubleshoot import web

MOST_METHODS = 25


def classes() -> Iterator[type]:
    """Every class that a module of the pages defines."""
    for found in pkgutil.walk_packages(web.__path__, f"{web.__name__}."):
        module = importlib.import_module(found.name)
        yield from (one for one in vars(module).values() if isclass(one) and one.__module__ == module.__name__)


def of_the_pages(cls: type) -> list[type]:
    return [one for one in cls.__mro__ if one.__module__.startswith(f"{web.__name__}.")]


def written_methods(cls: type) -> list[str]:
    """What somebody wrote, and no decorator."""
    methods = (FunctionType, property, cached_property, classmethod, staticmethod)
    found = {name: kept for one in of_the_pages(cls) for name, kept in vars(one).items()}
    made = ("__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__", "__replace__")
    return [name for name, kept in found.items() if name not in made and isinstance(kept, methods)]


@pytest.mark.parametrize("cls", sorted(classes(), key=str))
def test_a_class_of_the_pages_stands_by_itself_and_is_small(cls: type) -> None:
    assert not is_dataclass(cls) or of_the_pages(cls) == [cls], "a page model has parts; it inherits from none"
    assert len(written_methods(cls)) <= MOST_METHODS


def test_there_are_page_models() -> None:
    assert {"HelpdeskCasePage", "EmployeeCasePage", "ApprovalPage"} <= {cls.__name__ for cls in classes()}
