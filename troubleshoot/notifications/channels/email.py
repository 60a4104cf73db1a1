"""E-mail through the mail server of the settings (MENDPOINT_MAIL_*), or into files where none is set."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _

from troubleshoot.models import Delivery, Person
from troubleshoot.notifications.channels import NotDelivered, OutgoingMessage

TITLE = _("E-mail")
Fault = Delivery.Fault
#: SMTP: from this code on, an answer stays the same however often one asks.
_FOR_GOOD = 500


def reaches(person: Person) -> bool:
    """Tell whether the person has an address."""
    return bool(person.email)


def send(message: OutgoingMessage) -> None:
    """Send one e-mail over a connection of its own. Raises NotDelivered.

    Who does not let us in lets nobody in. What goes wrong after that may be about this one message: the next one
    gets its own try, so that one that a server stumbles over holds back no other.
    """
    connection: BaseEmailBackend = get_connection()
    fault = Fault.CHANNEL_DOWN
    try:
        connection.open()
        fault = Fault.DEFERRED
        connection.send_messages([_email(message)])
    except OSError as error:
        raise NotDelivered(_fault(error, fault), _words(error)) from error
    finally:
        with suppress(OSError):  # the server has answered for the message already
            connection.close()


def message_id(key: str) -> str:
    """Return the Message-ID of a delivery: its key, at the name under which the portal is reached."""
    host = urlsplit(settings.MENDPOINT_URL).hostname or "localhost"
    return f"<{key}@{f'[IPv6:{host}]' if ':' in host else punycode(host)}>"


def _email(message: OutgoingMessage) -> EmailMessage:
    return EmailMessage(
        message.subject[:150],
        f"{message.text}\n\n{message.link}\n",
        settings.DEFAULT_FROM_EMAIL,
        [message.person.email],
        headers={"Message-ID": message_id(message.key)},
    )


def _fault(error: OSError, otherwise: Delivery.Fault) -> Delivery.Fault:
    """Return whom a refusal concerns. (smtplib's errors are OSErrors.)"""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Fault.CHANNEL_DOWN
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        return Fault.REFUSED if all(code >= _FOR_GOOD for code, _said in _answers(error)) else Fault.DEFERRED
    return otherwise


def _answers(error: OSError) -> list[tuple[int, str]]:
    """Return what the server said: codes and words."""
    found: list[tuple[int, bytes | str]] = []
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        found += error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        found.append((error.smtp_code, error.smtp_error))
    return [(code, said.decode(errors="replace") if isinstance(said, bytes) else said) for code, said in found]


def _words(error: OSError) -> str:
    """Return what went wrong, for an operator."""
    answers = [f"{code} {said}" for code, said in _answers(error)]
    return "; ".join(answers) or f"{type(error).__name__}: {error}"
