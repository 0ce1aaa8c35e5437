"""Pages of warehouses and their locations."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.stock import filters, forms, guards, placing, services, tables
from srm.stock.models import Location, LocationLevel, StockLevel, Warehouse
from srm.stock.views import VIEW
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, DetailPage, EditPage, ListPage
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

MANAGE = "stock.manage"
SOME = 25


@menu("settings", gettext_lazy("Warehouses"), order=35)
class WarehouseList(ListPage):
    model, permission, title = Warehouse, VIEW, gettext_lazy("Warehouses")
    table, filterset = tables.WarehouseTable, filters.WarehouseFilter
    sorts = {"code": ("code", "id"), "-code": ("-code", "-id")}
    create_label = gettext_lazy("New warehouse")
    empty = (
        gettext_lazy("No warehouses yet."),
        gettext_lazy("A store at a delivery place: goods are received into it."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("place", "legal_entity")


class WarehouseDetail(DetailPage):
    model, permission = Warehouse, VIEW
    facts = [("place", gettext_lazy("Place")), "legal_entity", ("standing", gettext_lazy("Active"))]

    def fact_place(self) -> str:
        return self.object.where

    def fact_standing(self) -> str:
        return self.object.standing or _("yes")

    def actions(self) -> list[Action]:
        """A new location beside what every record offers."""
        new = f"{reverse('stock:location-create')}?warehouse={self.object.public_id}"
        more = [Action("location", _("New location"), new)] if self.actor.may(MANAGE) and not self.object.holder else []
        return [*more, *super().actions()]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("place", "legal_entity")


@panel(Warehouse, gettext_lazy("Stock"), order=10, permission=VIEW)
def warehouse_levels_panel(document: Warehouse, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What lies in it, the dearest first."""
    rows = StockLevel.objects.visible_to(actor).filter(warehouse=document, on_hand__gt=0).order_by("-value", "-id")
    found = list(rows.select_related("item__base_unit", "warehouse__legal_entity")[: SOME + 1])
    more = f"{reverse('stock:stocklevel-list')}?warehouse={document.public_id}" if len(found) > SOME else ""
    if not found:
        return None
    table = render_ready(tables.LevelTable, found[:SOME], actor, link=lambda row: url_of(row.item))
    return "srm/catalog/_rows.html", {"table": table, "more": more, "card": True}


class WarehouseCreate(CreatePage):
    model, permission, title = Warehouse, MANAGE, gettext_lazy("New warehouse")
    form, service = forms.WarehouseForm, services.create_warehouse


class WarehouseEdit(EditPage):
    model, permission = Warehouse, MANAGE
    form, service = forms.WarehouseForm, services.update_warehouse

    @staticmethod
    def guard(document: Warehouse, actor: Actor) -> object:
        """What stands for goods with somebody else is not changed by hand."""
        return guards.why_not_editable(document) or None


# -- locations ---------------------------------------------------------------


@panel(Warehouse, gettext_lazy("Locations"), order=20, permission=VIEW)
def locations_panel(document: Warehouse, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """Its racks and shelves."""
    rows = Location.objects.visible_to(actor).filter(warehouse=document).order_by("code", "id")
    found = list(rows.select_related("warehouse", "parent")[: SOME + 1])
    more = f"{reverse('stock:location-list')}?warehouse={document.public_id}" if len(found) > SOME else ""
    if not found:
        return None
    return "srm/catalog/_rows.html", {
        "table": render_ready(tables.LocationTable, found[:SOME], actor, link=url_of), "more": more, "card": True,
    }  # fmt: skip


class LocationList(ListPage):
    model, permission, title, route = Location, VIEW, gettext_lazy("Locations"), ""
    table, filterset = tables.LocationTable, filters.LocationFilter
    sorts = {"code": ("code", "id"), "-code": ("-code", "-id")}
    create_label = gettext_lazy("New location")
    empty = (
        gettext_lazy("No locations yet."),
        gettext_lazy("Racks, shelves, a yard: where in a warehouse goods lie. Without any, a warehouse is one room."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("warehouse", "parent")


class LocationDetail(DetailPage):
    """One location and what lies in it."""

    model, permission = Location, VIEW
    facts = ["warehouse", "parent", "role", "is_active"]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("warehouse", "parent__warehouse")

    def fact_role(self) -> str:
        return self.object.get_role_display()


@panel(Location, gettext_lazy("What lies here"), order=10, permission=VIEW, place="main")
def contents_panel(document: Location, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What lies in it, the most first."""
    rows = LocationLevel.objects.visible_to(actor).filter(location=document, on_hand__gt=0).order_by("-on_hand", "-id")
    found = list(rows.select_related("location", "item__base_unit")[:SOME])
    if not found:
        return None
    return "srm/catalog/_rows.html", {
        "table": render_ready(tables.ContentTable, found, actor, link=lambda row: url_of(row.item)),
    }  # fmt: skip


class LocationCreate(CreatePage):
    model, permission, title = Location, MANAGE, gettext_lazy("New location")
    form, service = forms.LocationForm, placing.create_location


class LocationEdit(EditPage):
    model, permission = Location, MANAGE
    form, service = forms.LocationForm, placing.update_location
