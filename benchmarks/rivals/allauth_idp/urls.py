"""Its endpoints."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.urls")), path("", include("allauth.idp.urls"))]
