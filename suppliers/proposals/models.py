"""Proposals of prices and their lines."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item, Unit
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.proposals.lifecycle import ProposalLifecycle
from suppliers.registry.models import Supplier

VIEW, DECIDE, PROPOSE = "items.view", "items.edit", "portal.prices"
POSITIVE = MinValueValidator(Decimal("0.000001"))


class ProposalQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """A supplier sees his own; whoever sees prices sees what was sent."""
        if actor.is_supplier:
            return self.filter(supplier_id=actor.supplier_id)
        return self.exclude(sent_at=None) if actor.may(VIEW) else self.none()


class PriceProposal(ProposalLifecycle, ScopedModel):
    """Prices that one supplier proposes together; `reason` says why they were declined."""

    page = "proposals:priceproposal-detail"

    public_id = fields.public_id()
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", verbose_name=_("Supplier"), editable=False)
    title = models.CharField(_("Subject"), max_length=200)
    note = models.TextField(_("Note"), max_length=2000, blank=True)
    reason = models.CharField(_("Reason"), max_length=500, blank=True, editable=False)
    sent_at = models.DateTimeField(_("Sent on"), null=True, editable=False)
    decided_at = models.DateTimeField(_("Decided"), null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)
    updated_at = fields.changed_at()
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(ProposalQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Price proposal")
        verbose_name_plural = _("Price proposals")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["supplier", "-id"], name="proposal_of_supplier"),
            models.Index(fields=["state", "sent_at", "id"], name="proposal_waiting"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse(self.page, args=[self.public_id])


class ProposalLineQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Follows the proposal."""
        return self.filter(proposal__in=PriceProposal.objects.visible_to(actor))


class PriceProposalLine(ScopedModel):
    """One price of one unit, from a quantity and a day on.

    `supplier_item` is what the supplier sells already; without it `our_article` is our number as he typed it, and
    `unit` what he would sell it by. Lead time and least order, where given, become the article's when accepted.
    `begins_on` is the day from which the accepted price holds.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    public_id = fields.public_id()
    proposal = models.ForeignKey(PriceProposal, models.CASCADE, related_name="lines")
    supplier_item = models.ForeignKey(
        SupplierItem, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Supplier's article")
    )
    article = models.CharField(_("Supplier's article"), max_length=60, blank=True)
    our_article = models.CharField(_("Buyer's article"), max_length=60, blank=True)
    name = models.CharField(_("Name at the supplier"), max_length=200, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Sold by"))
    factor = models.DecimalField(
        _("Base units in it"), max_digits=15, decimal_places=6, null=True, blank=True, validators=[POSITIVE]
    )
    basis = models.CharField(_("Basis"), max_length=6, choices=SupplierPrice.Basis, default=SupplierPrice.Basis.LIST)
    agreement = models.CharField(_("Agreement"), max_length=60, blank=True)
    from_quantity = fields.quantity(_("From quantity"), default=Decimal(0), validators=[MinValueValidator(0)])
    price = fields.price(validators=[POSITIVE, MaxValueValidator(fields.MAX_PRICE)])
    currency = fields.currency()
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid until"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(
        _("Lead time, days"), null=True, blank=True, validators=[MaxValueValidator(730)]
    )
    min_quantity = fields.quantity(_("Smallest order"), null=True, blank=True, validators=[MinValueValidator(0)])
    multiple = fields.quantity(_("In steps of"), null=True, blank=True, validators=[MinValueValidator(0)])
    outcome = models.CharField(_("Outcome"), max_length=8, choices=Outcome, default=Outcome.OPEN, editable=False)
    refusal = models.CharField(_("Why declined"), max_length=500, blank=True, editable=False)
    begins_on = models.DateField(_("Holds from"), null=True, editable=False)

    objects = scoped(ProposalLineQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Proposed price")
        verbose_name_plural = _("Proposed prices")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="proposed_price_days",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="proposed_price_positive"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.what}: {self.price.normalize():f} {self.currency}"

    @property
    def what(self) -> str:
        """The article in words that the supplier knows."""
        parts = (self.article, self.name, self.our_article and f"({self.our_article})")
        return " ".join(part for part in parts if part)

    @property
    def sold_by(self) -> Unit | None:
        """What the price is for."""
        return self.supplier_item.unit if self.supplier_item else self.unit

    @property
    def item(self) -> Item | None:
        """Our item behind an article that is sold already."""
        return self.supplier_item.item if self.supplier_item else None
