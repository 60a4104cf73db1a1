"""The web server's entry point. Refuses to start with host credentials in its environment, and with broken content."""

import os

from django.core.wsgi import get_wsgi_application

from portal import env
from troubleshoot.catalog import installed_catalog

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
env.refuse_credentials("web process")
application = get_wsgi_application()
installed_catalog()  # before the first visitor comes, who would wait for it
