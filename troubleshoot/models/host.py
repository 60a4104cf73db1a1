"""A registered Windows computer: where it is dialled, who may see it, and what the portal may do there."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from troubleshoot.models.credential import Credential
from troubleshoot.models.person import Person
from troubleshoot.models.site import Site
from troubleshoot.remote import is_host_name, literal_address


def check_name(text: str) -> None:
    """Check for a computer name that no resolver can mistake for an address; what is shown is what is dialled."""
    if not is_host_name(text):
        raise ValidationError(_("Write a computer name such as ACC-07 or acc-07.corp.example."))


def check_address(text: str) -> None:
    """Check for a name, or an IP address in its usual spelling."""
    if not is_host_name(text) and literal_address(text) is None:
        raise ValidationError(_("Write a computer name, or an IP address such as 10.1.2.3."))


PORT = [MinValueValidator(1), MaxValueValidator(65535)]


class Host(models.Model):
    """A computer that an administrator registered. Nothing else is ever dialled."""

    class Mode(models.TextChoices):
        DIAGNOSE_ONLY = "diagnose_only", _("diagnose only")
        CHANGES_ALLOWED = "changes_allowed", _("changes allowed")

    class Transport(models.TextChoices):
        KERBEROS = "kerberos", "Kerberos"
        NTLM = "ntlm", "NTLM"
        CERTIFICATE = "certificate", _("client certificate")
        BASIC = "basic", "Basic"

    name = models.CharField(max_length=253, unique=True, validators=[check_name])
    address = models.CharField(
        max_length=253, validators=[check_address], help_text=_("The name or IP address that is dialled.")
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="hosts")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_hosts")
    assigned = models.ManyToManyField(Person, blank=True, related_name="assigned_hosts")
    mode = models.CharField(max_length=20, choices=Mode.choices, default=Mode.DIAGNOSE_ONLY)
    critical = models.BooleanField(default=False, help_text=_("Every change needs an approver."))
    lab = models.BooleanField(default=False, help_text=_("A simulated host on loopback."))
    #: A computer of the demo's invented history: nothing answers there, and nothing is done with it.
    invented = models.BooleanField(default=False, db_default=False, editable=False)

    rdp_port = models.PositiveIntegerField(default=3389, validators=PORT)
    winrm_port = models.PositiveIntegerField(default=5986, validators=PORT)
    transport = models.CharField(max_length=20, choices=Transport.choices, default=Transport.NTLM)
    tls = models.BooleanField(default=True)
    ntlm_over_http = models.BooleanField(
        default=False, help_text=_("Allow NTLM with message encryption over HTTP. Shown on the health page.")
    )
    ca_file = models.CharField(
        max_length=260, blank=True, help_text=_("The authority that signed the WinRM certificate.")
    )
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, null=True, blank=True, related_name="hosts")

    #: MachineGuid, SMBIOS UUID and computer SID, learned at first contact; a changed identity refuses every visit.
    identity = models.JSONField(null=True, blank=True)
    identity_learned_at = models.DateTimeField(null=True, blank=True)
    last_contact_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="host_never_basic_in_the_clear", condition=~Q(transport="basic", tls=False)),
            models.UniqueConstraint(Lower("name"), name="host_name_ignores_case"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def simulated(self) -> bool:
        """Tell whether this is a computer of the lab that answers: an invented one does not."""
        return self.lab and not self.invented

    def is_own_computer_of(self, person: Person) -> bool:
        """Tell whether the person owns the computer or it is assigned to them."""
        return self.owner_id == person.pk or self.assigned.filter(pk=person.pk).exists()
