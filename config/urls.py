"""The whole map on one screen."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import health, metrics, pages
from config import documentation, errors
from config.api import api
from robots import machine

urlpatterns: list[URLPattern | URLResolver] = [
    # machines, what they call most before the rest
    path("api/v1/", api.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("oauth2/token", machine.token, name="token"),
    path("oauth2/access_token", machine.token, name="access_token"),
    path("oauth2/revoke", machine.revoke, name="revoke"),
    path("oauth2/introspect", machine.introspect, name="introspect"),
    path(".well-known/oauth-authorization-server", machine.metadata, name="oauth_metadata"),
    # people
    path("accounts/", include("accounts.sign_in_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("language/", pages.language, name="set_language"),
    path("", include("tokens.urls")),
    path("", include("accounts.urls")),
    path("", include("tokens.limit_urls")),
    path("o/<slug:org>/people/<str:person>/tokens/", include("tokens.people_urls")),
    path("o/<slug:org>/api/", documentation.page, name="api_documentation"),
    path("o/<slug:org>/api/openapi.json", documentation.document, name="api_document"),
    path("o/<slug:org>/settings/robots/", include("robots.urls")),
    path("o/<slug:org>/settings/webhooks/", include("webhooks.urls")),
    path("o/<slug:org>/shared/", include("robots.shared_urls")),
    path("o/<slug:org>/workspaces/", include("workspaces.urls")),
]

if "uipath" in settings.GATEHOUSE_DIALECTS:
    urlpatterns.append(path("", include("dialects.uipath.urls")))

handler400, handler403, handler404, handler500 = (
    errors.bad_request,
    errors.refused,
    errors.not_found,
    errors.server_error,
)
