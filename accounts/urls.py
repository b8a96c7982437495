"""Addresses of the ground floor; below `/o/<org>/` in `organization_urls`."""

from django.urls import path

from accounts.views import outbox, pages, welcome

app_name = "accounts"
urlpatterns = [
    path("", pages.home, name="home"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("welcome/<str:code>/", welcome.open_link, name="open_link"),
    path("terms/api/", pages.terms, name="terms"),
    path("help/robots/oauth/", pages.help_oauth, name="help_oauth"),
    path("theme/", pages.theme, name="theme"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<str:name>/", outbox.outbox_mail, name="outbox_mail"),
    path("outbox/<str:name>/html/", outbox.outbox_html, name="outbox_html"),
    path("o/<slug:org>/", pages.overview, name="overview"),
    path("o/<slug:org>/settings/general/", pages.general, name="general"),
]
