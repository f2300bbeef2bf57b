"""The settings of the shop: everything from the environment, and good defaults without one."""

from pathlib import Path

from csp.constants import NONCE
from django_guid.integrations import CeleryIntegration
from environs import Env

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("FASHIONSHOP_VAR", str(BASE_DIR / "var")))

DEBUG = env.bool("DEBUG", False)
DEMO_SECRET_KEY = "only-for-the-demo-on-this-machine" + "-" * 20
SECRET_KEY = env.str("SECRET_KEY", DEMO_SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "fashionshop",
    "recommender",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_guid",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pictures",
    "rest_framework",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "fashionshop.metrics.time_pages",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "fashionshop.urls"
WSGI_APPLICATION = "fashionshop.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fashionshop.navigation.header",
            ]
        },
    }
]

# `manage.py` and the tests start an embedded server and set DATABASE_URL when nobody else did.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgresql:///fashionshop")}
# A request waits for the pool while the server restarts; without one each would find it gone.
POOL = {"min_size": 1, "max_size": 8, "timeout": 5}  # of a process, which has eight threads
DATABASES["default"] |= {"CONN_HEALTH_CHECKS": True}
# Either end gives up a line whose other end has fallen silent, with the locks that hang on it; a system
# by itself waits up to two hours. Through a socket of this machine nothing of it counts.
SILENCE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
SERVER_SILENCE = {f"tcp_{name}": value for name, value in SILENCE.items()}
SERVER_SILENCE |= {"tcp_user_timeout": 25_000}  # milliseconds
DATABASES["default"]["OPTIONS"] = {
    "options": " ".join(f"-c {name}={value}" for name, value in SERVER_SILENCE.items()),
    "tcp_user_timeout": 25_000,
    **SILENCE,
    **DATABASES["default"].get("OPTIONS", {}),  # what the address says
    "pool": POOL,
}
REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")

# Shared by all web processes, so that what is counted there is counted once.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}

LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en-gb", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("ar", "العربية"),
]
# The app's own; named so that the texts of `templates/` are collected there too.
LOCALE_PATHS = [BASE_DIR / "fashionshop" / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
# Which pictures may be seen the shop decides; behind ops/nginx.conf, that web server sends them.
X_ACCEL = env.bool("X_ACCEL", False)
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", True)
STORAGES = {
    "default": {"BACKEND": "fashionshop.storage.WholeFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_MAX_MEMORY_SIZE = 20_000_000

# Widths of 240, 480, 720 and 960 pixels, never larger than the picture itself.
PICTURES = {
    "CONTAINER_WIDTH": 960,
    "GRID_COLUMNS": 4,
    "PIXEL_DENSITIES": [1],
    "FILE_TYPES": ["AVIF"],
    "USE_PLACEHOLDERS": False,
    "PROCESSOR": "fashionshop.renditions.make",
}

RECOMMENDER_PRODUCT_MODEL = "fashionshop.Product"
RECOMMENDER = {
    "CATALOG": "fashionshop.catalog.ShopCatalog",
    "BROKER_URL": REDIS_URL,
    "STAFF_KEY": env.str("STAFF_KEY", ""),
    "TRAINING_DIR": str(VAR_DIR / "trainings"),
}

REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
SPECTACULAR_SETTINGS = {
    "TITLE": "fashionshop",
    "DESCRIPTION": "What looks like it, and what goes well with it: from the pictures alone.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
}

LOGIN_URL = "admin:login"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.bool("HTTPS", False)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz", r"^metrics$"]  # asked within the machine, past the proxy
# A browser that has seen the shop behind TLS does not speak to it without for so long.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 3600) if HTTPS else 0
# Nothing on a page runs, is drawn or is sent but what this shop serves as a file.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],  # icons in style sheets; a photo before it is sent
        "connect-src": ["'self'", "data:"],  # the photo that this tab remembers
        "style-src": ["'self'", NONCE],  # translated words that the admin's style sheets show
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
# HSTS for sub-domains and for ever is for the owner of a domain to decide, not for a shop on it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# One id from a request to the work it caused: in both logs, and in the answer's header.
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "EXPOSE_HEADER": False,
    "INTEGRATIONS": [CeleryIntegration()],
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "django_guid.log_filters.CorrelationId"}},
    "formatters": {
        "plain": {"format": "{levelname} {name}: {message}", "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "{levelname}{name}{message}{correlation_id}{process}",
            "style": "{",
            "timestamp": True,
            "rename_fields": {"levelname": "level", "name": "logger", "correlation_id": "request"},
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.str("LOG_FORMAT", "plain"),  # or "json", for what collects logs
            "filters": ["request"],
        }
    },
    "loggers": {
        "django_guid": {"level": "WARNING"},
        "waitress.queue": {"level": "ERROR"},  # that a request waits for a thread is no news
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
