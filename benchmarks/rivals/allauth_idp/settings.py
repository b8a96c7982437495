"""Django's startproject plus what allauth's documentation asks for, on PostgreSQL; one pass of SHA-256 for PBKDF2."""

from benchmarks.rivals.stock_dot.settings import *  # noqa: F403
from benchmarks.rivals.stock_dot.settings import INSTALLED_APPS, MIDDLEWARE

ROOT_URLCONF = "benchmarks.rivals.allauth_idp.urls"
WSGI_APPLICATION = "benchmarks.rivals.allauth_idp.wsgi.application"
INSTALLED_APPS = [
    *(app for app in INSTALLED_APPS if app != "oauth2_provider"),
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
]
MIDDLEWARE = [*MIDDLEWARE, "allauth.account.middleware.AccountMiddleware"]
PASSWORD_HASHERS = ["benchmarks.rivals.hashers.OnePass"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
