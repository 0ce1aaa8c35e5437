"""Pages of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.catalog import exchange, filters, forms, services, tables
from srm.catalog.lifecycle import ItemState
from srm.catalog.models import Category, Item, Unit
from srm.catalog.pictures.selectors import with_pictures
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, Missing
from srm.core.redirects import current
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage
from srm.ui.pages.edit import lines_of
from srm.ui.panels import panel
from srm.ui.slots import Action
from srm.ui.tables import render_ready

VIEW, EDIT = "catalog.view", "catalog.edit"
ROWS = "srm/catalog/_rows.html"
SOME = 25

# -- items -------------------------------------------------------------------


@menu("buying", gettext_lazy("Items"), order=60, key="i")
class ItemList(ListPage):
    model, permission, title = Item, VIEW, gettext_lazy("Items")
    table, filterset, sheet = tables.ItemTable, filters.ItemFilter, exchange.ItemSheet
    sorts = {
        "article": ("article", "id"), "-article": ("-article", "-id"),
        "-created": ("-created_at", "-id"), "created": ("created_at", "id"),
        "-changed": ("-updated_at", "-id"), "changed": ("updated_at", "id"),
    }  # fmt: skip
    create_label = gettext_lazy("New item")
    bulk_moves = ("activate", "block")
    views = [
        ("active", gettext_lazy("In use"), {"state": "active"}),
        ("draft", gettext_lazy("Drafts"), {"state": "draft"}),
        ("blocked", gettext_lazy("Blocked"), {"state": "blocked"}),
    ]
    empty = (
        gettext_lazy("No items yet."),
        gettext_lazy("What the firm buys, each under one article. For example: Bolt M8×40, counted in pieces."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("category", "base_unit")

    def decorate(self, rows: QuerySet) -> QuerySet:
        return with_pictures(rows)

    def actions(self) -> list[Action]:
        quick = Action("quick", _("Quick item"), reverse("catalog:item-quick"))
        return [*([quick] if self.actor.may(EDIT) else []), *super().actions()]


class ItemDetail(DetailPage):
    model, permission = Item, VIEW
    facts = [
        "category", "base_unit", "is_service", ("price", gettext_lazy("Last price")), "margin_dependent", "replaced_by",
        "description", ("other_names", gettext_lazy("In other languages")),
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("category", "base_unit", "replaced_by", "created_by")

    def heading(self) -> Any:
        return self.object.name or self.object.article

    def eyebrow(self) -> list[Any]:
        return [self.object.article, *super().eyebrow(), self.object.category]

    def quadrant(self) -> str:
        return self.object.category.segment

    def warnings(self) -> list[Any]:
        successor = self.object.replaced_by
        found = [_("It is replaced by %(item)s.") % {"item": successor}] if successor else []
        if self.object.state == ItemState.MERGED:
            found.append(_("It was merged into %(item)s.") % {"item": current(self.object)})
        return found

    def fact_base_unit(self) -> str:
        unit = self.object.base_unit
        return f"{unit} ({unit.name})" if unit.name and unit.name != unit.symbol else str(unit)

    def fact_price(self) -> str:
        item = self.object
        if item.reference_price is None:
            return ""
        price = formats.price(item.reference_price, item.currency)
        return _("%(price)s per %(unit)s") % {"price": price, "unit": item.base_unit}

    def fact_is_service(self) -> str:
        return _("yes") if self.object.is_service else ""

    def fact_other_names(self) -> str:
        names = dict.fromkeys([self.object.name_en, self.object.name_ru, self.object.name_bg])
        return " / ".join(name for name in names if name and name != self.object.name)


@panel(Item, gettext_lazy("Packs"), order=10, permission=VIEW, place="main")
def packs_panel(document: Item, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """How much of the base unit its packs hold."""
    packs = list(document.packs.select_related("unit"))
    for pack in packs:
        pack.item = document
    return (ROWS, {"table": render_ready(tables.PackTable, packs, actor)}) if packs else None


class _PacksAsLines:
    """The form calls packs its lines; the service calls them packs."""

    def call(self, cleaned: dict[str, Any]) -> Any:
        cleaned["packs"] = cleaned.pop("lines")
        return super().call(cleaned)  # type: ignore[misc]

    def mark(self, fault: InvalidInput) -> None:
        fault.errors = {name.replace("packs.", "lines.", 1): words for name, words in fault.errors.items()}
        super().mark(fault)  # type: ignore[misc]


class ItemCreate(_PacksAsLines, CreatePage):
    model, permission, title = Item, EDIT, gettext_lazy("New item")
    form, lines, service = forms.ItemForm, forms.PackLines, services.create_item
    submit, done = gettext_lazy("Save draft"), gettext_lazy("Saved. Activate it, so that it can be requested.")


class ItemEdit(_PacksAsLines, EditPage):
    model, permission = Item, EDIT
    form, lines, service = forms.ItemEditForm, forms.PackLines, services.update_item

    def initial_lines(self) -> list[dict[str, Any]]:
        return lines_of(self.object.packs.select_related("unit"), forms.PackLines)


class ItemQuick(ActionPage):
    """An item in one breath: name, category, unit. It is in use at once, under the next free article."""

    model, permission, name, route = Item, EDIT, "quick", "quick/"
    title, submit, done = gettext_lazy("Quick item"), gettext_lazy("Make it"), gettext_lazy("The item is in use.")
    form = forms.QuickItemForm

    def act(self, form: forms.QuickItemForm) -> Item:
        return services.create_item(actor=self.actor, activate=True, **form.named())


# -- categories --------------------------------------------------------------


@menu("buying", gettext_lazy("Categories"), order=65)
class CategoryList(ListPage):
    model, permission, title = Category, VIEW, gettext_lazy("Categories")
    table, filterset, sheet = tables.CategoryTable, filters.CategoryFilter, exchange.CategorySheet
    sorts = {"path": ("path", "id"), "-path": ("-path", "-id"), "code": ("code", "id"), "-code": ("-code", "-id")}
    create_label = gettext_lazy("New category")
    views = [(value, label, {"segment": value}) for value, label in Category.Segment.choices]
    per_page = 100
    empty = (
        gettext_lazy("No categories yet."),
        gettext_lazy("They group items into a tree, and are what the matrix places by risk and profit."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("buyer")


class CategoryDetail(DetailPage):
    model, permission = Category, VIEW
    facts = [
        "code",
        "parent",
        "buyer",
        "cpv",
        "okpd2",
        "unspsc",
        "codes",
        ("other_names", gettext_lazy("In other languages")),
    ]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("parent", "buyer")

    def eyebrow(self) -> list[Any]:
        return [*super().eyebrow(), self.object.path.strip("/").replace("/", " / ")]

    def quadrant(self) -> str:
        return self.object.segment

    def warnings(self) -> list[Any]:
        return [] if self.object.is_active else [_("This category is closed: nothing new is put into it.")]

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.actor.may(EDIT):
            new = f"{url_of(Category, 'create')}?parent={self.object.public_id}"
            found.append(Action("part", _("New category below"), new))
        return found

    fact_other_names = ItemDetail.fact_other_names

    def fact_codes(self) -> str:
        return "; ".join(f"{code} {code.name}" for code in self.object.codes.order_by("system", "code"))


@panel(Category, gettext_lazy("Parts"), order=10, permission=VIEW, place="main")
def parts_panel(document: Category, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """The categories right below."""
    rows = list(document.children.select_related("buyer").order_by("path")[:200])
    for row in rows:
        row.path = f"/{row.code}/"  # here they stand side by side, not indented
    return (ROWS, {"table": render_ready(tables.PartTable, rows, actor)}) if rows else None


def _items_below(category: Category, actor: Actor) -> QuerySet:
    return Item.objects.visible_to(actor).below(category)


@panel(
    Category, gettext_lazy("Items"), order=20, permission=VIEW, key="items",
    count=lambda category, actor: _items_below(category, actor).count(),
)  # fmt: skip
def category_items_panel(document: Category, actor: Actor, request: HttpRequest) -> tuple[str, dict] | None:
    """The first items of the tree below, and the way to all of them."""
    rows = list(_items_below(document, actor).select_related("category", "base_unit").order_by("article")[: SOME + 1])
    more = f"{url_of(Item, 'list')}?category={document.public_id}" if len(rows) > SOME else ""
    return (
        (ROWS, {"table": render_ready(tables.ItemTable, rows[:SOME], actor), "more": more, "card": True})
        if rows
        else None
    )


class CategoryCreate(CreatePage):
    model, permission, title = Category, EDIT, gettext_lazy("New category")
    form, service = forms.CategoryForm, services.create_category


class CategoryEdit(EditPage):
    model, permission = Category, EDIT
    form, service = forms.CategoryForm, services.update_category


# -- units -------------------------------------------------------------------


class _ByCode:
    """Units are known by their code: it is public, and stands in addresses as it does in papers."""

    kwargs: Mapping[str, Any]

    def load(self) -> Unit:
        found = Unit.objects.filter(code=self.kwargs["public_id"]).first()
        if found is None:
            raise Missing()
        return found


@menu("settings", gettext_lazy("Units"), order=60, permission=EDIT)
class UnitList(ListPage):
    model, permission, title = Unit, VIEW, gettext_lazy("Units")
    table, filterset = tables.UnitTable, filters.UnitFilter
    sorts = {"code": ("code", "id"), "-code": ("-code", "-id")}
    create_label = gettext_lazy("New unit")
    per_page = 100
    empty = (gettext_lazy("No units."), gettext_lazy("They are loaded when the installation is set up."))

    def row_url(self, row: Unit) -> str | None:
        return reverse("catalog:unit-edit", args=[row.code]) if self.actor.may(EDIT) else None


class UnitCreate(CreatePage):
    model, permission, title = Unit, EDIT, gettext_lazy("New unit")
    form, service = forms.UnitForm, services.create_unit


class UnitEdit(_ByCode, EditPage):
    model, permission = Unit, EDIT
    form, service = forms.UnitForm, services.update_unit

    def back_url(self) -> str:
        return url_of(Unit, "list") or "/"
