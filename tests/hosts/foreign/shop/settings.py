"""The foreign shop's settings; `FOREIGN_KEY` chooses its primary key, `FOREIGN_API` what its API meets."""

import os

import dj_database_url

SECRET_KEY = "only-for-tests"
PRIMARY_KEY = os.environ.get("FOREIGN_KEY", "uuid")
API = os.environ.get("FOREIGN_API", "plain")  # "none": without Django REST framework; or "hostile"
DATABASES = {"default": dj_database_url.config()}
DATABASES["default"]["TEST"] = {"NAME": f"test_foreign_{PRIMARY_KEY}_{API}"}
USE_TZ = True
ROOT_URLCONF = "shop.urls"
ALLOWED_HOSTS = ["testserver"]
STATIC_URL = "static/"
MEDIA_URL = "https://cdn.example/"
# Like an object store: files have addresses and lie on no disk. Shots have a storage of their own.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "shots": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "shop",
]
if API != "none":
    INSTALLED_APPS += ["rest_framework"]
if API == "hostile":
    INSTALLED_APPS += ["drf_spectacular", "drf_spectacular_sidecar"]
    from shop.hostile import REST_FRAMEWORK  # noqa: F401 -- a setting

# docs: settings
INSTALLED_APPS += ["recommender"]
RECOMMENDER_PRODUCT_MODEL = "shop.Garment"
RECOMMENDER = {"CATALOG": "shop.catalog.GarmentCatalog"}
# docs: end
RECOMMENDER["COLLAPSE_DUPLICATES"] = False  # its pictures are plain boxes
