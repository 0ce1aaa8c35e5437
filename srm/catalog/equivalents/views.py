"""Pages of equivalents: the list, naming and changing one, and what an item's page says of them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from srm.catalog.equivalents import exchange, filters, forms, selectors, services, tables
from srm.catalog.equivalents.models import ItemEquivalent
from srm.catalog.equivalents.stocks import free_of
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import Actor
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, EditPage, ListPage, routes
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

VIEW, EDIT = "catalog.view", "catalog.edit"
SOME = 50


@menu("buying", gettext_lazy("Equivalents"), order=62)
class EquivalentList(ListPage):
    model, permission, title = ItemEquivalent, VIEW, gettext_lazy("Equivalents")
    table, filterset, sheet = tables.EquivalentTable, filters.EquivalentFilter, exchange.EquivalentSheet
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id")}
    create_label = gettext_lazy("New equivalent")
    views = [("now", gettext_lazy("In force"), {"now": "on"})]
    empty = (
        gettext_lazy("No equivalents yet."),
        gettext_lazy("Items that may stand in for each other. For example: bolt A2 and bolt A4 of the same size."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item", "equivalent")

    def row_url(self, row: ItemEquivalent) -> str | None:
        return reverse("catalog:itemequivalent-edit", args=[row.public_id]) if self.actor.may(EDIT) else None


class _BackToItem:
    """After saving and on Cancel: the item that was asked about."""

    object: Any
    request: HttpRequest

    def after(self, result: Any) -> str:
        return url_of(result.item) or "/"

    def back_url(self) -> str:
        asked = self.request.GET.get("item", "")
        item = self.object.item if self.object else Item.objects.filter(public_id=asked).first()
        return (url_of(item) if item else url_of(ItemEquivalent, "list")) or "/"


class EquivalentCreate(_BackToItem, CreatePage):
    model, permission, title = ItemEquivalent, EDIT, gettext_lazy("New equivalent")
    form, service = forms.EquivalentForm, services.name_equivalent


class EquivalentEdit(_BackToItem, EditPage):
    model, permission = ItemEquivalent, EDIT
    form, service = forms.EquivalentEditForm, services.change_equivalent
    hint = gettext_lazy("The two items stay. What does not hold any more gets a last day.")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item", "equivalent")

    def heading(self) -> Any:
        return str(self.object)


@panel(Item, gettext_lazy("Equivalents"), order=12, permission=VIEW, place="main", key="equivalents")
def equivalents_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """What may stand in for the item and what it may stand in for, with what of them is free."""
    rows = ItemEquivalent.objects.visible_to(actor).filter(Q(item=document) | Q(equivalent=document))
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=clock.today()))
    found = list(rows.select_related("item__base_unit", "equivalent__base_unit").order_by("pk")[:SOME])
    may_add = actor.may(EDIT) and document.state != ItemState.MERGED
    if not found and not may_add:
        return None
    free = free_of({row.item_id for row in found} | {row.equivalent_id for row in found})
    shown = [tables.seen_from(document, row, free, selectors.turned(row.factor)) for row in found]

    def link(row: ItemEquivalent) -> str | None:
        return reverse("catalog:itemequivalent-edit", args=[row.public_id]) if actor.may(EDIT) else None

    new = f"{reverse('catalog:itemequivalent-create')}?item={document.public_id}"
    return "srm/catalog/_equivalents.html", {
        "rows": shown, "table": render_ready(tables.OfItemTable, shown, actor, link=link),
        "new": Action("new", gettext_lazy("New equivalent"), new) if may_add else None,
    }  # fmt: skip


ROUTES = routes(EquivalentList, EquivalentCreate, EquivalentEdit, prefix="equivalents/")
