"""Prepared queries: a queryset that is made into SQL once, and then runs with new parameters as often as a page asks.

What Django's ORM spends on a small query is mostly the making of the same SQL over and over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, IntegerField, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Thing = TypeVar("Thing")


class Parameter(Expression):
    """Stands in a prepared queryset for a value that each run gives; `field` says how the database holds it."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """A placeholder, with this object in the place of the value."""
        return "%s", [self]

    def value(self, given: Mapping[str, Any], connection: BaseDatabaseWrapper) -> Any:
        """The value of one run, as the database takes it.

        Raises ValidationError, ValueError or OverflowError for what it cannot hold.
        """
        field: Field[Any, Any] = self.output_field
        value = field.get_db_prep_value(given[self.name], connection)
        if isinstance(field, IntegerField):
            least, most = connection.ops.integer_field_range(field.get_internal_type())
            if not least <= value <= most:
                raise OverflowError(f"{self.name} is beyond what the database can hold")
        return value


def _twin(thing: Thing) -> Thing:
    """Another object with the same attributes: what is set on it leaves the kept one as it was."""
    twin = object.__new__(type(thing))
    twin.__dict__.update(thing.__dict__)
    return twin


@dataclass(frozen=True)
class _Kept:
    """The SQL of a prepared queryset, and what turns its rows into objects."""

    queryset: QuerySet[Any]
    compiler: SQLCompiler
    sql: str
    parameters: tuple[Parameter, ...]
    converters: dict[int, Any]


class Prepared(Generic[Row]):
    """A queryset with parameters. `make` is called once for a process, when the query runs for the first time."""

    def __init__(self, make: Callable[[], QuerySet[Any, Row]]) -> None:
        self._make = make
        self._kept: _Kept | None = None

    @property
    def model(self) -> type[Model]:
        """Whose rows these are."""
        return (self._kept or self._keep()).queryset.model

    def rows(self, **given: Any) -> list[Row]:
        """The rows for these parameters. Raises KeyError for one that is missing, and what `Parameter.value` raises."""
        kept = self._kept or self._keep()
        connection = connections[DEFAULT_DB_ALIAS]
        values = tuple(parameter.value(given, connection) for parameter in kept.parameters)
        compiler = _twin(kept.compiler)
        compiler.connection = connection  # that of this thread
        compiler.as_sql = lambda *_args, **_more: (kept.sql, values)  # type: ignore[method-assign]
        compiler.get_converters = lambda _columns: kept.converters  # type: ignore[assignment,method-assign]
        run = _twin(kept.queryset)
        run.query = _twin(kept.queryset.query)
        run.query.get_compiler = lambda *_args, **_more: compiler  # type: ignore[method-assign]
        return list(run)

    def first(self, **given: Any) -> Row | None:
        """The first row for these parameters, or None."""
        return next(iter(self.rows(**given)), None)

    def _keep(self) -> _Kept:
        """Make the SQL. A moment or a key that is no parameter would stay what it was at the first run, for everybody:
        so nothing but parameters is let in.
        """
        queryset = self._make()
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, values = compiler.as_sql()
        if any(not isinstance(value, Parameter) for value in values):
            raise TypeError("every value of a prepared query must be a Parameter")
        converters = compiler.get_converters([column for column, *_ in compiler.select or ()])
        self._kept = _Kept(queryset, compiler, sql, tuple(values), converters)
        return self._kept
