from django.shortcuts import get_object_or_404, render
from django.urls import include, path

from tests.foreign_shop.models import Garment


def garment(request, pk):
    return render(request, "shop/garment.html", {"garment": get_object_or_404(Garment, pk=pk)})


urlpatterns = [
    # docs: urls
    path("api/v1/", include("recommender.api.urls")),
    # docs: end
    path("<str:pk>", garment),
]
