"""Orders, their lines, suppliers' confirmations."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from procurement.awards.models import Award
from procurement.orders.lifecycle import OrderLifecycle, OrderState
from procurement.requests.work import Work
from procurement.tenders.models import LotLine
from srm.catalog.models import Category, Item, Unit
from srm.catalog.units import portion_of
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin
from srm.flow.document import Document
from srm.people.sharing import ShareRule
from suppliers.items.models import SupplierPrice
from suppliers.registry.models import INCOTERMS, Supplier

TOLD = (OrderState.SENT, OrderState.CONFIRMED, OrderState.CLOSED, OrderState.CANCELLED)


class OrderQuerySet(SearchMixin, ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right; a supplier sees its own orders from the moment they were sent."""
        if actor.is_supplier:
            if not actor.may("portal.orders"):
                return self.none()
            return self.filter(supplier_id=actor.supplier_id, sent_at__isnull=False, state__in=TOLD)
        return self if actor.may("orders.view") else self.none()


class OfOrderQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        return self.filter(order__in=PurchaseOrder.objects.visible_to(actor))


class OrderLineQuerySet(OfOrderQuerySet):
    def outstanding(self):
        """Lines of which something is still expected."""
        return self.filter(received_quantity__lt=F("base_quantity") - F("cut_quantity"))


class PurchaseOrder(OrderLifecycle, Document, Searchable):
    """One order to one supplier. Totals are net of VAT, in `currency` and in the legal entity's base currency."""

    class Source(models.TextChoices):
        AWARD = "award", _("Award")
        SHOP = "shop", _("Shop")
        ONCE = "once", _("One-time purchase")
        MANUAL = "manual", _("Written by hand")
        IMPORT = "import", _("Imported")

    series = "PO"
    page = "orders:purchaseorder-detail"
    feed = "order"

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", verbose_name=_("Supplier"))
    award = models.ForeignKey(Award, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Award"))
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Buyer")
    )
    source = models.CharField(_("Comes from"), max_length=8, choices=Source, default=Source.MANUAL)
    external_number = models.CharField(_("Number elsewhere"), max_length=60, blank=True)
    place = models.ForeignKey(
        "srm.Place", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Delivery place")
    )
    department = models.ForeignKey(
        "srm.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("For department")
    )
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Cost centre"),
        help_text=_("Pays for what no request asked for, such as goods for stock."),
    )  # fmt: skip
    currency = fields.currency(default="EUR")
    incoterm = models.CharField(_("Delivery terms"), max_length=3, choices=INCOTERMS, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("Payment, days"), default=30)
    ordered_on = models.DateField(_("Ordered"), null=True, editable=False)
    sent_at = models.DateTimeField(_("Sent"), null=True, editable=False)
    due_on = models.DateField(_("Due"), null=True, editable=False, db_index=True)
    net_total = fields.amount(_("Net"), default=0, editable=False)
    base_total = fields.amount(_("Net, base currency"), default=0, editable=False)
    freight = fields.amount(_("Freight"), default=0)
    note = models.TextField(_("Note to the supplier"), blank=True, max_length=2000)
    share_rule = models.CharField(
        _("What is too little is shared"), max_length=10, choices=ShareRule, blank=True, default="", db_default="",
        help_text=_("Among the needs behind the order. Left open: as the legal entity does."),
    )  # fmt: skip

    search_fields = ("number", "external_number", "note")
    objects = scoped(OrderQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Order")
        verbose_name_plural = _("Orders")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="order_created"),
            models.Index(fields=["supplier", "-created_at"], name="order_supplier"),
            models.Index(fields=["ordered_on", "id"], name="order_ordered_on"),
            models.Index(fields=["external_number"], name="order_external"),
        ]

    @property
    def sharing(self) -> str:
        """The rule by which the needs behind it share what is too little: its own, or the legal entity's."""
        return self.share_rule or self.legal_entity.share_rule

    @property
    def sharing_label(self) -> str:
        """The rule in words."""
        return str(ShareRule(self.sharing).label)

    def feed_payload(self) -> dict:
        """What followers of orders are told."""
        return {
            "number": self.number, "supplier": self.supplier.public_id, "state": self.state, "currency": self.currency,
            "net_total": str(self.net_total),
        }  # fmt: skip


class OrderLine(ScopedModel, Work):
    """What is ordered: `quantity` of `unit` at `price` per `price_basis` units; `base_quantity` in the item's base unit.

    `agreed_price` is what it draws on (see `drawing`). `received_quantity` (base units, accepted) is kept by receipts, so that lists and guards read one row;
    `cut_quantity` is what was given up when the order was closed before all of it came.
    """

    public_id = fields.public_id()
    order = models.ForeignKey(PurchaseOrder, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("No."), default=1)
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Item"))
    description = models.CharField(_("Description"), max_length=300, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category")
    )
    lot_line = models.ForeignKey(LotLine, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_price = models.ForeignKey(
        SupplierPrice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Agreed price"),
        editable=False,
    )  # fmt: skip
    external_id = models.CharField(_("Line id elsewhere"), max_length=60, blank=True)
    quantity = fields.quantity(validators=[MinValueValidator(Decimal("0.0001"))])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    base_quantity = fields.quantity(editable=False)
    price = fields.price()
    price_basis = models.PositiveIntegerField(_("Price for"), default=1)
    net = fields.amount(_("Net"), editable=False)
    base_net = fields.amount(_("Net, base currency"), default=0, editable=False)
    freight = fields.amount(_("Freight"), null=True, blank=True)
    need_by = models.DateField(_("Wanted"), null=True, blank=True)
    confirmed_on = models.DateField(_("Promised"), null=True, editable=False)
    confirmed_quantity = fields.quantity(_("Confirmed"), null=True, editable=False)
    received_quantity = fields.quantity(_("Received"), default=0, editable=False)
    cut_quantity = fields.quantity(_("Not delivered any more"), default=0, db_default=0, editable=False)

    objects = scoped(OrderLineQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Order line")
        verbose_name_plural = _("Order lines")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(base_quantity__gt=0)
                & Q(price__gte=0)
                & Q(received_quantity__gte=0)
                & Q(cut_quantity__gte=0)
                & Q(cut_quantity__lte=F("base_quantity")),
                name="orderline_in_range",
            )
        ]
        indexes = [
            models.Index(fields=["item", "order"], name="orderline_item"),
            models.Index(fields=["category", "order"], name="orderline_category"),
        ]

    def __str__(self) -> str:
        return str(self.item) if self.item else self.description

    @property
    def what(self) -> str:
        return str(self)

    @property
    def header(self) -> PurchaseOrder:
        return self.order

    @property
    def portion(self) -> Decimal:
        """What is not split when it is shared: one ordered pack, or one whole base unit where units are counted."""
        return portion_of(self.item, self.unit)

    @property
    def owed(self) -> Decimal:
        """Base units the supplier brings all in all: what was ordered, less what was cut."""
        return self.base_quantity - self.cut_quantity

    @property
    def outstanding(self) -> Decimal:
        """Base units still expected."""
        return max(self.owed - self.received_quantity, Decimal(0))


class OrderConfirmation(ScopedModel):
    """A supplier's answer to an order: accepted as it is, or with other quantities and dates."""

    append_only = True

    public_id = fields.public_id()
    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="confirmations")
    note = models.TextField(_("Note"), blank=True, max_length=1000)
    lines = models.JSONField(default=list)
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField(default=clock.now, editable=False)

    objects = scoped(OfOrderQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Confirmation")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d}"
