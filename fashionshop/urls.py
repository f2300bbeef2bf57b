"""Where everything is."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from fashionshop import basket_views, media, views
from fashionshop.metrics import Metrics

urlpatterns = [
    path("", views.home, name="home"),
    path("category/<slug:slug>/", views.category, name="category"),
    path("product/<int:pk>/", views.product, name="product"),
    path("search/", views.search, name="search"),
    # No token: it would cost every visitor a cookie. It refuses what another site sends.
    path("basket/add/", csrf_exempt(basket_views.add), name="basket-add"),
    path("basket/remove/", basket_views.take_out, name="basket-remove"),
    path("basket/", basket_views.show, name="basket"),
    path("checkout/", basket_views.checkout, name="checkout"),
    path("order/<uuid:token>/", basket_views.order, name="order"),
    # It limits the body before anybody looks for the token in it; then it looks itself.
    path("search/photo/", csrf_exempt(views.photo_search), name="photo-search"),
    # No token: a page would need a cookie for it, and whoever forges this changes a language.
    path("language/", csrf_exempt(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("recommender.api.urls")),
    path("", include("recommender.api.aliases")),
    path("metrics", Metrics.as_view(), name="metrics"),
    path("media/<path:path>", media.picture, name="media"),
]

handler500 = "fashionshop.views.server_error"
