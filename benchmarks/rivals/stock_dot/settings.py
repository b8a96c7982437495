"""`django-admin startproject` plus django-oauth-toolkit's tutorial, on PostgreSQL.

In its favour: connections persist, no admin site, no log lines, and none of the two optional middlewares
(OAuth2TokenMiddleware would check the token a second time). RIVAL_HASHER=fast replaces PBKDF2.
"""

import os

import environ

SECRET_KEY = "benchmark"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.rivals.stock_dot.urls"
WSGI_APPLICATION = "benchmarks.rivals.stock_dot.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "rest_framework",
    "benchmarks.rivals.boards",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
DATABASES = {"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])}
# As ours: a connection per request would cost it a factor of ten.
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
if os.environ.get("RIVAL_HASHER") == "fast":
    PASSWORD_HASHERS = ["benchmarks.rivals.hashers.OnePass"]
OAUTH2_PROVIDER = {"SCOPES": {"read": "Read scope", "write": "Write scope"}}
# Django REST framework as both tutorials have it, JSON only. Its throttle keeps a list of times per caller, shared by the
# processes in Redis; a second's window keeps that list as long as a robot's of ours is at its default limit.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oauth2_provider.contrib.rest_framework.OAuth2Authentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_THROTTLE_RATES": {"program": "100000/sec"},
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ["RIVAL_REDIS"],
    }
}
USE_TZ = True
STATIC_URL = "static/"
