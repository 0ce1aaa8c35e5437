"""An item at a supplier, and its prices."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item, Unit
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin
from suppliers.registry.models import Supplier

VIEW = "items.view"


class Standing(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    PREFERRED = "preferred", _("Preferred")
    STOPPED = "stopped", _("Not bought")


class SupplierItemQuerySet(SearchMixin, ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right see all; a supplier sees what he sells."""
        if actor.is_supplier:
            return self.filter(supplier_id=actor.supplier_id)
        return self if actor.may(VIEW) else self.none()

    def search(self, text: str):
        """By the supplier's article and name, or by whatever finds our item."""
        own = super().search(text)
        return self.filter(Q(pk__in=own.order_by().values("pk")) | Q(item__in=Item.objects.search(text)))


class SupplierItem(ScopedModel, Searchable):
    """How one supplier sells one of our items in one unit.

    `factor` is how many base units of the item one `unit` holds; `min_quantity` and `multiple` count in `unit`.
    """

    page = "items:supplieritem-detail"

    public_id = fields.public_id()
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", verbose_name=_("Supplier"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    article = models.CharField(_("Supplier's article"), max_length=60, blank=True)
    name = models.CharField(_("Name at the supplier"), max_length=200, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Sold by"))
    factor = models.DecimalField(
        _("Base units in it"), max_digits=15, decimal_places=6, validators=[MinValueValidator(Decimal("0.000001"))]
    )
    min_quantity = fields.quantity(_("Smallest order"), null=True, blank=True, validators=[MinValueValidator(0)])
    multiple = fields.quantity(_("In steps of"), null=True, blank=True, validators=[MinValueValidator(0)])
    lead_days = models.PositiveSmallIntegerField(_("Lead time, days"), null=True, blank=True)
    standing = models.CharField(_("Standing"), max_length=10, choices=Standing, default=Standing.APPROVED)
    note = models.CharField(_("Note"), max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    updated_at = fields.changed_at()
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("article", "name")
    objects = scoped(SupplierItemQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Supplier's article")
        verbose_name_plural = _("Suppliers' articles")
        ordering = ["supplier", "article", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "item", "unit", "article"], name="supplier_item_once",
                violation_error_message=_("This supplier already has this item under this article and in this unit."),
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(standing="preferred"), name="supplier_item_one_preferred",
                violation_error_message=_("Another supplier is preferred for this item already."),
            ),
            models.CheckConstraint(condition=Q(factor__gt=0), name="supplier_item_factor_positive"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["item", "standing"], name="supplier_item_of_item"),
            models.Index(fields=["-updated_at", "-id"], name="supplier_item_updated"),
        ]

    def __str__(self) -> str:
        return f"{self.supplier}: {self.article or self.item.article}"

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.public_id])


class PriceQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Follows the item at the supplier."""
        if actor.is_supplier:
            return self.filter(supplier_item__supplier_id=actor.supplier_id)
        return self if actor.may(VIEW) else self.none()


class SupplierPrice(ScopedModel):
    """The price of one `unit` of an item at a supplier from a quantity on, between two days.

    A price of an agreement may name the most that is to be bought at it in one order (`max_`), and in all orders
    together (`total_`, see `drawing`), as a quantity in `unit` or as an amount in its currency.
    """

    class Basis(models.TextChoices):
        LIST = "list", _("List price")
        AGREED = "agreed", _("Agreed")

    public_id = fields.public_id()
    supplier_item = models.ForeignKey(SupplierItem, models.CASCADE, related_name="prices")
    basis = models.CharField(_("Basis"), max_length=6, choices=Basis, default=Basis.LIST)
    from_quantity = fields.quantity(_("From quantity"), default=Decimal(0), validators=[MinValueValidator(0)])
    price = fields.price()
    currency = fields.currency(default="EUR")
    valid_from = models.DateField(_("Valid from"), default=clock.today)
    valid_to = models.DateField(_("Valid until"), null=True, blank=True)
    agreement = models.CharField(_("Agreement"), max_length=60, blank=True)
    max_quantity = fields.quantity(
        _("At most, quantity"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.0001"))]
    )
    max_amount = fields.amount(
        _("At most, amount"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))]
    )
    total_quantity = fields.quantity(
        _("In all, quantity"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.0001"))]
    )
    total_amount = fields.amount(
        _("In all, amount"), null=True, blank=True, validators=[MinValueValidator(Decimal("0.01"))]
    )

    objects = scoped(PriceQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Price")
        verbose_name_plural = _("Prices")
        ordering = ["basis", "valid_from", "from_quantity", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier_item", "basis", "agreement", "currency", "valid_from", "from_quantity"],
                name="supplier_price_once",
                violation_error_message=_("There is already a price from this quantity and day."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="supplier_price_days",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="supplier_price_not_negative"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.price.normalize():f} {self.currency}"
