"""Somebody else's tokens, below `/o/<org>/people/<person>/tokens/`."""

from django.urls import path

from tokens.views import people

app_name = "people_tokens"
urlpatterns = [
    path("unused/", people.revoke_unused, name="revoke_unused"),
    path("<str:token>/revoke/", people.revoke, name="revoke"),
]
