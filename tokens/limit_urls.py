"""Requests a minute: asking for more, answering."""

from django.urls import path

from tokens.views import limits, operator

app_name = "limits"
urlpatterns = [
    path("o/<slug:org>/limit/", limits.ask, name="ask"),
    path("o/<slug:org>/limit/withdraw/", limits.withdraw, name="withdraw"),
    path("o/<slug:org>/settings/api/limits/", limits.requests, name="requests"),
    path("o/<slug:org>/settings/api/limits/<str:asked>/", limits.decide, name="decide"),
    path("o/<slug:org>/people/<str:person>/limit/", limits.take_back, name="take_back"),
    path("operator/limits/", operator.waiting, name="operator"),
    path("operator/limits/<slug:organization>/<str:asked>/", operator.decide, name="operator_decide"),
]
