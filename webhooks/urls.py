"""Owners' addresses: `/o/<org>/settings/webhooks/…`."""

from django.urls import path

from webhooks.views import deliveries, settings, verbs

app_name = "webhooks"
urlpatterns = [
    path("", settings.webhooks, name="list"),
    path("<str:webhook>/", settings.webhook, name="webhook"),
    path("<str:webhook>/edit/", settings.edit, name="edit"),
    path("<str:webhook>/on/", verbs.switch_on, name="switch_on"),
    path("<str:webhook>/off/", verbs.switch_off, name="switch_off"),
    path("<str:webhook>/resume/", verbs.resume, name="resume"),
    path("<str:webhook>/rotate/", verbs.rotate, name="rotate"),
    path("<str:webhook>/rotate/finish/", verbs.finish, name="finish"),
    path("<str:webhook>/delete/", verbs.delete, name="delete"),
    path("<str:webhook>/test/", deliveries.test, name="test"),
    path("<str:webhook>/resend/", deliveries.resend_failed, name="resend_failed"),
    path("<str:webhook>/deliveries/<str:delivery>/", deliveries.delivery, name="delivery"),
    path("<str:webhook>/deliveries/<str:delivery>/state/", deliveries.delivery_state, name="delivery_state"),
    path("<str:webhook>/deliveries/<str:delivery>/resend/", deliveries.resend, name="resend"),
]
