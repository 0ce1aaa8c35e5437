"""What waits in carts, and which offer was chosen for a line of a request."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from procurement.orders.models import PurchaseOrder
from procurement.requests.models import RequestLine
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.org.firm_rules import FirmRule
from suppliers.items.models import SupplierItem

CREATE, RULES = "requests.create", "shop.rules"


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


class Left(models.TextChoices):
    """Why no order was written by itself."""

    CATEGORY = "category", _("Its category is not bought without a buyer")
    CHANGED = "changed", _("The need is not what was chosen any more")
    PRICE = "price", _("The agreed price does not hold any more")
    LIMIT = "limit", _("The agreement has not so much left")
    DEAR = "dear", _("It costs more than is ordered without a buyer")
    REFUSED = "refused", _("A budget or an agreement has no room for it")


class ShopChoice(ScopedModel):
    """The agreed offer that a line of a request was chosen by: `quantity` in `article.unit` at `price` each.

    `order` is the one that was written for it by itself; where none was although the firm orders so, `left` says why.
    """

    line = models.OneToOneField(RequestLine, models.CASCADE, related_name="+", verbose_name=_("Line"))
    article = models.ForeignKey(SupplierItem, models.PROTECT, related_name="+", verbose_name=_("Article"))
    quantity = fields.quantity()
    price = fields.price()
    currency = fields.currency()
    agreement = models.CharField(_("Agreement"), max_length=60, blank=True)
    order = models.ForeignKey(
        PurchaseOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Order"), editable=False
    )
    left = models.CharField(
        _("Left to the buyer because"), max_length=10, choices=Left, default="", blank=True, editable=False
    )

    objects = scoped(ChoiceQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Choice of the shop")
        verbose_name_plural = _("Choices of the shop")
        ordering = ["line"]

    def __str__(self) -> str:
        return f"{self.article}: {self.price.normalize():f} {self.currency}"

    @property
    def why_left(self) -> str:
        """Why no order was written by itself, where the firm orders so."""
        return str(Left(self.left).label) if self.left else ""


class ShopRule(FirmRule):
    """Whether a firm orders by itself what was chosen in the shop, once it is approved.

    Only what belongs to a non-critical category, up to `most_amount` (the firm's currency) an order; `buyer` answers for
    orders of categories that name nobody.
    """

    permission, page = RULES, "shop:shoprule-detail"

    is_on = models.BooleanField(_("Orders are written by themselves"), default=False)
    most_amount = fields.amount(
        _("At most an order"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))]
    )
    sends = models.BooleanField(_("And sent at once"), default=True)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Buyer"),
        help_text=_("Answers for orders of categories that have no buyer."),
    )  # fmt: skip

    class Meta(FirmRule.Meta):
        verbose_name = _("Rule of the shop")
        verbose_name_plural = _("Rules of the shop")
