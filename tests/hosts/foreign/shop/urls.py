from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import include, path

from shop.models import Garment


def garment(request, pk):
    return render(request, "shop/garment.html", {"garment": get_object_or_404(Garment, pk=pk)})


urlpatterns = [path("<str:pk>", garment)]

if settings.API != "none":
    urlpatterns += [
        # docs: urls
        path("api/v1/", include("recommender.api.urls")),
        # docs: end
    ]
