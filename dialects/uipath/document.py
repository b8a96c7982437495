"""This dialect's OpenAPI document."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from ninja.openapi.views import openapi_json

from dialects.uipath.api import api


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """For whoever has a credential."""
    return openapi_json(request, api)
