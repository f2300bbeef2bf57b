"""Whether the host's Catalog answers what the engine asks; its queries are compiled, never run."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db.models import Model, Q, QuerySet

from recommender.catalog import Catalog, catalog, product_model


def messages() -> list[CheckMessage]:
    try:
        adapter = catalog()
    except ImproperlyConfigured as error:
        hint = "Write a subclass of recommender.catalog.Catalog; docs/host-shop.md shows one."
        return [Error(str(error), hint=hint, id="recommender.E004")]
    found = [*_missing(adapter), *_storage(adapter)]
    try:
        product_model()
    except LookupError:
        return found  # E001 comes first: what leads to products cannot be told without them
    return [*found, *_watch(adapter), *_queries(adapter)]


def _missing(adapter: Catalog) -> Iterator[CheckMessage]:
    for name in ("pictures", "card"):
        if getattr(type(adapter), name) is getattr(Catalog, name):
            yield Error(
                f"{type(adapter).__name__} has no `{name}`.",
                hint=f"Write {name}(self, product); docs/host-shop.md shows one.",
                id="recommender.E005",
            )


def _storage(adapter: Catalog) -> Iterator[CheckMessage]:
    try:
        _ = adapter.storage
    except Exception as error:  # noqa: BLE001 -- whatever making a storage of the host's raises
        yield Error(
            f"{type(adapter).__name__}.storage cannot be had: {_reason(error)}",
            hint="Leave it out to read each picture from the storage of its own field.",
            id="recommender.E008",
        )


def _watch(adapter: Catalog) -> Iterator[CheckMessage]:
    watch: Any = adapter.watch
    if not isinstance(watch, Mapping):
        mistakes = {"": f"should be a dict, not {type(watch).__name__}"}
    else:
        mistakes = {f"[{label!r}]": _mistake(label, way) for label, way in watch.items()}
    for which, mistake in mistakes.items():
        if mistake:
            yield Error(
                f"{type(adapter).__name__}.watch{which} {mistake}.",
                hint='Name the model that holds pictures and the way to its product: {"shop.Shot": '
                '"garment"}, "" where the picture sits on the product itself.',
                id="recommender.E006",
            )


def _mistake(label: Any, way: Any) -> str:
    """What is wrong with one entry of `watch`; "" where nothing is."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        return f"names no model: {error}"
    if callable(way):
        return ""
    if not isinstance(way, str):
        return f"should be a path or a function, not {type(way).__name__}"
    return _mistake_in_path(model, way)


def _mistake_in_path(model: type[Model], path: str) -> str:
    for step in filter(None, path.split("__")):
        try:
            field: Any = model._meta.get_field(step)
        except FieldDoesNotExist as error:
            # A property leads somewhere, but where is not known before there is a row.
            return "" if hasattr(model, step) else f"leads nowhere: {error}"
        if not (field.many_to_one or field.one_to_one):
            return f"leads nowhere: {model._meta.label}.{step} is no foreign key"
        model = field.related_model
    product = product_model()
    if issubclass(model, product) or issubclass(product, model):
        return ""
    return f"leads to {model._meta.label}, not to {product._meta.label}"


def _queries(adapter: Catalog) -> Iterator[CheckMessage]:
    for name, query in _questions(adapter):
        if mistake := _mistake_in_query(query):
            yield Error(
                f"{type(adapter).__name__}.{name} {mistake}",
                hint="It must name fields of the product model, and what its joins reach.",
                id="recommender.E007",
            )


def _questions(adapter: Catalog) -> Iterator[tuple[str, Callable[[], QuerySet[Any]]]]:
    """What the statements that rank are made of, by the name of the method that says it."""
    products = product_model()._base_manager
    yield "products()", adapter.products
    yield "available()", lambda: products.filter(adapter.available())
    yield "slot()", lambda: products.annotate(reco_slot=adapter.slot())
    yield "group_key()", lambda: products.annotate(reco_group=adapter.group_key())
    yield "novelty()", lambda: products.annotate(reco_novelty=adapter.novelty())
    yield "attributes()", lambda: _attributes(adapter)
    yield "fits()", lambda: _attributes(adapter).filter(_fits(adapter))


def _attributes(adapter: Catalog) -> QuerySet[Any]:
    columns = {f"reco_{name}": given for name, given in adapter.attributes().items()}
    rows: QuerySet[Any] = product_model()._base_manager.annotate(**columns)
    return rows


def _fits(adapter: Catalog) -> Q:
    asked = [adapter.fits(name, "1") for name in adapter.attributes()]  # a price takes it too
    return Q(*asked)


def _mistake_in_query(query: Callable[[], QuerySet[Any]]) -> str:
    try:
        rows = query()
        if not isinstance(rows, QuerySet):
            return f"should give a queryset, not {type(rows).__name__}"
        if rows.model._meta.concrete_model is not product_model()._meta.concrete_model:
            return f"should give {product_model()._meta.label}, not {rows.model._meta.label}"
        rows.query.get_compiler(rows.db).as_sql()
    except (EmptyResultSet, DatabaseError):
        return ""  # nothing is asked; or the host asks a database that is not there yet
    except Exception as error:  # noqa: BLE001 -- whatever the host's code raises is its mistake
        return f"cannot be asked: {_reason(error)}"
    return ""


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
