"""Tenders, lots, lines, invitations, the key."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from procurement.planning.models import DemandLine
from procurement.requests.work import Work
from procurement.tenders.lifecycle import UNPUBLISHED, TenderLifecycle, TenderState
from procurement.tenders.methods import METHODS, Method
from srm.approvals.selectors import shown_route
from srm.catalog.models import Category, Item, Unit
from srm.core import clock, fields
from srm.core.money import line_total
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin
from srm.flow.document import Document
from suppliers.portal.scope import within
from suppliers.registry.models import INCOTERMS, Contact, Supplier


class TenderQuerySet(SearchMixin, ScopedQuerySet):
    def visible_to(self, actor):
        """Staff with the right; a supplier sees the published tenders it was invited to."""
        if actor.is_supplier:
            invitations = Invitation.objects.unscoped("the supplier's own invitations decide")
            invited = invitations.filter(tender=OuterRef("pk"), supplier_id=actor.supplier_id)
            told = self.exclude(state__in=UNPUBLISHED).exclude(published_at=None)
            return within(actor, told.filter(Exists(invited)))
        return self if actor.may("tenders.view") else self.none()


class Tender(TenderLifecycle, Document, Searchable):
    """One competitive procedure. `deadline` is judged by the database's clock: received before it, or late."""

    series = "T"
    page = "tenders:tender-detail"
    title = models.CharField(_("Title"), max_length=150)
    method = models.CharField(
        _("Method"), max_length=12, default="rfq", choices=[(code, method.label) for code, method in METHODS.items()]
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("Buyer")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category")
    )
    currency = fields.currency(default="EUR")
    incoterm = models.CharField(_("Delivery terms"), max_length=3, choices=INCOTERMS, default="DAP")
    payment_days = models.PositiveSmallIntegerField(_("Payment, days"), default=30)
    deadline = models.DateTimeField(_("Deadline"), null=True, blank=True)
    description = models.TextField(_("What suppliers should know"), blank=True, max_length=5000)
    published_at = models.DateTimeField(_("Published"), null=True, editable=False)
    opened_at = models.DateTimeField(_("Opened"), null=True, editable=False)
    next_check = models.DateTimeField(null=True, editable=False, db_index=True)

    search_fields = ("number", "title", "description")
    objects = scoped(TenderQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Tender")
        verbose_name_plural = _("Tenders")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="tender_created"),
            models.Index(fields=["deadline", "id"], name="tender_deadline"),
            models.Index(fields=["state", "-created_at"], name="tender_state"),
        ]

    @property
    def stages(self) -> tuple[TenderState, ...]:
        """The way to its end; it leads through the approval only where others were asked."""
        asked = self.state == TenderState.APPROVED or shown_route(self) is not None
        approval = (TenderState.APPROVED,) if asked else ()
        return (
            TenderState.DRAFT, *approval, TenderState.PUBLISHED, TenderState.EVALUATION, TenderState.AWARDING,
            TenderState.CONTRACTED,
        )  # fmt: skip

    def invited(self):
        """Its invitations, for staff pages and guards; a supplier reads `Invitation.objects.visible_to`."""
        return Invitation.objects.unscoped("the tender's own parts").filter(tender=self)

    @property
    def sealed(self) -> bool:
        """Whether offers may not be known yet."""
        return self.opened_at is None

    def over_at(self, moment: dt.datetime) -> bool:
        """Whether the deadline has come at `moment`: received before it, or late."""
        return self.deadline is not None and moment >= self.deadline

    @property
    def flags(self) -> Method:
        """What its method asks for."""
        return METHODS[self.method]

    @property
    def lines(self) -> list[LotLine]:
        """The lines of all lots in their order; reads what was prefetched."""
        return [line for lot in self.lots.all() for line in lot.lines.all()]

    def all_lines(self):
        """The lines of all lots in their order, for the tender's own services and pages."""
        rows = LotLine.objects.unscoped("the tender's own parts").filter(lot__tender=self)
        return rows.select_related("lot", "item__base_unit", "unit", "place").order_by(
            "lot__position", "position", "pk"
        )


class OfTenderQuerySet(ScopedQuerySet):
    """Parts of a tender follow the tender's scope."""

    path = "tender"

    def visible_to(self, actor):
        return self.filter(**{f"{self.path}__in": Tender.objects.visible_to(actor)})


class LotLineQuerySet(OfTenderQuerySet):
    """Lines hang on a lot."""

    path = "lot__tender"


class InvitationQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Who else was asked is nobody's business among suppliers."""
        if actor.is_supplier:
            mine = self.filter(supplier_id=actor.supplier_id).exclude(tender__published_at=None)
            return within(actor, mine, "tender__public_id")
        return self if actor.may("tenders.view") else self.none()


class Lot(ScopedModel):
    """A part of a tender that is offered for and awarded as a whole or line by line."""

    public_id = fields.public_id()
    tender = models.ForeignKey(Tender, models.CASCADE, related_name="lots")
    position = models.PositiveSmallIntegerField(_("No."), default=1)
    title = models.CharField(_("Title"), max_length=150)

    objects = scoped(OfTenderQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Lot")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["tender", "position"], name="lot_position_once")]

    def __str__(self) -> str:
        return self.title


class LotLine(ScopedModel, Work):
    """What suppliers quote for: a quantity in the base unit, taken from one demand line or entered by the buyer.

    `baseline` is the price per unit that offers are compared with: the last price paid, or the estimate.
    """

    public_id = fields.public_id()
    lot = models.ForeignKey(Lot, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField(_("No."), default=1)
    demand_line = models.ForeignKey(DemandLine, models.PROTECT, null=True, blank=True, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Item"))
    description = models.CharField(_("Description"), max_length=300, blank=True)
    quantity = fields.quantity()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    need_by = models.DateField(_("Needed by"))
    place = models.ForeignKey("srm.Place", models.PROTECT, related_name="+", verbose_name=_("Delivery place"))
    baseline = fields.price(_("Baseline price"), null=True, blank=True)

    objects = scoped(LotLineQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Lot line")
        ordering = ["position", "pk"]
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="lotline_positive")]

    def __str__(self) -> str:
        return str(self.item) if self.item else self.description

    @property
    def what(self) -> str:
        return str(self)

    @property
    def baseline_net(self) -> Decimal | None:
        """What the whole quantity would cost at the baseline."""
        return line_total(self.quantity, self.baseline) if self.baseline is not None else None


class Invitation(ScopedModel):
    """A supplier asked to quote, what became of the asking, and by whom it is answered."""

    public_id = fields.public_id()
    tender = models.ForeignKey(Tender, models.CASCADE, related_name="+")
    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="+", verbose_name=_("Supplier"))
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Contact")
    )
    sent_at = models.DateTimeField(_("Sent"), null=True, editable=False)
    seen_at = models.DateTimeField(_("Seen"), null=True, editable=False)
    declined_at = models.DateTimeField(_("Declined"), null=True, editable=False)
    decline_reason = models.CharField(_("Reason"), max_length=300, blank=True, editable=False)

    objects = scoped(InvitationQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Invitation")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["tender", "supplier"], name="invitation_once")]

    def __str__(self) -> str:
        return f"{self.supplier}"


class TenderKey(ScopedModel):
    """The tender's key pair: everybody may seal, only the opening after the deadline may open.

    `wrapped_private` is the private half, encrypted to the application's key; more officers' layers come around it
    without changing this row's meaning. `fingerprint` is printed in the notice.
    """

    tender = models.OneToOneField(Tender, models.CASCADE, related_name="+")
    public_key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    wrapped_private = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = scoped(OfTenderQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Tender key")

    def __str__(self) -> str:
        return self.fingerprint[:16]
