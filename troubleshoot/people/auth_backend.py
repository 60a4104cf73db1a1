"""Who is behind a session: the person, the grants they come with, and what every page shows them, in one query."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, OuterRef, QuerySet

from troubleshoot.models import Grant, Host, Notice, Person, VisitorContext

_SIMULATED = Host.objects.filter(lab=True).order_by().values("lab")


class GrantBackend(ModelBackend):
    """Django's own, for a person whose every right is a grant.

    `request.user` is made anew for each request, so what it came with is never older than the request.
    """

    def get_user(self, user_id: Any) -> Person | None:
        """Return the person with the grants in force now; None for nobody, and for an account that is switched off."""
        grants = list(_grants_of(user_id))
        person = grants[0].person if grants else Person.objects.filter(pk=user_id).first()
        if person is None or not self.user_can_authenticate(person):
            return None
        around = VisitorContext(grants[0].unread or 0, bool(grants[0].simulated)) if grants else None
        person.came_with(grants, around)
        return person


def visitor_context(person: Person) -> VisitorContext:
    """Return what the visitor came with, as it stood when the request began; asked for now for anybody else."""
    return person.surroundings or VisitorContext(Notice.objects.unread(person).count(), _SIMULATED.exists())


def _grants_of(user_id: Any) -> QuerySet[Any]:
    unread = Notice.objects.unread(OuterRef("person")).order_by().values("person").annotate(number=Count("pk"))
    around = {"unread": unread.values("number"), "simulated": _SIMULATED[:1]}
    return Grant.objects.active().filter(person=user_id).select_related("person", "site").annotate(**around)
