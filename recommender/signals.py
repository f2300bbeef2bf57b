"""Notices saved and deleted pictures of the host, inside the host's own transaction."""

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db.models import FileField, Model
from django.db.models.signals import post_delete, post_save

from recommender.catalog import Watch, catalog, product_model

log = logging.getLogger(__name__)


def watch_pictures() -> None:
    """Connect to the models the host's Catalog names in `watch`; called once at start-up."""
    try:
        watched = {apps.get_model(label): watch for label, watch in catalog().watch.items()}
    except (ImproperlyConfigured, LookupError, ValueError, TypeError, AttributeError) as error:
        # No reason to keep `manage.py check` from saying it with an id and a remedy.
        log.error("No picture is watched: %s (manage.py check says more)", error)
        return
    for model, watch in watched.items():
        handler = partial(_picture_changed, watch=watch)
        for signal in (post_save, post_delete):
            signal.connect(
                handler,
                sender=model,
                weak=False,
                dispatch_uid=f"recommender.{model._meta.label}.{id(signal)}",
            )


def _picture_changed(*, instance: Model, watch: Watch, **_signal: Any) -> None:
    from recommender.pipeline.picture_sync import sync_products  # noqa: PLC0415 -- models are not ready above

    if _signal.get("raw"):
        return  # loaddata: the rows it needs may not be there yet; check_recommender finds them
    keys = {product.pk for product in _products_of(instance, watch)}
    if keys:  # the base manager, for what shoppers may not see yet is seen already
        products = product_model()._base_manager.filter(pk__in=keys)
        sync_products(products, changed=_file_names(instance))


def _file_names(instance: Model) -> set[str] | None:
    """The files of a saved row: no other can hold other bytes now; None, any of them, where it has none."""
    fields = [field for field in instance._meta.concrete_fields if isinstance(field, FileField)]
    return {getattr(instance, field.attname).name for field in fields} if fields else None


def _products_of(instance: Model, watch: Watch) -> Iterable[Any]:
    """Ask the host's function, or follow `product` or `variant__product`; a gap on the way is none."""
    if callable(watch):
        named: Any = watch(instance)
        several: Iterable[Any] = [named] if isinstance(named, Model) else named or ()
        return several
    target: Any = instance
    for step in filter(None, watch.split("__")):
        target = target and getattr(target, step)
    return [target] if target else []
