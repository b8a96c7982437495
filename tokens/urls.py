"""One's own tokens below `/profile/tokens/`, and the organization's API policy."""

from django.urls import path

from tokens.views import own, policy

app_name = "tokens"
urlpatterns = [
    path("profile/tokens/", own.tokens, name="list"),
    path("profile/tokens/<slug:org>/<str:token>/edit/", own.edit, name="edit"),
    path("profile/tokens/<slug:org>/<str:token>/rotate/", own.rotate, name="rotate"),
    path("profile/tokens/<slug:org>/<str:token>/finish/", own.finish, name="finish"),
    path("profile/tokens/<slug:org>/<str:token>/revoke/", own.revoke, name="revoke"),
    path("o/<slug:org>/settings/api/", policy.policy, name="policy"),
]
