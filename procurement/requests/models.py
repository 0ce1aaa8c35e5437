"""Requests, their lines, and the allocation ledger."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procurement.requests.lifecycle import LineState, RequestLineLifecycle
from srm.catalog.models import Category, Item, Unit
from srm.core import fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin
from srm.flow.document import Document, Line


def of_actor(actor, prefix: str = "") -> Q:
    """Requests one made, asked for, or whose department one belongs to, heads or approves."""
    mine = Q(**{f"{prefix}requester_id": actor.user_id}) | Q(**{f"{prefix}created_by_id": actor.user_id})
    for path in actor.departments:
        mine |= Q(**{f"{prefix}department__path__startswith": path})
    return mine


class RequestQuerySet(SearchMixin, ScopedQuerySet):
    def visible_to(self, actor):
        """Own and the own departments' requests; all for buyers and auditors; none for suppliers."""
        if actor.is_supplier or not actor.may("requests.view"):
            return self.none()
        return self if actor.sees_all("requests") else self.filter(of_actor(actor))


class RequestLineQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """Lines follow their request."""
        if actor.is_supplier or not actor.may("requests.view"):
            return self.none()
        return self if actor.sees_all("requests") else self.filter(of_actor(actor, "request__"))


class PurchaseRequest(Document, Searchable):
    """What one department asks for, in one go. Its state is read from its lines."""

    class Route(models.TextChoices):
        NORMAL = "normal", _("Normal")
        URGENT = "urgent", _("Urgent")
        LOW_VALUE = "low_value", _("Low value")
        AFTER_FACT = "after_fact", _("After the fact")

    series = "PR"
    page = "requests:purchaserequest-detail"
    line_moves = "lines"

    title = models.CharField(_("What is it for"), max_length=150)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Requester")
    )
    department = models.ForeignKey(
        "srm.Department", models.PROTECT, related_name="+", verbose_name=_("Department")
    )
    route = models.CharField(_("Route"), max_length=10, choices=Route, default=Route.NORMAL)
    route_reason = models.CharField(_("Why so"), max_length=300, blank=True)
    note = models.TextField(_("Note"), blank=True, max_length=2000)

    search_fields = ("number", "title", "note")
    objects = scoped(RequestQuerySet)

    class Meta(Document.Meta):
        verbose_name = _("Request")
        verbose_name_plural = _("Requests")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="request_created"),
            models.Index(fields=["department", "-created_at"], name="request_department"),
            models.Index(fields=["requester", "-created_at"], name="request_requester"),
        ]

    def people(self) -> set[str]:
        """Person ids of those who asked for it or made it."""
        return {user.person_id for user in (self.requester, self.created_by) if user is not None}


class RequestLine(RequestLineLifecycle, Line):
    """One need: an item, or words where there is no item yet.

    `base_quantity` is the quantity in the item's base unit; `open_quantity` is what is neither promised from stock nor
    planned, kept up by the ledger so that lists can filter by an index. `estimate` is a unit price per `unit`.
    """

    request = models.ForeignKey(PurchaseRequest, models.CASCADE, related_name="lines")
    item = models.ForeignKey(
        Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Item")
    )
    description = models.CharField(_("Description"), max_length=300, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category")
    )
    quantity = fields.quantity(validators=[MinValueValidator(Decimal("0.0001"))])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"))
    base_quantity = fields.quantity(editable=False)
    base_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", editable=False)
    open_quantity = fields.quantity(_("Open"), default=0, editable=False)
    need_by = models.DateField(_("Needed by"))
    place = models.ForeignKey("srm.Place", models.PROTECT, related_name="+", verbose_name=_("Delivery place"))
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, related_name="+", verbose_name=_("Cost centre")
    )
    estimate = fields.price(_("Price, about"), null=True, blank=True)
    currency = fields.currency(default="EUR")
    amount = fields.amount(_("Amount, about"), default=0, editable=False)
    next_on = models.DateField(_("Expected"), null=True, editable=False)
    note = models.CharField(_("Note"), max_length=300, blank=True)

    objects = scoped(RequestLineQuerySet)

    class Meta(Line.Meta):
        verbose_name = _("Request line")
        verbose_name_plural = _("Request lines")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0) & Q(base_quantity__gt=0), name="requestline_positive"),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | ~Q(description=""), name="requestline_says_what"
            ),
            models.CheckConstraint(
                condition=Q(open_quantity__gte=0) & Q(open_quantity__lte=models.F("base_quantity")),
                name="requestline_open_in_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["item", "place", "need_by"], condition=Q(state=LineState.APPROVED) & Q(open_quantity__gt=0),
                name="requestline_to_plan",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.position}. {self.what}"

    @property
    def header(self) -> PurchaseRequest:
        """The document whose history and number the line shares."""
        return self.request

    @property
    def what(self) -> str:
        """The item, or the requester's own words."""
        return str(self.item) if self.item else self.description


class AllocationQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """The ledger of the lines the actor sees."""
        return self.filter(request_line__in=RequestLine.objects.visible_to(actor))


class Allocation(ScopedModel):
    """How much of a request line a document's line serves, in base units; only added, never changed.

    A negative quantity takes back. `parent` is the allocation this one continues (ordered continues tendered); children
    never exceed their parent. `run` groups what was written together.
    """

    append_only = True

    class Stage(models.TextChoices):
        STOCK = "stock", _("From stock")
        ISSUED = "issued", _("Handed out")
        PLANNED = "planned", _("Planned")
        TENDERED = "tendered", _("In tender")
        ORDERED = "ordered", _("Ordered")
        CONFIRMED = "confirmed", _("Confirmed")
        SHIPPED = "shipped", _("Shipped")
        RECEIVED = "received", _("Received")
        INVOICED = "invoiced", _("Invoiced")

    request_line = models.ForeignKey(RequestLine, models.PROTECT, related_name="allocations")
    stage = models.CharField(max_length=10, choices=Stage)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    quantity = fields.quantity()
    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=22)
    document_number = models.CharField(max_length=40, blank=True)
    line_id = models.BigIntegerField()
    expected_on = models.DateField(null=True)
    run = models.CharField(max_length=22, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = scoped(AllocationQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Allocation")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="allocation_not_zero")]
        indexes = [
            models.Index(fields=["document_kind", "line_id", "stage"], name="allocation_document_line"),
            models.Index(fields=["request_line", "stage"], name="allocation_line_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.quantity} of {self.request_line_id}"
