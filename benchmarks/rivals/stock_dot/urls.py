"""The library's token endpoint, and a protected view as its tutorial writes one."""

from django.urls import include, path

from benchmarks.rivals.stock_dot.views import Me

urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("me", Me.as_view()),
]
