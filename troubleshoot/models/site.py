"""Sites and grants: which person holds which role, where and until when."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Expression, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from troubleshoot.engine import Role
from troubleshoot.remote import parse_endpoint

GATEWAY_PORT = 443


def check_hours(text: str) -> None:
    """Check for a span of one day such as 08:00-17:30."""
    found = re.fullmatch(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", text, re.ASCII)
    if found is None or found[1] >= found[2]:
        raise ValidationError(_("Write the beginning and the end, such as 08:00-17:30."))


def check_gateway(text: str) -> None:
    """Check for a name or address, with a port where it is not 443."""
    try:
        parse_endpoint(text, port=GATEWAY_PORT)
    except ValueError as error:
        raise ValidationError(_("Write a name or address, such as gateway.example.com or 192.0.2.7:8443.")) from error


def role_choices() -> list[tuple[str, Any]]:
    """Return every role with its words, as a field offers them."""
    return [(role.value, _(role.words)) for role in Role]


class Site(models.Model):
    """A scope: which people serve which hosts, and through which worker queue."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    phone_text = models.CharField(
        _("how to reach a person"), max_length=200, blank=True, help_text=_("For example: Helpdesk, extension 4400.")
    )
    workaround_text = models.CharField(
        _("until it works"), max_length=300, blank=True, help_text=_("What people can do while they wait.")
    )
    banner_text = models.CharField(
        _("banner"), max_length=300, blank=True, help_text=_("Shown to everybody who opens a case.")
    )
    ticket_required = models.BooleanField(_("a ticket number is required for a change"), default=False)
    working_hours = models.CharField(
        _("working hours"), max_length=11, blank=True, validators=[check_hours], help_text=_("Monday to Friday.")
    )
    gateway = models.CharField(
        _("Remote Desktop gateway"),
        max_length=260,
        blank=True,
        validators=[check_gateway],
        help_text=_("Empty: people connect without one."),
    )
    no_pc_command = models.BooleanField(_("people are offered no command for their own PC"), default=False)
    #: Cause → minutes that a case took before Mendpoint, as an administrator entered them; "any" for every other cause.
    minutes_before = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def queue(self) -> str:
        """Return the name of the queue on which workers of this site listen."""
        return f"site.{self.slug}"


class GrantQuerySet(QuerySet["Grant"]):
    """Grants, by time."""

    def standing(self) -> "GrantQuerySet":
        """Return the grants that are not revoked; they may be over."""
        return self.filter(revoked_at=None)

    def active(self, at: datetime | Expression | None = None) -> "GrantQuerySet":
        """Return the grants in force now, or at the given moment."""
        moment = at or timezone.now()
        return self.standing().filter(granted_at__lte=moment, until__gt=moment)


class Grant(models.Model):
    """One role for one person at one site (or at every site), with an end date. Revoked, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=role_choices())
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="grants", help_text=_("Empty: every site.")
    )
    until = models.DateTimeField()
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="grants_given",
        help_text=_("Empty: given on the server's command line."),
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="grants_taken"
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["role", "until"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="grant_role_is_known"),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=F("person")), name="grant_not_to_oneself"
            ),
            models.CheckConstraint(condition=Q(until__gt=F("granted_at")), name="grant_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=["person", "role", "site"],
                condition=Q(revoked_at=None, site__isnull=False),
                name="grant_once_per_site",
            ),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(revoked_at=None, site__isnull=True),
                name="grant_once_for_every_site",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role} · {self.where}"

    @property
    def where(self) -> str:
        """Return the site's name, or the words for every site."""
        return self.site.name if self.site else str(_("every site"))
