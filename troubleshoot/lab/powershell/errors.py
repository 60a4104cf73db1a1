"""The two ways in which a script ends early: the lab refuses it, or PowerShell itself would stop it."""


class ScriptRefused(Exception):
    """The script lies outside the subset, or reaches a place where Windows PowerShell 5.1 coerces or is ambiguous.

    ``line`` counts from 1; ``construct`` is the offending text, shortened.
    """

    def __init__(self, line: int, construct: str, reason: str) -> None:
        shortened = construct if len(construct) <= 60 else construct[:57] + "..."
        super().__init__(f"line {line}: {shortened!r}: {reason}")
        self.line, self.construct, self.reason = line, shortened, reason


class ScriptFailed(Exception):
    """A terminating PowerShell error: the message as 5.1 words it in English, the identifier as it is everywhere."""

    def __init__(self, message: str, identifier: str = "") -> None:
        super().__init__(message)
        self.identifier = identifier


class Unsupported(Exception):
    """Raised where no line is known; the evaluator turns it into Refused at the construct being evaluated."""
