"""What the tutorial calls ApiEndpoint: a view that needs an access token."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from oauth2_provider.views.generic import ProtectedResourceView


class Me(ProtectedResourceView):
    """Says no more than the library has already read, so that it costs no query of its own."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        """Who is asking: nobody's user, a program."""
        owner = request.resource_owner  # type: ignore[attr-defined]
        return JsonResponse({"kind": "program", "user": owner and owner.pk, "read_only": False})
