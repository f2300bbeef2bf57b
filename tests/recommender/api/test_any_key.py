"""The API asks the host's adapter alone, so that any model with any key will do."""

import uuid

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from recommender.catalog import Card, Catalog

pytestmark = pytest.mark.django_db


def shop_of(model):
    class ForeignCatalog(Catalog):
        def products(self):
            return model._default_manager.all()

        def card(self, product):
            return Card(id=str(product.pk), title=product.name, url=f"/g/{product.pk}")

    return ForeignCatalog()


@pytest.fixture(params=["uuid", "char"])
def garments(request, monkeypatch):
    """Three products of a foreign shop; their keys, highest first."""
    keys = {
        "uuid": (models.UUIDField(primary_key=True), [uuid.UUID(int=n) for n in (3, 2, 1)]),
        "char": (models.CharField(max_length=20, primary_key=True), ["z-3", "Ü 2", "a.1"]),
    }
    field, values = keys[request.param]
    with isolate_apps("fashionshop"):
        fields = {"key": field, "name": models.TextField(), "__module__": __name__}
        model = type("Garment", (models.Model,), fields | {"Meta": _meta()})
        with connection.schema_editor() as editor:
            editor.create_model(model)
        model.objects.bulk_create(model(key=key, name=f"Garment {key}") for key in values)
        for module in ("recommender.ranking.visible_products", "recommender.api.serializers"):
            monkeypatch.setattr(f"{module}.catalog", lambda: shop_of(model))
        monkeypatch.setattr("recommender.api.views.catalog", lambda: shop_of(model))
        yield list(model.objects.order_by("-pk").values_list("pk", flat=True))


def _meta():
    return type("Meta", (), {"app_label": "fashionshop", "db_table": "foreign_garment"})


def test_pages_go_through_all_keys_once(client, garments):
    first = client.get("/api/v1/products", {"limit": 2}).json()
    second = client.get(first["next"]).json()

    seen = [item["id"] for item in [*first["items"], *second["items"]]]
    assert seen == [str(key) for key in garments]


def test_a_key_finds_its_product(client, garments):
    for key in garments:
        assert client.get(f"/api/v1/products/{key}").json()["title"] == f"Garment {key}"


@pytest.mark.parametrize("key", ["nobody", "1", "%00", "x" * 300, str(uuid.UUID(int=9))])
def test_another_key_finds_nothing(client, garments, key):
    assert client.get(f"/api/v1/products/{key}").status_code == 404


def test_where_all_is_available_nothing_is_not(client, garments):
    available = client.get("/api/v1/products", {"available": "true"}).json()
    sold_out = client.get("/api/v1/products", {"available": "false"}).json()

    assert (len(available["items"]), len(sold_out["items"])) == (3, 0)
