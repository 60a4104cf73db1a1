"""Who is here, and who is away: both are about people alone and change no case."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from troubleshoot.models.case import Case
from troubleshoot.models.person import Person


class Presence(models.Model):
    """Somebody has the page of a case open. The page renews it; rows that nobody renews are thrown away."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="presence_once_for_each_case")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.case_id}"


class Absence(models.Model):
    """An approver is away for a time, and says who looks after what would come to them. It gives nobody a right."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True, related_name="absence")
    until = models.DateTimeField()
    deputy = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="deputy_of")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(deputy=F("person")), name="absence_deputy_is_another")]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.until:%Y-%m-%d}"
