"""Pages of stock."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.stock import exchange, filters, forms, services, tables
from srm.stock.models import StockLevel, StockMove, Warehouse
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

VIEW, MOVE, MANAGE = "stock.view", "stock.move", "stock.manage"
SOME = 25


def _buttons(actor: Actor) -> list[Action]:
    """Counting and issuing, for who may."""
    if not actor.may(MOVE):
        return []
    return [
        Action("count", _("Count"), reverse("stock:stockmove-count")),
        Action("issue", _("Issue"), reverse("stock:stockmove-issue"), tone="primary", key="n"),
    ]


@menu("buying", gettext_lazy("Stock"), order=50, key="s")
class LevelList(ListPage):
    model, permission, title = StockLevel, VIEW, gettext_lazy("Stock")
    table, filterset, sheet = tables.LevelTable, filters.LevelFilter, exchange.LevelSheet
    sorts = {
        "item": ("item__article", "id"), "-item": ("-item__article", "-id"),
        "-on_hand": ("-on_hand", "-id"), "-value": ("-value", "-id"), "value": ("value", "id"),
    }  # fmt: skip
    views = [("free", gettext_lazy("Free"), {"free": "on"})]
    empty = (
        gettext_lazy("Nothing is in stock yet."),
        gettext_lazy("Goods come in with a receipt, or are counted in once at the beginning."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item__base_unit", "warehouse__legal_entity")

    def actions(self) -> list[Action]:
        return _buttons(self.actor)

    def row_url(self, row: StockLevel) -> str | None:
        address = url_of(row.item) if self.actor.may("catalog.view") else None
        return f"{address}?tab=item-stock" if address else None


@menu("buying", gettext_lazy("Stock moves"), order=52)
class MoveList(ListPage):
    model, permission, title = StockMove, VIEW, gettext_lazy("Stock moves")
    table, filterset, sheet = tables.MoveTable, filters.MoveFilter, exchange.MoveSheet
    sorts = {
        "-written": ("-id",), "-moved_on": ("-moved_on", "-id"), "moved_on": ("moved_on", "id"),
    }  # fmt: skip
    views = [("mine", gettext_lazy("Mine"), {"mine": "on"})]
    empty = (
        gettext_lazy("Nothing has moved yet."),
        gettext_lazy("Every receipt, issue and count leaves a line here that nobody can change."),
    )

    def queryset(self) -> QuerySet:
        joins = ("item__base_unit", "warehouse__legal_entity", "created_by")
        return super().queryset().select_related(*joins)

    def actions(self) -> list[Action]:
        return _buttons(self.actor)

    def row_url(self, row: StockMove) -> str | None:
        return None


class Issue(ActionPage):
    """Goods leave the store without a document: to a department, for a repair."""

    model, permission, name, route = StockMove, MOVE, "issue", "issue/"
    title, submit, done = gettext_lazy("Issue from stock"), gettext_lazy("Issue"), gettext_lazy("Issued.")
    form = forms.IssueForm

    def act(self, form: Any) -> str:
        services.issue(actor=self.actor, **form.cleaned_data)
        return reverse("stock:stockmove-list")


class Count(ActionPage):
    """What lies there is counted; the difference goes into the books with its reason."""

    model, permission, name, route = StockMove, MOVE, "count", "count/"
    title, submit, done = gettext_lazy("Count stock"), gettext_lazy("Write what was counted"), gettext_lazy("Counted.")
    form = forms.CountForm

    def level(self) -> StockLevel | None:
        """The level that the address names, when it names one."""
        wanted = self.request.GET
        rows = StockLevel.objects.visible_to(self.actor).select_related("item__base_unit", "warehouse")
        if not wanted.get("item"):
            return None
        rows = rows.filter(item__public_id=wanted["item"])
        if wanted.get("warehouse"):
            rows = rows.filter(warehouse__public_id=wanted["warehouse"])
        found = list(rows[:2])
        return found[0] if len(found) == 1 else None

    def initial(self) -> dict[str, Any]:
        level = self.level()
        known = {"warehouse": level.warehouse, "item": level.item, "seen": level.on_hand} if level else {}
        return {**super().initial(), **known}

    @property
    def ask(self) -> str:  # type: ignore[override]
        level = self.level()
        if level is None:
            return _("Write what lies there now. The difference to the books becomes a move with your reason.")
        return _("The books say %(quantity)s in %(warehouse)s. Write what lies there now.") % {
            "quantity": formats.quantity(level.on_hand, level.item.base_unit), "warehouse": level.warehouse,
        }  # fmt: skip

    def act(self, form: Any) -> str:
        values, level = form.cleaned_data, self.level()
        if level is None or (level.warehouse, level.item) != (values["warehouse"], values["item"]):
            values["seen"] = None  # another shelf than the one whose figure was shown
        services.count(actor=self.actor, **values)
        return reverse("stock:stocklevel-list")


# -- warehouses --------------------------------------------------------------


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
    facts = ["place", "legal_entity", "is_active"]

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
