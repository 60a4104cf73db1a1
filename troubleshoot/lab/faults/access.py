"""Faults of the way in: the host works, or not, but Mendpoint may not look inside."""

from troubleshoot.lab.state import Document


def _constrained_language(document: Document) -> None:
    """PowerShell runs in constrained language mode, as under an application control policy."""
    document["powershell"]["language_mode"] = "ConstrainedLanguage"


def _credentials_refused(document: Document) -> None:
    """WinRM refuses every sign-in (HTTP 401)."""
    document["winrm"]["credentials"] = "refused"


FAULTS = {"constrained-language": _constrained_language, "credentials-refused": _credentials_refused}
