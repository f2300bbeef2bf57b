"""Where the API is; include it under its version: `path("api/v1/", include("recommender.api.urls"))`."""

from django.apps import apps
from django.urls import path

from recommender.api import explaining, outfits, views

app_name = "recommender"

urlpatterns = [
    path("products", views.Products.as_view(), name="products"),
    path("products/<str:id>", views.ProductDetail.as_view(), name="product"),
    path("products/<str:id>/similar", views.Similar.as_view(), name="similar"),
    path("products/<str:id>/goes-with", views.GoesWith.as_view(), name="goes-with"),
    path("products/<str:id>/why/<str:other>", explaining.Why.as_view(), name="why"),
    path("products/<str:id>/why-not/<str:other>", explaining.WhyNot.as_view(), name="why-not"),
    path("products/<str:id>/outfits", outfits.ProductOutfits.as_view(), name="product-outfits"),
    path("outfits", outfits.SetOutfits.as_view(), name="outfits"),
    path("goes-with", outfits.SetGoesWith.as_view(), name="goes-with-several"),
    path("search/image", views.PhotoSearch.as_view(), name="search-image"),
]

if apps.is_installed("drf_spectacular"):
    from recommender.api import openapi

    openapi.describe_endpoints()
    urlpatterns += openapi.urlpatterns
