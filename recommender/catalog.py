"""What the engine may ask a host shop: the adapter a host subclasses, and the card it returns."""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist, ValidationError
from django.core.files.storage import Storage, default_storage
from django.db.models import CharField, F, IntegerField, Min, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Cast, Coalesce
from django.utils.module_loading import import_string

from recommender import conf

# How to get from a row that holds pictures to its product: a path, or a function that gives one
# product, several, or None.
Watch = str | Callable[[Any], Any]


@dataclass(frozen=True)
class PictureSource:
    """A picture as a page needs it; `srcset` maps MIME type → width in pixels → address."""

    src: str
    width: int
    height: int
    alt: str
    srcset: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, str]:
        """MIME type → the text of an HTML `srcset` attribute."""
        return {
            kind: ", ".join(f"{url} {width}w" for width, url in widths.items())
            for kind, widths in self.srcset.items()
            if widths
        }


@dataclass(frozen=True)
class Card:
    """Everything needed to draw a product once, on a page or in an app."""

    id: str
    title: str
    url: str
    price: Decimal | None = None
    currency: str = ""
    price_label: str = ""
    is_available: bool = True
    subtitle: str = ""
    picture: PictureSource | None = None


class Catalog:
    """The questions the engine asks a host. Subclass it and name it in `RECOMMENDER["CATALOG"]`.

    Only `pictures` and `card` must be written; each other answer has a default that fits a shop
    where every product is visible, in stock and of one design.
    """

    # The models that hold pictures → the path from one of their rows to its product ("" when the
    # picture sits on the product itself), or a function of the row where no path says it, as
    # `lambda image: image.product.parent or image.product`. Saving such a row is all it takes to
    # have it embedded.
    watch: Mapping[str, Watch] = {}

    # Of "gender" and "season", by which a look fits its wearer: the value that goes with every other.
    suits_all: Mapping[str, str] = {"gender": "UNISEX", "season": "ALL_YEAR"}

    def products(self) -> QuerySet[Any]:
        """The products shoppers may see, with what `card` reads already joined or prefetched."""
        return product_model()._default_manager.all()

    def available(self) -> Q:
        """What must hold for a product to be recommended; joined into the query that ranks."""
        return Q()

    def slot(self) -> Combinable:
        """An expression giving the product's slot (see `recommender.models.Slot`), "" for none."""
        return Value("", output_field=CharField())

    def group_key(self) -> Expression:
        """An expression equal for products that count as one, such as colours of a design."""
        return Cast("pk", CharField())

    def novelty(self) -> Combinable:
        """An expression that is greater for newer products, for what nobody has looked at yet.

        By default the key where keys are counted up; others (UUID, text) say nothing of age, so
        that it is the picture of the product that the engine noted first.
        """
        if isinstance(_key_field(), IntegerField):
            return F("pk")
        return Coalesce(Min("recommender_pictures__pk"), 0)

    def attributes(self) -> Mapping[str, Combinable]:
        """What products are filtered, boosted and compared by: a name → an expression.

        "price" must be a number; "category", "gender", "season", "size" and "colour" are known to
        the API; any other name is the host's own. Values are text, "" for unknown.
        """
        return {}

    def categories(self) -> Sequence[Combinable]:
        """Expressions of a product's category, then of what that lies in, as far as the shop has it.

        As in `[F("category__slug"), F("category__parent__slug")]`: "similar" shows the same category
        first, then what lies near it. By default the attribute "category" alone, unless a product may lie
        in several: which of them says what kind of thing it is, only the shop knows.
        """
        offered = self.attributes()
        return [offered["category"]] if "category" in offered else []

    def fits(self, name: str, value: str) -> Q:
        """What must hold for a product to do for someone who asked for this value.

        The attribute's expression is annotated as `reco_<name>`. Where one value serves several
        wishes (unisex, "S M L" in one column) the host says so here.
        """
        return Q(**{f"reco_{name}": value})

    def pictures(self, product: Any) -> Iterable[Any]:
        """The product's stored files, in the order shoppers see them: what its file fields give."""
        raise NotImplementedError(f"{type(self).__name__} must say where a product's pictures are")

    def card(self, product: Any) -> Card:
        """What a strip or the API shows of a product; must cost no query."""
        raise NotImplementedError(f"{type(self).__name__} must say what a product's card shows")

    def amount(self, price: Decimal) -> str:
        """How the shop writes a sum of prices."""
        return str(price)

    def find(self, text: str) -> Any:
        """The product a person means by `text`, for the command line.

        Raises:
            ObjectDoesNotExist: there is none.
        """
        try:
            return self.products().get(pk=text)
        except (ValueError, ValidationError) as error:
            raise ObjectDoesNotExist(text) from error

    @property
    def storage(self) -> Storage | None:
        """Where all pictures are read from, whatever their fields say; None: each from its field's."""
        return None

    def storage_of(self, picture: Any) -> Storage:
        """Where the file of a `recommender.models.Picture` is kept; asked by shop and workers alike.

        The storage of the model field that holds it, or the default one for a file of no field. To be
        overridden where the files of one field are kept apart, as in a bucket for each tenant.
        """
        if self.storage is not None or not picture.field:
            return self.storage or default_storage
        label, name = picture.field.rsplit(".", 1)
        storage: Storage = apps.get_model(label)._meta.get_field(name).storage
        return storage


@lru_cache
def catalog() -> Catalog:
    """The host's adapter, one instance for the process.

    Raises:
        ImproperlyConfigured: `RECOMMENDER["CATALOG"]` is missing, cannot be imported, or is none.
    """
    path = conf.get("CATALOG")
    if not path:
        raise ImproperlyConfigured('Set RECOMMENDER["CATALOG"] to the path of your Catalog class.')
    try:
        adapter = import_string(path)()
    except Exception as error:  # whatever the host's module does while it is imported
        raise ImproperlyConfigured(
            f'RECOMMENDER["CATALOG"] names {path!r}, which cannot be imported: '
            f"{type(error).__name__}: {error}{_place(error)}"
        ) from error
    if not isinstance(adapter, Catalog):
        raise ImproperlyConfigured(
            f'RECOMMENDER["CATALOG"] names {path!r}, which is no subclass of '
            "recommender.catalog.Catalog."
        )
    return adapter


def _place(error: Exception) -> str:
    """Where the host's own code failed; an import that failed says it by itself."""
    if isinstance(error, ImportError):
        return ""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f" ({last.filename}, line {last.lineno})"


def _key_field() -> Any:
    """The field a key is kept in, of the parent where a model inherits it."""
    field: Any = product_model()._meta.pk
    while field.remote_field:
        field = field.target_field
    return field


def product_model() -> type[Model]:
    """The host's product model, as named by `RECOMMENDER_PRODUCT_MODEL`.

    Raises:
        LookupError: it is missing or names no model; a system check says so.
    """
    return apps.get_model(conf.product_model_label())
