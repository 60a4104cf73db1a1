"""The wiring: settings, URLs, Celery and the server entry points. No product logic."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
