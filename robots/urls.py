"""Owners' addresses: `/o/<org>/settings/robots/…`."""

from django.urls import path

from robots.views import settings

app_name = "robots"
urlpatterns = [
    path("", settings.robots, name="list"),
    path("<str:robot>/", settings.robot, name="robot"),
    path("<str:robot>/update/", settings.update, name="update"),
    path("<str:robot>/share/", settings.share, name="share"),
    path("<str:robot>/share/<str:person>/mail/", settings.send_again, name="send_again"),
    path("<str:robot>/share/<str:person>/remove/", settings.unshare, name="unshare"),
]
