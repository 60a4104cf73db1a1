"""The Django app: loads the system checks when it starts."""

from importlib import import_module

from django.apps import AppConfig


class TroubleshootConfig(AppConfig):
    """The one app of Mendpoint."""

    name = "troubleshoot"
    verbose_name = "Mendpoint"

    def ready(self) -> None:
        """Register the system checks; they need the models, so they cannot be imported any earlier."""
        for package in ("operations", "web"):
            import_module(f"troubleshoot.{package}.system_checks")
