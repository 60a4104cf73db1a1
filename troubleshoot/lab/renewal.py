"""How a simulated host makes the certificate of Remote Desktop itself, and what keeps it from doing so.

What is in the way lies in the host's state, so that every further try fails too until somebody repairs it.
"""

import secrets

from troubleshoot.lab.certificates import stamp
from troubleshoot.lab.key_files import may_make_keys, may_replace_key
from troubleshoot.lab.state import (
    CONNECTION_MANAGER,
    REMOTE_DESKTOP_STORE,
    Document,
    find,
    host_now,
    iso,
    moment,
    own_name,
    self_signed,
)

#: Services that the making of a key and a certificate needs beside SessionEnv (SupportArticles-docs,
#: internal-error-has-occurred-connecting-remote-machine); Windows starts them by itself where they may start.
HELPERS = ("KeyIso", "CryptSvc", "CertPropSvc")
_DENIED, _EXISTS = "Access is denied.", "Object already exists."
# Status texts of the two ways in which the key container can fail.
_KEY_STATUS = {"denied": _DENIED, "missing": "Keyset does not exist."}
_NOT_STARTED = "The service cannot be started, because it is disabled."


def valid_now(document: Document, entry: Document) -> bool:
    """Tell whether a certificate entry has a private key and is within its dates by the host's own clock."""
    inside = moment(entry["not_before"]) <= host_now(document) <= moment(entry["not_after"])
    return bool(entry["has_private_key"]) and inside


def obstacle(document: Document) -> str | None:
    """Return the status with which the making of a certificate fails as things stand; None when it succeeds."""
    if any(_switched_off(document, name) for name in HELPERS):
        return _NOT_STARTED
    if not may_make_keys(document):
        return _DENIED
    status = _KEY_STATUS.get(document["key_store"]["rdp_key"])
    return status if status or may_replace_key(document) else _EXISTS


def provide_certificate(document: Document) -> None:
    """Make a new self-signed certificate when none is valid and nothing is in the way, else log the failure.

    The log entries are 1058 (an expired one could not be replaced) and 1057 (none could be made).
    """
    store = document["certificates"].setdefault(REMOTE_DESKTOP_STORE, [])
    if any(valid_now(document, entry) for entry in store):
        return
    status = obstacle(document)
    if status is None:
        serial = secrets.randbelow(2**53 - 1) + 1
        store[:] = [self_signed(own_name(document), serial, host_now(document))]
        stamp(document)
        return
    number, verb = (1058, "replace the expired") if store else (1057, "create a new")
    message = f"The host could not {verb} self-signed certificate for Remote Desktop. Status: {status}"
    log(document, source=CONNECTION_MANAGER, number=number, message=message)


def log(document: Document, *, source: str, number: int, message: str) -> None:
    """Append one entry to the host's System event log, at the host's time."""
    document["event_log"].append(
        {"log": "System", "source": source, "id": number, "time": iso(host_now(document)), "message": message}
    )


def _switched_off(document: Document, name: str) -> bool:
    found = find(document["services"], name)
    service = {} if found is None else document["services"][found]
    return bool(service) and service["state"] != "Running" and service["start_mode"] == "Disabled"
