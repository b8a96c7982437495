"""Gatehouse's settings, in chapters; the environment decides (config/environment.py reads it).

1 where we run · 2 applications · 3 middleware · 4 databases, cache, broker · 5 people and sign-in
6 OAuth2 · 7 pages · 8 mail · 9 safety · 10 logs
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# ---------- 1 where we run ----------
try:
    GATEHOUSE_ENV = env.choice("GATEHOUSE_ENV", "development", ("development", "production"))
    PRODUCTION = GATEHOUSE_ENV == "production"
    HOST = env.text("HOST", "127.0.0.1")
    PORT = env.number("PORT", 8000, 1, 65535)
    GATEHOUSE_VAR = env.private_folder(Path(env.text("GATEHOUSE_VAR", str(BASE_DIR / "var"))).absolute())
    GATEHOUSE_TRUSTED_PROXIES = env.number("GATEHOUSE_TRUSTED_PROXIES", 0, 0, 9)
    GATEHOUSE_WEBHOOK_ALLOW = env.networks("GATEHOUSE_WEBHOOK_ALLOW")
    WEBHOOK_IN_FLIGHT = env.number("GATEHOUSE_WEBHOOK_IN_FLIGHT", 8, 1, 100)
    GATEHOUSE_METRICS_TOKEN = env.text("GATEHOUSE_METRICS_TOKEN")
    # Other systems' APIs that are spoken here (dialects/).
    GATEHOUSE_DIALECTS = env.several("GATEHOUSE_DIALECTS", ("uipath",))
    LOG_LEVEL = env.choice("GATEHOUSE_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
    DATABASE_URL = env.server("DATABASE_URL", ("postgres", "postgresql"), env.DATABASE_EXAMPLE)
    REDIS_URL = env.server("REDIS_URL", ("redis", "rediss"), env.REDIS_EXAMPLE)
    EMAIL_URL = env.server("EMAIL_URL", ("smtp", "smtps", "smtp+tls", "smtp+ssl"), env.EMAIL_EXAMPLE)
    if bool(DATABASE_URL) != bool(REDIS_URL):
        missing = "REDIS_URL" if DATABASE_URL else "DATABASE_URL"
        example = env.REDIS_EXAMPLE if DATABASE_URL else env.DATABASE_EXAMPLE
        raise env.problem(missing, "is missing: set DATABASE_URL and REDIS_URL together or neither", example)
    EMBEDDED = not DATABASE_URL
    ATTACHMENT_MEGABYTES = env.number("GATEHOUSE_ATTACHMENT_MEGABYTES", 25, 1, 5000)
    STORAGE_MEGABYTES = env.number("GATEHOUSE_STORAGE_LIMIT", 0, 0, 1_000_000_000)
    # Two on SQLite, which has one writer anyway; else a worker per core.
    WEB_CONCURRENCY = env.number(
        "WEB_CONCURRENCY", 2 if EMBEDDED else max(2, min(os.cpu_count() or 2, 64)), 1, 64
    )
    if PRODUCTION:
        GATEHOUSE_URL = env.base_url("GATEHOUSE_URL", "")
        SECRET_KEY = env.required_in_production("SECRET_KEY", env.SECRET_EXAMPLE)
        GATEHOUSE_KEYS = env.keyring(env.required_in_production("GATEHOUSE_KEYS", env.KEYS_EXAMPLE))
        env.required_in_production("EMAIL_URL", env.EMAIL_EXAMPLE)
    else:
        here = f"[{HOST}]" if ":" in HOST else HOST
        GATEHOUSE_URL = env.base_url("GATEHOUSE_URL", f"http://{here}:{PORT}")
        env.refuse_exposed_development(HOST, GATEHOUSE_URL, GATEHOUSE_TRUSTED_PROXIES)
        SECRET_KEY = env.text("SECRET_KEY") or env.made_once(GATEHOUSE_VAR / "secret_key", env.new_key())
        GATEHOUSE_KEYS = env.keyring(
            env.text("GATEHOUSE_KEYS") or env.made_once(GATEHOUSE_VAR / "keys", env.new_key())
        )
except env.EnvironmentProblem as error:
    env.stop(error)

HTTPS = GATEHOUSE_URL.startswith("https://")
# Never on: its error pages would show local variables, and those hold secrets.
DEBUG = False
ALLOWED_HOSTS = [
    urlsplit(GATEHOUSE_URL).hostname or "",
    *([] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"]),
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------- 2 applications ----------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "csp",
    "accounts",
    "workspaces",
    "robots",
    "tokens",
    "webhooks",
    "dialects",
    "config",
]

# ---------- 3 middleware ----------
# What programs call: no session, no CSRF, no redirects there. Read by config/middleware.py and tokens/middleware.py.
MACHINE_PATHS = r"^/(?:api/|oauth2/|\.well-known/|healthz$|readyz$|metrics$"
# What of it reads its credential itself or needs none.
OPEN_PATHS = r"^/(?:oauth2/|\.well-known/|healthz$|readyz$|metrics$"
if "uipath" in GATEHOUSE_DIALECTS:
    # Below an organization and a tenant, or neither.
    MACHINE_PATHS += r"|(?:[^/]+/){0,2}(?i:identity_?|audit_|portal_)(?:/|\Z)"
    OPEN_PATHS += r"|(?:[^/]+/){0,2}(?i:identity_?/(?:connect/token/?$|\.well-known/))"
MACHINE_PATHS += ")"
OPEN_PATHS += ")"
MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.CSPMiddleware",
    "config.middleware.HeadersMiddleware",
    "config.middleware.AddressMiddleware",
    "tokens.middleware.MachineDoorMiddleware",
    # Machines go from here to the last one.
    "config.middleware.MachineLaneMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.SessionMiddleware",
    "config.middleware.CommonMiddleware",
    "config.middleware.CsrfViewMiddleware",
    "config.middleware.AuthenticationMiddleware",
    "config.middleware.PersonMiddleware",
    "config.middleware.MessageMiddleware",
    "config.middleware.LoginRequiredMiddleware",
    # Stays under its own name: allauth's AppConfig looks for it.
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.innermost",
]

# ---------- 4 databases, cache, broker ----------
# A request never waits longer for Redis: cache and limits go on without it.
REDIS_SECONDS = 0.5
DATABASE_ROUTERS = ["config.routers.EphemeralRouter"]
if EMBEDDED:
    # FULL: a revocation that was answered must survive a power cut.
    SQLITE = {"timeout": 20, "transaction_mode": "IMMEDIATE"}
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": GATEHOUSE_VAR / "gatehouse.sqlite3",
            "OPTIONS": SQLITE | {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"},
            "CONN_MAX_AGE": None,
        },
        # What may be lost: cache, nonces, limits. A file of its own, never in a request's transaction.
        "ephemeral": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": GATEHOUSE_VAR / "ephemeral.sqlite3",
            "OPTIONS": SQLITE | {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"},
            "CONN_MAX_AGE": None,
        },
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
    CELERY_BROKER_URL = "filesystem://localhost//"
    _queue = str(env.private_folder(GATEHOUSE_VAR / "broker" / "queue"))
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | float] = {
        "data_folder_in": _queue,
        "data_folder_out": _queue,
        "control_folder": str(env.private_folder(GATEHOUSE_VAR / "broker" / "control")),
    }
else:
    DATABASES = {"default": env.postgresql(DATABASE_URL)}
    CACHES = {
        "default": {
            "BACKEND": "config.cache.SteadyRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "gatehouse",
            "OPTIONS": {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS},
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "global_keyprefix": "gatehouse:",
        "socket_connect_timeout": 0.5,
        "socket_timeout": 5,
    }
# What limits are counted under; two installations never share a Redis database, two test processes do.
LIMITS_PREFIX = "gatehouse:limit:"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(GATEHOUSE_VAR / "timetable")
# The sweeps: whatever is due is a row with a time; these find what a lost message forgot (house.md, idea 5).
CELERY_BEAT_SCHEDULE = {
    "send due mail": {"task": "accounts.send_due_mail", "schedule": 15.0},
    "wake forgotten checks of the record": {"task": "accounts.wake_due_checks", "schedule": 30.0},
    "sweep accounts": {"task": "accounts.sweep", "schedule": 3600.0},
    "sweep access tokens": {"task": "robots.sweep", "schedule": 600.0},
    "sweep personal access tokens": {"task": "tokens.sweep", "schedule": 900.0},
    "send what is due to webhooks": {"task": "webhooks.sweep", "schedule": 5.0 if EMBEDDED else 15.0},
    "look after failing webhooks": {"task": "webhooks.check_health", "schedule": 300.0},
    "forget old deliveries": {"task": "webhooks.prune", "schedule": 3600.0},
    "draw forgotten previews": {"task": "workspaces.draw_previews", "schedule": 15.0},
    "sweep attachments": {"task": "workspaces.sweep_attachments", "schedule": 3600.0},
}

# ---------- 5 people and sign-in ----------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Codes, not links: a link in a mail must not change anything when a scanner follows it.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "accounts.forms_passkeys.AddPasskeyForm",
    "edit_webauthn": "accounts.forms_passkeys.RenamePasskeyForm",
    "authenticate_webauthn": "accounts.forms_passkeys.PasskeyForm",
    "reauthenticate_webauthn": "accounts.forms_passkeys.PasskeyProofForm",
    "login_webauthn": "accounts.forms_passkeys.PasskeyLoginForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Gatehouse"
# Browsers allow passkeys on http for localhost only, which is where development runs.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = GATEHOUSE_TRUSTED_PROXIES
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [GATEHOUSE_URL]

# ---------- 6 OAuth2 ----------
OAUTH2_PROVIDER_APPLICATION_MODEL = "robots.Application"
OAUTH2_PROVIDER_GRANT_MODEL = "robots.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "robots.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "robots.RefreshToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "robots.IDToken"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "robots.DeviceGrant"
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "robots.oauth.Validator",
    "SCOPES_BACKEND_CLASS": "robots.oauth.Scopes",
    "ACCESS_TOKEN_GENERATOR": "robots.oauth.new_access_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": [],
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
} | {
    f"COMPLIANT_BCP_RFC9700_{gate}": True
    for gate in (
        "IMPLICIT_GRANT PASSWORD_GRANT PKCE_METHOD ACCESS_TOKEN_TRANSPORT AUTHZ_RESPONSE_ISS TOKEN_STORAGE "
        "REFRESH_TOKEN REDIRECT_URI_SCHEME REDIRECT_URI_MATCHING PKCE_REQUIRED"
    ).split()
}

# ---------- 7 pages ----------
FORM_RENDERER = "accounts.forms_unseen.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.frame",
            ],
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pl", "Polski")]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = GATEHOUSE_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Never below the web's root: only workspaces/downloads.py gives them out.
    "attachments": {
        "BACKEND": "workspaces.storage.FolderStorage",
        "OPTIONS": {"location": GATEHOUSE_VAR / "attachments"},
    },
}
# Files come through workspaces/uploading.py alone: every other page takes none.
FILE_UPLOAD_HANDLERS = ["config.uploads.NoFiles"]
# Half-read uploads: files without a name, gone with their process.
FILE_UPLOAD_TEMP_DIR = str(env.private_folder(GATEHOUSE_VAR / "uploads"))
API_TERMS_VERSION = env.text("GATEHOUSE_TERMS_VERSION", "1")

# ---------- 8 mail ----------
if EMAIL_URL:
    _mail = environ.Env.email_url_config(EMAIL_URL)
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    # smtps:// speaks TLS from the first byte; smtp+tls:// begins in clear and upgrades.
    EMAIL_USE_SSL = EMAIL_URL.startswith(("smtps:", "smtp+ssl:"))
    EMAIL_USE_TLS = bool(_mail.get("EMAIL_USE_TLS", False)) and not EMAIL_USE_SSL
else:
    EMAIL_BACKEND = "accounts.mail.FileBackend"
EMAIL_TIMEOUT = 20
MAIL_FOLDER = GATEHOUSE_VAR / "mail"
DEFAULT_FROM_EMAIL = env.text(
    "GATEHOUSE_MAIL_FROM", f"Gatehouse <gatehouse@{urlsplit(GATEHOUSE_URL).hostname}>"
)

# ---------- 9 safety ----------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
# A proxy in front speaks http to us; only a trusted one may say that the outside was https.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if GATEHOUSE_TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = False
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Bytes of one attachment.
ATTACHMENT_MAX_SIZE = ATTACHMENT_MEGABYTES * 1_000_000
# Bytes of all attachments of an organization; 0: any.
STORAGE_LIMIT = STORAGE_MEGABYTES * 1_000_000
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # config.middleware.HeadersMiddleware sends X-Frame-Options on every answer
    "security.W003",  # config.middleware.CsrfViewMiddleware is a subclass of Django's
    "security.W008",  # redirects to https are the proxy's work; we send HSTS
    "security.W005",  # subdomains are not ours to decide
    "security.W021",  # nor is the preload list
]

# ---------- 10 logs ----------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.RedactingFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
    },
}
