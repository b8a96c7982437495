"""`/o/<org>/workspaces/…`."""

from django.urls import path

from workspaces import views

app_name = "workspaces"
urlpatterns = [path("", views.workspaces, name="list")]
