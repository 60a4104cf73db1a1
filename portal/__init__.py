"""The wiring: settings, URLs, Celery and the server entry points. No product logic."""
