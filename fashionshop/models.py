"""What the demo shop sells: the kind of models a host shop brings along."""

from collections.abc import Callable
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image

from fashionshop.renditions import DecodedPicture, DecodedPictureField
from recommender.decoder import decode_photo
from recommender.models import Slot
from recommender.photos import MERCHANT, Limits, digest, encode_jpeg


class Gender(models.TextChoices):
    WOMEN = "WOMEN", _("Women")
    MEN = "MEN", _("Men")
    UNISEX = "UNISEX", _("Unisex")


class Season(models.TextChoices):
    SUMMER = "SUMMER", _("Spring/Summer")
    WINTER = "WINTER", _("Autumn/Winter")
    ALL_YEAR = "ALL_YEAR", _("All year")


class Category(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    slot = models.CharField(
        _("slot"),
        max_length=10,
        choices=Slot,
        blank=True,
        help_text=_(
            "The part these products play in an outfit; empty for what is worn with nothing."
        ),
    )

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("category"), _("categories")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("category", args=[self.slug])


class ProductQuerySet(models.QuerySet["Product"]):
    def published(self) -> "ProductQuerySet":
        return self.filter(is_published=True)

    def in_stock(self) -> "ProductQuerySet":
        return self.filter(stock__gt=0)

    def for_cards(self) -> "ProductQuerySet":
        """Bring along what a card shows: the category and the pictures."""
        return self.select_related("category").prefetch_related("pictures")


class Product(models.Model):
    sku = models.CharField(_("SKU"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, related_name="products"
    )
    design = models.CharField(
        _("design"),
        max_length=64,
        blank=True,
        db_index=True,
        help_text=_(
            "Products of one design differ only in colour; recommendations show one of them."
        ),
    )
    colour = models.CharField(_("colour"), max_length=60, blank=True)
    gender = models.CharField(_("gender"), max_length=6, choices=Gender, default=Gender.WOMEN)
    season = models.CharField(_("season"), max_length=8, choices=Season, default=Season.ALL_YEAR)
    sizes = models.CharField(
        _("sizes"), max_length=120, blank=True, help_text=_("Separated by spaces: S M L")
    )
    price = models.DecimalField(
        _("price"),
        max_digits=9,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        null=True,
        blank=True,
    )
    stock = models.PositiveIntegerField(_("stock"), default=0)
    is_published = models.BooleanField(_("published"), default=True, db_index=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("product"), _("products")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="product_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(is_published=False) | models.Q(price__gt=0, price__isnull=False),
                name="product_published_with_price",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.pk])

    @property
    def cover(self) -> "ProductPicture | None":
        """The first picture; costs no query where the pictures were prefetched."""
        return next(iter(self.pictures.all()), None)


def picture_path(picture: "ProductPicture", _name: str) -> str:
    """Name a stored picture by its bytes; what the sender called the file is never used."""
    picture.file.seek(0)
    name = digest(picture.file.read())
    picture.file.seek(0)
    return f"products/{name[:2]}/{name}.jpg"


class ProductPicture(models.Model):
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.CASCADE, related_name="pictures"
    )
    file = DecodedPictureField(
        upload_to=picture_path,
        width_field="width",
        height_field="height",
        aspect_ratios=[None],
        db_index=True,  # each picture that is sent is looked up by its file
    )
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    # Names the bytes an import read, so that the next one knows them again without decoding.
    source_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("picture"), _("pictures")
        ordering = [F("position").asc(), "id"]

    def __str__(self) -> str:
        words = {"position": self.position, "product": self.product_id}
        return gettext("Picture %(position)s of %(product)s") % words


class Order(models.Model):
    """What somebody bought. It is a demo: nothing is paid for and nothing is sent."""

    # One for each checkout page that was shown, so that a page sent twice is one order.
    token = models.UUIDField(unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="orders",
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    address = models.TextField(_("address"), max_length=400)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name, verbose_name_plural = _("order"), _("orders")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return gettext("Order %(number)s") % {"number": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("order", args=[self.token])

    @property
    def total(self) -> Decimal:
        """Costs no query where the lines were prefetched."""
        return sum((line.amount for line in self.lines.all()), Decimal())


class OrderLine(models.Model):
    """A product as it was bought: its words and price stay, whatever becomes of the product."""

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="lines"
    )
    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="order_lines",
    )
    sku = models.CharField(_("SKU"), max_length=64)
    title = models.CharField(_("title"), max_length=200)
    size = models.CharField(_("size"), max_length=120, blank=True)
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=2)
    quantity = models.PositiveSmallIntegerField(_("quantity"))

    class Meta:
        verbose_name, verbose_name_plural = _("order line"), _("order lines")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity


def clean_picture(
    data: bytes,
    *,
    limits: Limits = MERCHANT,
    decode: Callable[..., Image.Image] = decode_photo,
) -> DecodedPicture:
    """Turn uploaded bytes into the file the shop stores: upright, re-encoded, pixels only.

    An import, which serves nobody else, may `decode` in its own process.

    Raises:
        recommender.photos.BadPhoto: what is wrong with the upload.
    """
    image = decode(data, limits=limits)
    return DecodedPicture(encode_jpeg(image), image, name="picture.jpg")
