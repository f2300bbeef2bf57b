"""Oscar's own settings, and the three lines that the plug-in needs."""

import os
from pathlib import Path

import dj_database_url
from oscar import INSTALLED_APPS as OSCAR_APPS
from oscar.defaults import *  # noqa: F403

HERE = Path(__file__).resolve().parent
SECRET_KEY = "only-for-tests"
DATABASES = {"default": dj_database_url.config()}
DATABASES["default"]["TEST"] = {"NAME": "test_oscar"}
# A worker beside the tests works on their database.
DATABASES["default"]["NAME"] = os.environ.get("OSCAR_DATABASE", DATABASES["default"]["NAME"])
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "boutique.urls"
ALLOWED_HOSTS = ["testserver"]
STATIC_URL = "static/"
MEDIA_URL = "media/"
MEDIA_ROOT = os.environ.get("OSCAR_MEDIA", HERE / "media")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
INSTALLED_APPS = [*OSCAR_APPS, "sorl.thumbnail", "rest_framework"]

# docs: settings
INSTALLED_APPS += ["recommender"]
RECOMMENDER_PRODUCT_MODEL = "catalogue.Product"
RECOMMENDER = {"CATALOG": "boutique.catalog.OscarCatalog"}
# docs: end
RECOMMENDER["BROKER_URL"] = os.environ["REDIS_URL"]
