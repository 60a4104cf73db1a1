"""A credential is a reference to a secret kept elsewhere; the secret itself never enters the database."""

from django.core.validators import RegexValidator
from django.db import models

from troubleshoot.models.site import Site

#: env:NAME takes only names with this prefix, so that a reference can never read other settings of the worker.
SECRET_REFERENCE = RegexValidator(
    r"\A(?:env:MENDPOINT_SECRET_[A-Z0-9_]{1,80}|file:/[^\x00-\x1f]{1,250})\Z",
    "Write env:MENDPOINT_SECRET_NAME or file:/absolute/path.",
)


class Credential(models.Model):
    """An account on hosts of one site, and where a worker of that site finds its password."""

    name = models.CharField(max_length=80, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="credentials")
    username = models.CharField(max_length=200)
    reference = models.CharField(max_length=260, validators=[SECRET_REFERENCE])

    def __str__(self) -> str:
        return self.name
