"""Notices saved and deleted pictures of the host, inside the host's own transaction."""

from functools import partial
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from recommender.catalog import catalog, product_model
from recommender.conf import get


def watch_pictures() -> None:
    """Connect to the models the host's Catalog names in `watch`; called once at start-up."""
    if not get("CATALOG"):
        return  # a system check tells the developer
    for label, path in catalog().watch.items():
        handler = partial(_picture_changed, path=path)
        for signal in (post_save, post_delete):
            signal.connect(
                handler,
                sender=apps.get_model(label),
                weak=False,
                dispatch_uid=f"recommender.{label}.{id(signal)}",
            )


def _picture_changed(*, instance: Model, path: str, **_signal: Any) -> None:
    from recommender.pipeline.picture_sync import sync_products  # noqa: PLC0415 -- models are not ready above

    if _signal.get("raw"):
        return  # loaddata: the rows it needs may not be there yet; check_recommender finds them
    pk = _product_pk(instance, path)
    sync_products(product_model()._default_manager.filter(pk=pk))


def _product_pk(instance: Model, path: str) -> Any:
    """Follow `product` or `variant__product` to a primary key."""
    target: Any = instance
    for step in filter(None, path.split("__")):
        target = getattr(target, step)
    return target.pk
