"""Who is behind a session: the person together with the grants that they come with, in one query."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from troubleshoot.models import Grant, Person


class Backend(ModelBackend):
    """Django's own, for a person whose every right is a grant.

    `request.user` is made anew for each request, so what it came with is never older than the request.
    """

    def get_user(self, user_id: Any) -> Person | None:
        """The person with the grants in force now; None for nobody, and for an account that is switched off."""
        grants = list(Grant.objects.active().filter(person=user_id).select_related("person"))
        person = grants[0].person if grants else Person.objects.filter(pk=user_id).first()
        if person is None or not self.user_can_authenticate(person):
            return None
        person.came_with(grants)
        return person
