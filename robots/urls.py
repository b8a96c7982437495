"""Owners' addresses: `/o/<org>/settings/robots/…`."""

from django.urls import path

from robots.views import cuts, settings, verbs

app_name = "robots"
urlpatterns = [
    path("", settings.robots, name="list"),
    path("<str:robot>/", settings.robot, name="robot"),
    path("<str:robot>/update/", settings.update, name="update"),
    path("<str:robot>/scopes/", verbs.scopes, name="scopes"),
    path("<str:robot>/check/", verbs.check, name="check"),
    path("<str:robot>/renew/", verbs.renew, name="renew"),
    path("<str:robot>/renew/finish/", verbs.finish, name="finish"),
    path("<str:robot>/renew/extend/", verbs.extend, name="extend"),
    path("<str:robot>/on/", verbs.switch_on, name="switch_on"),
    path("<str:robot>/off/", cuts.switch_off, name="switch_off"),
    path("<str:robot>/oauth1/off/", cuts.oauth1_off, name="oauth1_off"),
    path("<str:robot>/share/close/", cuts.close_sharing, name="close_sharing"),
    path("<str:robot>/delete/", cuts.delete, name="delete"),
    path("<str:robot>/share/", settings.share, name="share"),
    path("<str:robot>/share/<str:person>/mail/", settings.send_again, name="send_again"),
    path("<str:robot>/share/<str:person>/remove/", settings.unshare, name="unshare"),
]
