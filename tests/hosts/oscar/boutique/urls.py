from django.apps import apps
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("recommender.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
