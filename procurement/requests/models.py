"""Requests, their lines, and the allocation ledger."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.requests.deliveries import InDeliveries
from procurement.requests.lifecycle import LineState, RequestLineLifecycle
from procurement.requests.states import HeaderState, derive
from procurement.requests.work import Work
from srm.approvals.models import Way
from srm.approvals.selectors import asked_of
from srm.budget.accounts import Account
from srm.catalog.models import Category, Item, Unit
from srm.core import clock, fields
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin
from srm.flow.document import Document, Line
from srm.people.sharing import ShareRule

KIND = "procurement.purchaserequest"


def of_actor(actor, prefix: str = "") -> Q:
    """Requests one made, asked for, accepts, was asked to decide or reviews, or of departments one belongs to or heads."""
    mine = Q(**{f"{prefix}requester_id": actor.user_id}) | Q(**{f"{prefix}created_by_id": actor.user_id})
    accepts = RequestLine.objects.unscoped("who accepts a service sees its request").filter(accepts_by=actor.user_id)
    mine |= Q(**{f"{prefix}pk__in": accepts.order_by().values("request")})
    for path in actor.departments:
        mine |= Q(**{f"{prefix}department__path__startswith": path})
    if actor.may("approvals.decide"):
        mine |= Q(**{f"{prefix}public_id__in": asked_of(actor, KIND)})
    if actor.may("requests.review"):
        mine |= Q(**{f"{prefix}route": Way.AFTER_FACT, f"{prefix}sent_on__isnull": False})
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

    Route = Way

    series = "PR"
    page = "requests:purchaserequest-detail"
    line_moves = "lines"
    tones = {"buying": "live", "partly": "live", "received": "good", "submitted": "wait"}

    title = models.CharField(_("What is it for"), max_length=150)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Requester")
    )
    department = models.ForeignKey("srm.Department", models.PROTECT, related_name="+", verbose_name=_("Department"))
    route = models.CharField(_("Route"), max_length=10, choices=Route, default=Route.NORMAL)
    route_reason = models.CharField(_("Why so"), max_length=300, blank=True)
    note = models.TextField(_("Note"), blank=True, max_length=2000)
    seller = models.CharField(_("From whom"), max_length=200, blank=True, default="", db_default="")
    place = models.ForeignKey(
        "srm.Place", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Delivery place")
    )
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Cost centre")
    )
    currency = fields.currency(default="EUR", editable=False)
    # The day on which it was sent last: it counts in that period, and in that year.
    sent_on = models.DateField(_("Sent"), null=True, editable=False)
    # Of the lines, kept by the services that write them, so that lists sort and filter by an index.
    need_by = models.DateField(_("Needed by"), null=True, editable=False)
    total = fields.amount(_("Amount, about"), default=0, editable=False)
    line_count = models.PositiveIntegerField(_("Lines"), default=0, editable=False)

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
            models.Index(fields=["need_by", "id"], name="request_need_by"),
            models.Index(fields=["total", "id"], name="request_total"),
            models.Index(fields=["legal_entity", "sent_on"], name="request_sent_on"),
            models.Index(
                fields=["department", "sent_on"], condition=Q(route=Way.LOW_VALUE), name="request_low_value"
            ),
        ]  # fmt: skip

    @property
    def state(self) -> str:
        """Read from the lines: where the whole request stands."""
        return getattr(self, "derived", "") or str(derive(RequestLine.stands_of(self)))

    def get_state_display(self) -> str:
        """The state's word."""
        return str(HeaderState(self.state).label)

    def people(self) -> set[str]:
        """Person ids of those who asked for it or made it."""
        return {user.person_id for user in (self.requester, self.created_by) if user is not None}


class RequestLine(RequestLineLifecycle, Line, Work, InDeliveries):
    """One need: an item, or words where there is no item yet.

    `base_quantity` is the quantity in the item's base unit. The ledger keeps three parts of it here, so that lists can
    filter by an index: `open_quantity` is neither promised from stock nor planned, `coming_quantity` is promised and
    not there yet, `done_quantity` was received or handed out. What remains was given up. `estimate` is a price per
    `unit` in the legal entity's currency; `text_key` is the description and the work as aggregation compares it. `delivery_of` is
    the same for lines that are the deliveries of one need.

    Of the foreign keys only those that pages look up are indexed: lines are written by the hundred thousand.
    """

    request = models.ForeignKey(PurchaseRequest, models.CASCADE, related_name="lines")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Item"))
    description = models.CharField(_("Description"), max_length=300, blank=True)
    text_key = models.CharField(max_length=300, blank=True, editable=False)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Category"), db_index=False
    )
    quantity = fields.quantity(validators=[MinValueValidator(Decimal("0.0001"))])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("Unit"), db_index=False)
    base_quantity = fields.quantity(editable=False)
    base_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", editable=False, db_index=False)
    open_quantity = fields.quantity(pgettext_lazy("quantity", "Open"), default=0, editable=False)
    coming_quantity = fields.quantity(_("Coming"), default=0, editable=False)
    done_quantity = fields.quantity(_("Received"), default=0, editable=False)
    need_by = models.DateField(_("Needed by"))
    place = models.ForeignKey(
        "srm.Place", models.PROTECT, related_name="+", verbose_name=_("Delivery place"), db_index=False
    )
    cost_center = models.ForeignKey(
        "srm.CostCenter", models.PROTECT, related_name="+", verbose_name=_("Cost centre"), db_index=False
    )
    estimate = fields.price(_("Price, about"), null=True, blank=True)
    currency = fields.currency(default="EUR")
    amount = fields.amount(_("Amount, about"), default=0, editable=False)
    next_on = models.DateField(_("Expected"), null=True, editable=False)
    held_reason = models.CharField(_("Held back because"), max_length=300, default="", db_default="", editable=False)
    note = models.CharField(_("Note"), max_length=300, blank=True)
    accepts_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Accepted by"),
        db_index=False,
    )  # fmt: skip

    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Assigned to"),
        db_index=False, editable=False,
    )  # fmt: skip

    scheduled = models.ForeignKey(
        "procurement.ScheduledNeed", models.PROTECT, null=True, related_name="+", db_index=False, editable=False
    )  # the need of a production schedule that it asks for

    objects = scoped(RequestLineQuerySet)

    class Meta(Line.Meta):
        verbose_name = _("Request line")
        verbose_name_plural = _("Request lines")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0) & Q(base_quantity__gt=0), name="requestline_positive"),
            models.CheckConstraint(condition=Q(item__isnull=False) | ~Q(description=""), name="requestline_says_what"),
            models.CheckConstraint(
                condition=Q(open_quantity__gte=0)
                & Q(coming_quantity__gte=0)
                & Q(done_quantity__gte=0)
                # Rounded, because SQLite adds floating point: 0.1 + 0.2 is more than 0.3 there.
                & Q(base_quantity__gte=Round(F("open_quantity") + F("coming_quantity") + F("done_quantity"), 4)),
                name="requestline_parts_in_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["item", "place", "need_by"], condition=Q(state=LineState.APPROVED) & Q(open_quantity__gt=0),
                name="requestline_to_plan",
            ),
            models.Index(
                fields=["accepts_by", "request"], condition=Q(accepts_by__isnull=False), name="requestline_accepts_by"
            ),
            models.Index(
                fields=["scheduled"], condition=Q(scheduled__isnull=False), name="requestline_scheduled"
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

    @property
    def account(self) -> Account:
        """Whose money it takes."""
        return Account(self.cost_center, self.category, self.need_by)

    @property
    def given_up(self) -> Decimal:
        """What of a line that was cut short or cancelled nobody will bring."""
        if self.state not in {LineState.CLOSED, LineState.CANCELLED}:
            return Decimal(0)
        return self.base_quantity - self.open_quantity - self.coming_quantity - self.done_quantity

    @classmethod
    def stands_of(cls, request: PurchaseRequest) -> list[tuple]:
        """(state, open, coming, done) of a request's lines, from which its own state is read."""
        lines = request.lines.all()
        return [(line.state, line.open_quantity, line.coming_quantity, line.done_quantity) for line in lines]


class AllocationQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """The ledger of the lines the actor sees."""
        return self.filter(request_line__in=RequestLine.objects.visible_to(actor))


class Allocation(ScopedModel):
    """How much of a request line a document's line serves, in base units; only added, never changed.

    `parent` is the allocation this one continues (ordered continues tendered); children never exceed their parent. A
    negative quantity takes back: its parent is the row it reduces, of the same stage. `document_kind` is the document's
    label, `document_id` its public id, `line_id` the key of its line. `run` groups what was written together; `rule` says
    how a quantity was shared among several needs, where it was.
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

    request_line = models.ForeignKey(RequestLine, models.PROTECT, related_name="allocations", db_index=False)
    stage = models.CharField(max_length=10, choices=Stage)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", db_index=False)
    quantity = fields.quantity()
    document_kind = models.CharField(max_length=80)
    document_id = models.CharField(max_length=22)
    document_number = models.CharField(max_length=40, blank=True)
    line_id = models.BigIntegerField()
    expected_on = models.DateField(null=True)
    rule = models.CharField(max_length=10, choices=ShareRule, blank=True, default="", db_default="")
    run = models.CharField(max_length=22, blank=True)
    at = models.DateTimeField(default=clock.now, editable=False)

    objects = scoped(AllocationQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Allocation")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="allocation_not_zero")]
        indexes = [
            models.Index(fields=["document_kind", "line_id", "stage"], name="allocation_document_line"),
            models.Index(fields=["request_line", "stage"], name="allocation_line_stage"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="allocation_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.quantity} of {self.request_line_id}"


class FavouriteQuerySet(ScopedQuerySet):
    def visible_to(self, actor):
        """One's own."""
        return self.none() if actor.user_id is None else self.filter(user_id=actor.user_id)


class Favourite(ScopedModel):
    """An item that somebody asks for often; pickers offer it first."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    item = models.ForeignKey(Item, models.CASCADE, related_name="+")

    objects = scoped(FavouriteQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Favourite")
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.item_id}"
