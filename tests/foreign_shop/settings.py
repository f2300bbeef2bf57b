"""The foreign shop's settings; `FOREIGN_KEY` chooses the kind of its primary key."""

import os

from environs import Env

env = Env()

SECRET_KEY = "only-for-tests"
PRIMARY_KEY = os.environ.get("FOREIGN_KEY", "uuid")
DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
DATABASES["default"]["TEST"] = {"NAME": f"test_foreign_{PRIMARY_KEY}"}
USE_TZ = True
ROOT_URLCONF = "tests.foreign_shop.urls"
ALLOWED_HOSTS = ["testserver"]
STATIC_URL = "static/"
MEDIA_URL = "https://cdn.example/"
# Like an object store: files have addresses and lie on no disk.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "rest_framework",
    "tests.foreign_shop",
]

# docs: settings
INSTALLED_APPS += ["recommender"]
RECOMMENDER_PRODUCT_MODEL = "shop.Garment"
RECOMMENDER = {"CATALOG": "tests.foreign_shop.catalog.GarmentCatalog"}
# docs: end
RECOMMENDER["COLLAPSE_DUPLICATES"] = False  # its pictures are plain boxes
