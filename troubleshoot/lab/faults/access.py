"""Faults of the way in: the host works, or not, but Mendpoint may not look inside."""

from troubleshoot.lab.state import Document


def _constrained_language(document: Document) -> None:
    """Run PowerShell in constrained language mode, as an application control policy does."""
    document["powershell"]["language_mode"] = "ConstrainedLanguage"


def _credentials_refused(document: Document) -> None:
    """Answer every WinRM sign-in with 401."""
    document["winrm"]["credentials"] = "refused"


FAULTS = {"constrained-language": _constrained_language, "credentials-refused": _credentials_refused}
