"""Use cases about passwords: changing one's own, and a new one-time password from an administrator."""

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from troubleshoot import audit, notifications
from troubleshoot.audit import Tag
from troubleshoot.engine import NoticeCode
from troubleshoot.models import Person, held
from troubleshoot.people import accounts
from troubleshoot.people.access import require_permission


@transaction.atomic
def change_password(*, person: Person, current: str, new: str) -> None:
    """Change one's own password; every other session of the person ends. Raises ValidationError by field."""
    person = held(Person.objects.all()).get(pk=person.pk)
    if not person.check_password(current):
        raise ValidationError({"current": _("This is not your present password.")})
    if new == current:
        raise ValidationError({"new": _("Choose another password than the present one.")})
    try:
        password_validation.validate_password(new, person)
    except ValidationError as error:
        raise ValidationError({"new": error.messages}) from error
    _set(person, new, for_once=False)
    audit.record(Tag.PEOPLE_PASSWORD, actor=person, objects=[person])


@transaction.atomic
def replace_password(*, actor: Person, person: Person) -> str:
    """Give a person a new password, to be changed after signing in once. It is returned, and kept nowhere.

    Every session of the person ends, and they are told: an administrator who does this could be them for a while.
    Raises PermissionRefused.
    """
    require_permission(actor, "person.password", person)
    if actor == person:
        raise ValidationError(_("Change your own password on your own page."))
    person = held(Person.objects.all()).get(pk=person.pk)
    password = accounts.one_time_password()
    _set(person, password, for_once=True)
    notifications.notify([person], NoticeCode.PASSWORD_GIVEN, {"who": str(actor)})
    audit.record(Tag.PEOPLE_PASSWORD, actor=actor, on_behalf=person, objects=[person])
    return password


def _set(person: Person, password: str, *, for_once: bool) -> None:
    person.set_password(password)
    person.must_change_password = for_once
    person.save(update_fields=["password", "must_change_password"])
