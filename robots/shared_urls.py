"""Holders' addresses: `/o/<org>/shared/…`."""

from django.urls import path

from robots.views import shared

app_name = "shared"
urlpatterns = [
    path("", shared.shares, name="list"),
    path("<str:robot>/", shared.robot, name="robot"),
    path("<str:robot>/reveal/", shared.reveal, name="reveal"),
]
