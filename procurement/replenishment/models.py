"""Rules and proposals."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from procurement.replenishment.deciding import Method
from procurement.requests.models import PurchaseRequest, RequestLine
from srm.catalog.models import Item
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.stock.models import Warehouse

METHODS = [
    (Method.TARGET.value, _("Up to the target")),
    (Method.ECONOMIC.value, _("Economic quantity")),
    (Method.SEASONAL.value, _("By last year's months")),
]
# How a proposal was found; the policy's days are nothing that a rule chooses.
FOUND = [*METHODS, (Method.COVER.value, _("By the policy's days"))]


class ReplenishmentQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """For those who keep stores, buy or audit."""
        return self if actor.may("replenishment.view") else self.none()


class ProposalQuerySet(ReplenishmentQuerySet):
    def latest_open(self):
        """What nobody decided on, of each rule's latest day; a rule that is switched off asks for nothing."""
        newer = Proposal.objects.unscoped("whether a newer one replaced it").filter(
            rule=OuterRef("rule"), day__gt=OuterRef("day")
        )
        return self.filter(request__isnull=True, set_aside="", rule__is_active=True).exclude(Exists(newer))


class ReorderRule(ScopedModel):
    """At `point` or below, order up to `target` (base units), or a better lot, for one item in one warehouse.

    `order_cost` is what one order costs and `holding_percent` what keeping stock for a year costs, of its value.
    """

    page = "replenishment:reorderrule-detail"

    public_id = fields.public_id()
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name=_("Warehouse"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    point = fields.quantity(_("Reorder point"), validators=[MinValueValidator(0)])
    target = fields.quantity(_("Target"), validators=[MinValueValidator(0)])
    multiple = fields.quantity(_("In packs of"), default=0, blank=True, validators=[MinValueValidator(0)])
    method = models.CharField(_("How much"), max_length=10, choices=METHODS, default=Method.TARGET.value)
    order_cost = fields.amount(_("Cost of one order"), default=0, validators=[MinValueValidator(0)])
    holding_percent = models.DecimalField(
        _("Keeping it for a year, %"), max_digits=5, decimal_places=2, default=20,
        validators=[MinValueValidator(0), MaxValueValidator(200)],
    )  # fmt: skip
    lead_days = models.PositiveSmallIntegerField(
        _("Days until it comes"), default=14, validators=[MaxValueValidator(730)]
    )
    cost_center = models.ForeignKey(
        "srm.CostCenter",
        models.PROTECT,
        related_name="+",
        verbose_name=_("Cost centre"),
        help_text=_("Who pays for it."),
    )
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(ReplenishmentQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Reorder rule")
        verbose_name_plural = _("Reorder rules")
        ordering = ["warehouse", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "item"], name="reorderrule_once",
                violation_error_message=_("There is a rule for this item in this warehouse already."),
            ),
            models.CheckConstraint(
                condition=Q(point__gte=0) & Q(target__gte=F("point")), name="reorderrule_in_range",
                violation_error_message=_("The target cannot be below the reorder point."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item.article} · {self.warehouse.code}"


class Proposal(ScopedModel):
    """What one rule asked for on one day, with the figures it looked at; later it is ordered, or set aside."""

    page = "replenishment:proposal-detail"

    public_id = fields.public_id()
    rule = models.ForeignKey(ReorderRule, models.PROTECT, related_name="proposals", verbose_name=_("Reorder rule"))
    day = models.DateField(_("Date"))
    quantity = fields.quantity(_("Order"))
    method = models.CharField(_("How much"), max_length=10, choices=FOUND)
    months = models.PositiveSmallIntegerField(_("Months it lasts"), default=0)
    on_hand = fields.quantity(_("On hand"), default=0)
    reserved = fields.quantity(_("Promised"), default=0)
    incoming = fields.quantity(_("On its way"), default=0)
    yearly = fields.quantity(_("Went out in a year"), default=0)
    point = fields.quantity(_("Reorder point"))
    target = fields.quantity(_("Target"))
    request = models.ForeignKey(
        PurchaseRequest, models.PROTECT, null=True, related_name="+", verbose_name=_("Request"), editable=False
    )
    request_line = models.OneToOneField(RequestLine, models.PROTECT, null=True, related_name="+", editable=False)
    set_aside = models.CharField(_("Set aside because"), max_length=300, blank=True)

    objects = scoped(ProposalQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Proposal to order")
        verbose_name_plural = _("Proposals to order")
        ordering = ["-day", "-pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "day"], name="proposal_once_a_day")]
        indexes = [models.Index(fields=["-day", "-id"], name="proposal_day")]

    def __str__(self) -> str:
        return str(self.rule)

    @property
    def is_open(self) -> bool:
        """Nobody decided on it yet."""
        return self.request_id is None and not self.set_aside
