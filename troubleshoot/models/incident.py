"""An incident: several computers of a site with the same cause, cared for as one until helpdesk says it is over."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from uuid6 import uuid7

from troubleshoot.models.person import Person
from troubleshoot.models.site import Site


class Incident(models.Model):
    """While it lasts, everybody of the site reads a banner; whoever asked is told when it is over."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="incidents")
    cause = models.CharField(max_length=100)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: When the first of its cases was opened.
    since = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    #: Who asked to be told when it is over.
    watchers = models.ManyToManyField(Person, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "cause"], condition=Q(ended_at=None), name="incident_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause} at {self.site_id}"
