"""Faults of who may use the keys of the computer."""

from troubleshoot.lab.faults.certificates import expired_certificate
from troubleshoot.lab.key_files import describe, key_file
from troubleshoot.lab.renewal import provide_certificate
from troubleshoot.lab.state import KEY_FOLDER, REMOTE_DESKTOP_STORE, Document


def _key_file_permissions(document: Document) -> None:
    """The service that needs the key of the certificate may not read it: only administrators may."""
    describe(document, key_file(document), "O:BAD:PAI(A;;FA;;;SY)(A;;FA;;;BA)")


def _key_folder_permissions(document: Document) -> None:
    """The certificate has expired, and no new one can be made: only administrators may write into the key folder."""
    describe(document, KEY_FOLDER, "O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
    expired_certificate(document)
    provide_certificate(document)


def _no_certificate(document: Document) -> None:
    """There is no certificate, and none can be made: only administrators may write into the key folder."""
    _key_folder_permissions(document)
    document["certificates"][REMOTE_DESKTOP_STORE] = []


FAULTS = {
    "key-file-permissions": _key_file_permissions,
    "key-folder-permissions": _key_folder_permissions,
    "key-folder-no-certificate": _no_certificate,
}
