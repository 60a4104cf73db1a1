"""People: who signs in, known by their e-mail address. Accounts are switched off, never deleted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import ProtectedError, QuerySet
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

if TYPE_CHECKING:
    from troubleshoot.models.site import Grant

_NEVER_DELETED = "People are deactivated, never deleted."


def normalise_email(text: str) -> str:
    """Return the one spelling under which an address is stored and looked up.

    NFKC folds full-width and other compatibility twins, casefold folds letter case: two spellings that look
    alike to a reader cannot be two accounts.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


class LoginField(models.EmailField):  # type: ignore[type-arg]  # not subscriptable at run time
    """An e-mail address that is normalised whenever it is written or compared."""

    def to_python(self, value: Any) -> Any:
        """Normalise what comes from a form or a fixture."""
        value = super().to_python(value)
        return normalise_email(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Normalise what a query compares with."""
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Normalise what is written, on the object as well."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


@dataclass(frozen=True)
class VisitorContext:
    """What stands around the content of every page: unread notices, and whether any computer is simulated."""

    unread: int
    simulated: bool


class PersonQuerySet(QuerySet["Person"]):
    """People, without the means to delete them."""

    def delete(self) -> NoReturn:
        """Refuse: the history names people, so accounts are switched off instead."""
        raise ProtectedError(_NEVER_DELETED, set(self[:5]))


class PersonManager(BaseUserManager["Person"]):
    """Finds accounts; `troubleshoot.people` makes them."""

    def get_queryset(self) -> PersonQuerySet:
        """Return everybody, switched off or not."""
        return PersonQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> Person:
        """Return the account with this address in any spelling; raises Person.DoesNotExist."""
        return self.get(email=normalise_email(username or ""))


class Person(AbstractBaseUser):
    """Someone who uses the portal. Rights come from grants only, never from flags on the account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = LoginField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    department = models.CharField(_("department"), max_length=120, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    #: The password was made by somebody else: it opens nothing but the page on which it is changed.
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    #: A person of the demo's invented history: nobody signs in with this account, and it holds no role.
    invented = models.BooleanField(default=False, db_default=False, editable=False)
    #: The month in which the summary of the month before was sent last; empty: it is not wanted.
    summary_month = models.DateField(null=True, blank=True)

    #: The grants that the visitor behind one request came with; everybody else's are asked for each time.
    _came_with: tuple[Grant, ...] | None = None
    #: What stood around every page of theirs as the request began; None for everybody else.
    surroundings: VisitorContext | None = None

    objects = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    def delete(self, using: Any = None, keep_parents: bool = False) -> NoReturn:
        """Refuse: the history names people, so accounts are switched off instead."""
        raise ProtectedError(_NEVER_DELETED, {self})

    def came_with(self, grants: Iterable[Grant] | None, surroundings: VisitorContext | None = None) -> None:
        """Remember the grants in force now, for as long as this object lives; None forgets them.

        Only for an object that lives no longer than one request: a grant that ends is noticed by the next one.
        """
        self._came_with = None if grants is None else tuple(grants)
        self.surroundings = surroundings

    def held(self) -> tuple[Grant, ...]:
        """Return the grants in force now; none when the account is switched off."""
        if not self.is_active:
            return ()
        return tuple(self.grants.active()) if self._came_with is None else self._came_with

    def roles(self) -> frozenset[str]:
        """Return the roles this person holds today, at any site."""
        return frozenset(grant.role for grant in self.held())
