"""`/metrics` for Prometheus: this machine only, and with the token once a proxy stands in front or one is set."""

import hmac
import ipaddress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from accounts.metrics import exposition
from accounts.problems import shaped


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers. 404 for other machines, 401 without the token where one is needed."""
    proxied = settings.GATEHOUSE_TRUSTED_PROXIES > 0
    # Behind a proxy everybody comes from its address: the token alone decides, and without one nobody comes in.
    if (proxied and not settings.GATEHOUSE_METRICS_TOKEN) or not (proxied or _is_here(request)):
        raise Http404
    if settings.GATEHOUSE_METRICS_TOKEN and not _has_token(request):
        answer = shaped(
            request, 401, "invalid_token", "Send GATEHOUSE_METRICS_TOKEN as Authorization: Bearer."
        )
        answer.headers["WWW-Authenticate"] = 'Bearer realm="gatehouse metrics"'
        return answer
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _is_here(request: HttpRequest) -> bool:
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    expected: str = settings.GATEHOUSE_METRICS_TOKEN
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), expected.encode())
