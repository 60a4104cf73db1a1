"""The Django app: loads the system checks when it starts."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class TroubleshootConfig(AppConfig):
    """The one app of Mendpoint."""

    name = "troubleshoot"
    verbose_name = "Mendpoint"

    def ready(self) -> None:
        """Register the system checks, which need the models, and arm what a test wants to fail."""
        for package in ("operations", "web"):
            import_module(f"troubleshoot.{package}.system_checks")
        if settings.MENDPOINT_FAILPOINTS:
            import_module("troubleshoot.operations.failing").arm_failpoints(settings.MENDPOINT_FAILPOINTS)
