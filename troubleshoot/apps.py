"""The Django app: loads the system checks when it starts."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TroubleshootConfig(AppConfig):
    """The one app of Mendpoint."""

    name = "troubleshoot"
    verbose_name = "Mendpoint"

    def ready(self) -> None:
        """Register the system checks; they need the models, so they cannot be imported any earlier."""
        autodiscover_modules("system_checks")
