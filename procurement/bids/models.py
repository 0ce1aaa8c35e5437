"""Offers, their envelopes, receipts, and, after the opening, their lines."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.bids.lifecycle import BidLifecycle
from procurement.tenders.models import LotLine, Tender
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from suppliers.portal.scope import within
from suppliers.registry.models import Supplier


class BidQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """A supplier sees its own; staff see offers of opened tenders only: not even their number before."""
        if actor.is_supplier:
            return within(actor, self.filter(supplier_id=actor.supplier_id), "tender__public_id")
        if actor.kind == "system":
            return self
        if not actor.may("bids.view"):
            return self.none()
        return self.filter(tender__opened_at__isnull=False).exclude(state__in=["draft", "withdrawn"])


class OfBidQuerySet(ScopedQuerySet):
    """Parts of an offer follow the offer's scope."""

    def visible_to(self, actor):
        return self.filter(bid__in=Bid.objects.visible_to(actor))


class Bid(BidLifecycle, ScopedModel):
    """One supplier's offer in one tender. It has no number: a sequence would tell how many there are.

    A quote that came by mail or phone and was entered by a buyer (`by_buyer`, with `evidence`) is an offer beside the
    supplier's own: it neither shows whether there is one nor replaces it. At the opening the supplier's own counts.
    """

    public_id = fields.public_id()
    tender = models.ForeignKey(Tender, models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", verbose_name=_("Supplier"))
    submitted_at = models.DateTimeField(_("Submitted"), null=True, editable=False)
    by_buyer = models.BooleanField(_("Entered by the buyer"), default=False, editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False,
        verbose_name=_("Entered by"),
    )  # fmt: skip
    evidence = models.CharField(_("How it came"), max_length=300, blank=True, editable=False)
    currency = fields.currency(blank=True)
    note = models.TextField(_("Note"), blank=True, editable=False)
    valid_until = models.DateField(_("Valid until"), null=True, editable=False)
    freight = fields.amount(_("Freight"), null=True, editable=False)
    net_total = fields.amount(_("Net"), null=True, editable=False)
    fault = models.CharField(_("Fault at opening"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = fields.changed_at()
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(BidQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Offer")
        verbose_name_plural = _("Offers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["tender", "supplier", "by_buyer"], name="bid_one_per_supplier")]

    def __str__(self) -> str:
        return f"{self.supplier}"

    def get_absolute_url(self) -> str:
        return reverse("bids:bid-detail", args=[self.public_id])


class BidDraft(ScopedModel):
    """What a supplier has typed so far, locked with the application's draft key; replaced with every save.

    After submitting it stays, where the method allows it, as the supplier's own copy, and goes at the opening.
    """

    bid = models.OneToOneField(Bid, models.CASCADE, related_name="draft")
    ciphertext = models.BinaryField()
    saved_at = models.DateTimeField()

    objects = scoped(OfBidQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Draft")

    def __str__(self) -> str:
        return f"{self.bid_id}"


class BidEnvelope(ScopedModel):
    """A submitted version, sealed to the tender's key. Only added; the newest version counts."""

    append_only = True

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="envelopes")
    edition = models.PositiveIntegerField()
    ciphertext = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    objects = scoped(OfBidQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Envelope")
        constraints = [models.UniqueConstraint(fields=["bid", "edition"], name="envelope_edition_once")]

    def __str__(self) -> str:
        return f"{self.bid_id}/{self.edition}"


class BidReceipt(ScopedModel):
    """The signed proof of what was received when; it holds no content and no count."""

    append_only = True

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("Received")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = fields.public_id()
    bid = models.ForeignKey(Bid, models.PROTECT, related_name="receipts")
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind, default=Kind.SUBMITTED)
    edition = models.PositiveIntegerField()
    body = models.JSONField()
    signature = models.CharField(max_length=200)
    request_key = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    objects = scoped(OfBidQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Receipt of an offer")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bid", "request_key"], condition=~Q(request_key=""), name="receipt_request_once"
            )
        ]

    def __str__(self) -> str:
        return self.public_id


class BidLine(ScopedModel):
    """The offer for one lot line, written at the opening. `landed` is the net amount with its share of freight, in the
    tender's currency; `price` is per `price_basis` units.
    """

    public_id = fields.public_id()
    bid = models.ForeignKey(Bid, models.CASCADE, related_name="lines")
    lot_line = models.ForeignKey(LotLine, models.PROTECT, related_name="+")
    price = fields.price()
    price_basis = models.PositiveIntegerField(_("Price for"), default=1)
    quantity = fields.quantity()
    net = fields.amount(_("Net"))
    landed = fields.amount(_("Landed"))
    deliver_on = models.DateField(_("Delivery"), null=True)
    note = models.CharField(_("Note"), max_length=300, blank=True)

    objects = scoped(OfBidQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Offer line")
        ordering = ["lot_line__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bid", "lot_line"], name="bidline_once"),
            models.CheckConstraint(condition=Q(price__gte=0) & Q(quantity__gt=0), name="bidline_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.bid_id}/{self.lot_line_id}"

    @property
    def landed_price(self) -> Decimal:
        """Per base unit, with its share of freight: what lines are compared by."""
        return self.landed / self.quantity
