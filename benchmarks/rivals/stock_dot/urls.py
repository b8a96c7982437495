"""The library's token endpoint, and a protected view as its tutorial writes one, plain and with DRF's throttle."""

from django.urls import include, path

from benchmarks.rivals.boards.api import Tasks
from benchmarks.rivals.stock_dot.throttled import Throttled
from benchmarks.rivals.stock_dot.views import Me

urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("me", Me.as_view()),
    path("throttled/me", Throttled.as_view()),
    path("workspaces/<str:workspace>/tasks", Tasks.as_view()),
]
