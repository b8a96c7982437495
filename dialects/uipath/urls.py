"""This dialect's addresses, all below each of its mounts."""

from django.urls import include, re_path

from dialects.uipath import token
from dialects.uipath.api import api
from dialects.uipath.document import document
from dialects.uipath.mounts import BEFORE, in_any_case, tolerant

CONFIGURATION = r"^identity_?/\.well-known/openid-configuration"
patterns = [
    *tolerant(api.urls[0]),
    in_any_case(r"^identity_?/connect/token/?\Z", token.token, "token"),
    in_any_case(CONFIGURATION + r"/?\Z", token.configuration, "configuration"),
    in_any_case(CONFIGURATION + r"/jwks/?\Z", token.keys, "keys"),
    in_any_case(r"^identity_?/openapi\.json\Z", document, "document"),
]
urlpatterns = [re_path(BEFORE, include((patterns, "uipath")))]
