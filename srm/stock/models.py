"""Warehouses, moves, levels."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item
from srm.core import clock, fields
from srm.core.names import Named
from srm.core.scoping import ScopedModel, ScopedQuerySet, scoped
from srm.core.search import Searchable, SearchMixin


class StockQuerySet(ScopedQuerySet):
    """What lies where, and how it came there."""

    def visible_to(self, actor):
        """Everything for those who may view stock; nothing for others."""
        return self if actor.may("stock.view") else self.none()


class WarehouseQuerySet(SearchMixin, models.QuerySet):
    """Stores are known to those who may see stock; a supplier never asks."""

    def visible_to(self, actor):
        """All, for staff who see stock, orders or receipts: they choose a store by its name."""
        return self if actor.may("stock.view") or actor.may("receipts.view") else self.none()


class Warehouse(Named, Searchable):
    """A store of the firm at a delivery place, or what of its goods lies with somebody else (`holder`).

    What lies with somebody else is ours and is counted, but nothing is received there, nothing is free there for
    requests, and it moves by the documents it was handed over for alone: such a store is never active. `holder` is the
    public id of him who keeps it; an upper room knows who that is. Its place is the one the goods first left.
    """

    page = "stock:warehouse-detail"

    public_id = fields.public_id()
    code = models.CharField(
        _("Code"), max_length=20, unique=True, error_messages={"unique": _("Another warehouse already has this code.")}
    )
    place = models.ForeignKey("srm.Place", models.PROTECT, related_name="+", verbose_name=_("Place"))
    legal_entity = models.ForeignKey(
        "srm.LegalEntity", models.PROTECT, related_name="+", verbose_name=_("Legal entity")
    )
    holder = models.CharField(_("Lies with"), max_length=22, blank=True, default="", db_default="", editable=False)
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name_en", "name_ru", "name_bg")
    objects = WarehouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("Warehouse")
        verbose_name_plural = _("Warehouses")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["legal_entity", "holder"], condition=~Q(holder=""), name="warehouse_holder_once"
            ),
            models.CheckConstraint(condition=Q(holder="") | Q(is_active=False), name="warehouse_held_not_active"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()

    @property
    def where(self) -> str:
        """Its place; what lies with somebody else lies at none of ours."""
        return "" if self.holder else str(self.place)

    @property
    def standing(self) -> str:
        """What is to be known of a store that is not in use; "" of one that is."""
        if self.holder:
            return gettext("with others")
        return "" if self.is_active else gettext("closed")


class LocationQuerySet(SearchMixin, models.QuerySet):
    """Locations are known to whoever knows their store."""

    def visible_to(self, actor):
        """All, for staff who see stock or receipts."""
        return self if actor.may("stock.view") or actor.may("receipts.view") else self.none()


class Location(Searchable):
    """A rack, a shelf, a yard inside a warehouse, under the larger one it is part of."""

    page = "stock:location-detail"

    class Role(models.TextChoices):
        STORAGE = "storage", _("Storage")
        RECEIVING = "receiving", _("What comes in lies here first")
        DEFAULT = "default", _("What nobody places lies here")

    public_id = fields.public_id()
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="locations", verbose_name=_("Warehouse"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("Part of")
    )
    code = models.CharField(_("Code"), max_length=30)
    name = models.CharField(_("Name"), max_length=100, blank=True)
    role = models.CharField(pgettext_lazy("location", "Use"), max_length=10, choices=Role, default=Role.STORAGE)
    is_active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    search_fields = ("code", "name")
    objects = LocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Location")
        verbose_name_plural = _("Locations")
        ordering = ["warehouse", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "code"], name="location_code_once",
                violation_error_message=_("Another location of this warehouse already has this code."),
            ),
            models.UniqueConstraint(
                fields=["warehouse", "role"], condition=~Q(role="storage") & Q(is_active=True), name="location_role_once",
                violation_error_message=_("Another location of this warehouse is used so already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.warehouse.code} · {self.code} {self.name}".strip()


class StockMove(ScopedModel):
    """One movement of goods in base units: in is positive, out negative. Never changed; a mistake gets a counter-move.

    `value` is in the base currency and has the sign of `quantity`, so that the values of all moves add up to what the
    stock is worth; `counterpart` names where goods went (a country, a department). What comes in by a transfer names
    what went out as its `pair`; a counter-move names what it `reverses`.
    """

    page = "stock:stockmove-detail"

    append_only = True

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        ISSUE = "issue", pgettext_lazy("movement", "Issue")
        TRANSFER = "transfer", _("Transfer")
        ADJUSTMENT = "adjustment", _("Adjustment")
        RETURN = "return", pgettext_lazy("movement", "Return")

    public_id = fields.public_id()
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="stock_moves", verbose_name=_("Warehouse"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    quantity = fields.quantity()
    value = fields.amount(_("Value"), default=0)
    moved_on = models.DateField(_("Date"))
    document_kind = models.CharField(max_length=80, blank=True)
    document_id = models.CharField(max_length=40, blank=True)
    document_number = models.CharField(_("Document"), max_length=40, blank=True)
    counterpart = models.CharField(_("To or from"), max_length=200, blank=True)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    pair = models.OneToOneField("self", models.PROTECT, null=True, related_name="other_side", editable=False)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by", editable=False)
    created_by = models.ForeignKey("srm.User", models.PROTECT, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)

    objects = scoped(StockQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Stock move")
        verbose_name_plural = _("Stock moves")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["item", "-id"], name="stockmove_item"),
            models.Index(fields=["warehouse", "-id"], name="stockmove_warehouse"),
            models.Index(fields=["moved_on", "id"], name="stockmove_moved_on"),
            models.Index(fields=["document_kind", "document_id"], name="stockmove_document"),
        ]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="stockmove_not_zero")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.quantity} {self.item.article}"


class StockLevel(ScopedModel):
    """What lies in one warehouse of one item, how much of it is promised, and what it is worth.

    A row is the sum of its moves, kept by `services` under the row's lock; it is never written in another way.
    """

    public_id = fields.public_id()
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels", verbose_name=_("Warehouse"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="levels", verbose_name=_("Item"))
    on_hand = fields.quantity(_("On hand"), default=0)
    reserved = fields.quantity(_("Promised"), default=0)
    value = fields.amount(_("Value"), default=0)

    objects = scoped(StockQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Stock level")
        verbose_name_plural = _("Stock levels")
        ordering = ["item", "warehouse"]
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "item"], name="stocklevel_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="stocklevel_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")), name="stocklevel_reserved_covered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.article}: {self.on_hand}"

    @property
    def free(self) -> Decimal:
        """What lies there and is promised to nobody."""
        return self.on_hand - self.reserved


class Placement(ScopedModel):
    """So many base units were put into a location, or taken from it (negative); never changed.

    With `move` they came into the warehouse or left it; without, they were carried from one location to another.
    """

    append_only = True

    location = models.ForeignKey(Location, models.PROTECT, related_name="+", verbose_name=_("Location"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    move = models.ForeignKey(StockMove, models.PROTECT, null=True, related_name="placements")
    quantity = fields.quantity()
    created_by = models.ForeignKey("srm.User", models.PROTECT, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(_("Made"), default=clock.now, editable=False)

    objects = scoped(StockQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Placement")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="placement_not_zero")]

    def __str__(self) -> str:
        return f"{self.location.code} {self.quantity}"


class LocationLevel(ScopedModel):
    """What lies of one item in one location: the sum of its placements, written under the stock level's lock.

    All locations of a warehouse together hold at most what its level says; the rest lies there unplaced.
    """

    public_id = fields.public_id()
    location = models.ForeignKey(Location, models.PROTECT, related_name="levels", verbose_name=_("Location"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("Item"))
    on_hand = fields.quantity(_("On hand"), default=0)

    objects = scoped(StockQuerySet)

    class Meta(ScopedModel.Meta):
        verbose_name = _("Stock in a location")
        verbose_name_plural = _("Stock in locations")
        ordering = ["location", "item"]
        constraints = [
            models.UniqueConstraint(fields=["location", "item"], name="locationlevel_once"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="locationlevel_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.location.code} {self.item.article}: {self.on_hand}"
