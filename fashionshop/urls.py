"""Where everything is."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.static import serve

from fashionshop import views

urlpatterns = [
    path("", views.home, name="home"),
    path("category/<slug:slug>/", views.category, name="category"),
    path("product/<int:pk>/", views.product, name="product"),
    path("search/photo/", views.photo_search, name="photo-search"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("recommender.api.urls")),
    path("", include("recommender.api.aliases")),
]

if settings.SERVE_MEDIA:
    urlpatterns.append(path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}))

handler500 = "fashionshop.views.server_error"
