"""The root of the URL map: everything is the app's."""

from django.urls import include, path

urlpatterns = [path("", include("troubleshoot.web.urls"))]
