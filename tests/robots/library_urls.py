"""The product's addresses and, for the parity test only, django-oauth-toolkit's own token view."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView

from config import urls

handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)
urlpatterns = [
    *urls.urlpatterns,
    path("oauth2/library/", login_not_required(csrf_exempt(TokenView.as_view()))),
]
