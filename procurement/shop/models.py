"""What waits in carts, and which offer was chosen for a line of a request."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.requests.models import RequestLine
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from suppliers.items.models import SupplierItem

CREATE = "requests.create"


class CartQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """A cart is its owner's alone."""
        return self.filter(owner_id=actor.user_id) if actor.may(CREATE) and actor.user_id else self.none()


class CartLine(ScopedModel):
    """So many of a supplier's `article.unit` wait to be asked for."""

    public_id = fields.public_id()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Owner"))
    article = models.ForeignKey(SupplierItem, models.CASCADE, related_name="+", verbose_name=_("Article"))
    quantity = fields.quantity(validators=[MinValueValidator(Decimal("0.0001"))])
    put_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)

    objects = scoped(CartQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Line of a cart")
        verbose_name_plural = _("Lines of carts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "article"], name="cartline_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="cartline_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.article.item}, {self.article.unit} ({self.article.supplier})"


class ChoiceQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Choices follow the line of the request."""
        return self.filter(line__in=RequestLine.objects.visible_to(actor))


class ShopChoice(ScopedModel):
    """The agreed offer that a line of a request was chosen by: `quantity` in `article.unit` at `price` each."""

    line = models.OneToOneField(RequestLine, models.CASCADE, related_name="+", verbose_name=_("Line"))
    article = models.ForeignKey(SupplierItem, models.PROTECT, related_name="+", verbose_name=_("Article"))
    quantity = fields.quantity()
    price = fields.price()
    currency = fields.currency()
    agreement = models.CharField(_("Agreement"), max_length=60, blank=True)

    objects = scoped(ChoiceQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Choice of the shop")
        verbose_name_plural = _("Choices of the shop")
        ordering = ["line"]

    def __str__(self) -> str:
        return f"{self.article}: {self.price.normalize():f} {self.currency}"
