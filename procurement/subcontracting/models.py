"""Materials that we supply for an order's line, and how they moved."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.subcontracting.billing import Bill
from srm.catalog.models import Item
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.stock.models import StockMove, Warehouse

VIEW, STATE, MOVE = "subcontracting.view", "subcontracting.state", "subcontracting.move"


class MaterialQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right; a supplier sees what is for its own orders, from the moment they were sent."""
        if actor.is_supplier:
            return self.filter(order__in=PurchaseOrder.objects.visible_to(actor).order_by().values("pk"))
        return self if actor.may(VIEW) else self.none()

    def lying(self):
        """Of which something lies at the supplier."""
        return self.filter(left__gt=0)


class OfMaterialQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        return self.filter(material__in=SuppliedMaterial.objects.visible_to(actor).order_by().values("pk"))


class SuppliedMaterial(ScopedModel):
    """`quantity` of `item` for one ordered unit of `line`, or for all of it, in the item's base unit.

    What was sent, used, returned, written off and is left are the sums of its moves, kept with them under the row's lock;
    `left` is what the four others say, kept for the check and the list. `store` holds what lies at the supplier.
    """

    class Basis(models.TextChoices):
        UNIT = "unit", pgettext_lazy("material", "per unit")
        WHOLE = "whole", pgettext_lazy("material", "in all")

    page = "subcontracting:suppliedmaterial-detail"

    public_id = fields.public_id()
    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="+", verbose_name=_("Order"))
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+", verbose_name=_("Order line"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Material"))
    basis = models.CharField(pgettext_lazy("material", "Rate"), max_length=5, choices=Basis, default=Basis.UNIT)
    quantity = fields.quantity(validators=[MinValueValidator(Decimal("0.0001"))])
    store = models.ForeignKey(
        Warehouse,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("Lies in"),
        db_index=False,
    )
    sent = fields.quantity(_("Sent"), default=0, editable=False)
    consumed = fields.quantity(pgettext_lazy("material", "Used"), default=0, editable=False)
    returned = fields.quantity(_("Returned"), default=0, editable=False)
    written_off = fields.quantity(_("Written off"), default=0, editable=False)
    left = fields.quantity(_("Left"), default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("Stated by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("Stated"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(MaterialQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Material we supply")
        verbose_name_plural = _("Materials we supply")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "item"], name="suppliedmaterial_once",
                violation_error_message=_("This material is stated for the line already."),
            ),
            models.CheckConstraint(
                condition=Q(sent__gte=0) & Q(consumed__gte=0) & Q(returned__gte=0) & Q(written_off__gte=0)
                & Q(left__gte=0) & Q(quantity__gt=0),
                name="suppliedmaterial_in_range",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["id"], condition=Q(left__gt=0), name="suppliedmaterial_lying"),
        ]

    def __str__(self) -> str:
        return str(self.item)

    @property
    def header(self) -> PurchaseOrder:
        """The order whose history tells of it."""
        return self.order

    @property
    def bill(self) -> Bill:
        """What of it belongs to how much of what is ordered."""
        return Bill(self.quantity, self.basis == self.Basis.WHOLE, self.line.quantity, self.line.base_quantity)

    @property
    def needed(self) -> Decimal:
        """What the whole order line takes by the bill."""
        return self.bill.whole

    @property
    def by_bill(self) -> Decimal:
        """What should have been used for what was received."""
        return self.bill.until(self.line.received_quantity)

    @property
    def to_send(self) -> Decimal:
        """What the supplier still needs: by the bill for what is to come, less what he has."""
        return max(self.bill.between(self.line.received_quantity, self.line.owed) - self.left, Decimal(0))

    @property
    def moved(self) -> bool:
        """Whether any of it was ever sent."""
        return self.sent > 0


class MaterialMove(ScopedModel):
    """So much was sent, used, returned, written off; below zero where that was taken back. Never changed.

    `stock_move` is its counterpart in the books of stock; what a receipt used names the receipt and its line.
    """

    append_only = True

    class Kind(models.TextChoices):
        SENT = "sent", _("Sent")
        CONSUMED = "consumed", _("Used by the bill")
        CORRECTED = "corrected", _("Use put right")
        RETURNED = "returned", _("Returned")
        WRITTEN_OFF = "written_off", _("Written off")

    public_id = fields.public_id()
    material = models.ForeignKey(SuppliedMaterial, models.PROTECT, related_name="+", verbose_name=_("Material"))
    kind = models.CharField(_("What happened"), max_length=12, choices=Kind)
    quantity = fields.quantity()
    moved_on = models.DateField(_("Date"))
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, related_name="+", verbose_name=_("Warehouse"), db_index=False
    )
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    stock_move = models.OneToOneField(StockMove, models.PROTECT, related_name="+")
    document_kind = models.CharField(max_length=80, blank=True)
    document_id = models.CharField(max_length=40, blank=True)
    document_number = models.CharField(_("Document"), max_length=40, blank=True)
    document_line = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("By")
    )
    created_at = models.DateTimeField(_("Written"), default=clock.now, editable=False)

    objects = scoped(OfMaterialQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Move of a material")
        verbose_name_plural = _("Moves of materials")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="materialmove_not_zero")]
        indexes = [models.Index(fields=["document_kind", "document_line"], name="materialmove_document")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity}"
