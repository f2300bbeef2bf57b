"""Products a person put together."""

from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender.conf import product_model_label


class Look(models.Model):
    """Truth about what goes well with what: a stylist's or the merchant's own combination."""

    title = models.CharField(_("title"), max_length=120, blank=True)
    source = models.CharField(
        _("source"),
        max_length=120,
        blank=True,
        editable=False,
        help_text=_("The name it had where it came from."),
    )
    products: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        product_model_label(), through="LookItem", related_name="recommender_looks"
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("look"), _("looks")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                "source", condition=~models.Q(source=""), name="look_source_is_unique"
            )
        ]

    def __str__(self) -> str:
        return self.title or gettext("Look %(number)s") % {"number": self.pk}


class LookItem(models.Model):
    look = models.ForeignKey(Look, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(
        product_model_label(),
        verbose_name=_("product"),
        on_delete=models.CASCADE,
        related_name="recommender_look_items",
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name, verbose_name_plural = _("look item"), _("look items")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint("look", "product", name="look_item_is_unique")]

    def __str__(self) -> str:
        return gettext("%(product)s in %(look)s") % {"product": self.product, "look": self.look}
