"""The URL map. Every view named here declares its rule, or `manage.py check` fails."""

from django.urls import path

from troubleshoot.views import notices
from troubleshoot.views.home import home
from troubleshoot.views.sign_in import sign_in, sign_out

urlpatterns = [
    path("", home, name="home"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("notices", notices.listed, name="notices"),
    path("notices/read", notices.read, name="notices-read"),
    path("theme", notices.theme, name="theme"),
]
