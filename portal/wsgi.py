"""The web server's entry point. Refuses to start with host credentials in its environment."""

import os

from django.core.wsgi import get_wsgi_application

from portal import env

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
env.refuse_credentials("web process")
application = get_wsgi_application()
