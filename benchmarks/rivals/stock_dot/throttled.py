"""The same view in Django REST framework, with its throttle."""

from typing import Any

from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class HasToken(BasePermission):
    """A program has no user: the token is what counts."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Whether the library found one."""
        return request.auth is not None


class PerProgram(SimpleRateThrottle):
    """Counts a program over all its tokens, as ours does."""

    scope = "program"

    def get_cache_key(self, request: Any, view: Any) -> str:
        """What is counted under."""
        return f"throttle:{request.auth.application_id}"


class Throttled(APIView):
    """Who is asking."""

    permission_classes = (HasToken,)
    throttle_classes = (PerProgram,)

    def get(self, request: HttpRequest) -> Response:
        """As views.Me."""
        owner = request.user
        return Response({"kind": "program", "user": owner and owner.pk, "read_only": False})
