"""Staff pages of items at suppliers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from srm.core.errors import InvalidInput
from srm.ui.menu import menu
from srm.ui.pages import CreatePage, DetailPage, EditPage, ListPage
from srm.ui.pages.edit import lines_of
from suppliers.items import drawing, exchange, filters, forms, selectors, services, tables
from suppliers.items.models import SupplierItem
from suppliers.items.offers import AGREED

VIEW, EDIT = "items.view", "items.edit"


@menu("suppliers", _("Price lists"), order=30)
class SupplierItemList(ListPage):
    model, permission, title = SupplierItem, VIEW, _("Suppliers' articles")
    table, filterset, sheet = tables.SupplierItemTable, filters.SupplierItemFilter, exchange.PriceSheet
    sorts = {"-changed": ("-updated_at", "-id"), "changed": ("updated_at", "id")}
    create_label = _("New article of a supplier")
    views = [
        ("preferred", _("Preferred"), {"standing": "preferred"}),
        ("proposed", _("Proposed"), {"standing": "proposed"}),
        ("agreed", _("Under an agreement"), {"agreed": "on"}),
        ("unpriced", _("Without a price"), {"priced": "0"}),
    ]
    empty = (
        _("No articles of suppliers yet."),
        _(
            "What a supplier calls our items, how he packs them, and at what price: enter one, or import his price list."
        ),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("supplier", "item__base_unit", "unit")

    def decorate(self, rows: QuerySet) -> QuerySet:
        return selectors.with_prices(rows)


class SupplierItemDetail(DetailPage):
    model, permission = SupplierItem, VIEW
    facts = [
        "supplier", "item", "article", "name", ("sold_by", _("Sold by")), "min_quantity", "multiple", "lead_days",
        "standing", "note",
    ]  # fmt: skip
    lines = ("priced", tables.PriceTable)
    lines_title = _("Prices")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("supplier", "item__base_unit", "unit", "created_by")

    def heading(self) -> Any:
        return self.object.name or self.object.item.name or self.object.item.article

    def eyebrow(self) -> list[Any]:
        return [self.object.article, *super().eyebrow(), self.object.supplier]

    def fact_sold_by(self) -> str:
        return tables.sold_by(self.object)

    def priced(self) -> list[Any]:
        found = list(selectors.prices_of(self.object, self.actor))
        drawn = drawing.drawn_of([self.object.pk]) if any(one.basis == AGREED for one in found) else {}
        for one in found:
            one.supplier_item = self.object
            bought = drawn.get((self.object.pk, one.agreement, one.currency)) if one.basis == AGREED else None
            vars(one)["drawn_line"] = tables.drawn_line(one, bought) if bought else ""
        return found


class _PricesAsLines:
    """The form calls prices its lines; the service calls them prices."""

    def call(self, cleaned: dict[str, Any]) -> Any:
        cleaned["prices"] = cleaned.pop("lines")
        return super().call(cleaned)  # type: ignore[misc]

    def mark(self, fault: InvalidInput) -> None:
        fault.errors = {name.replace("prices.", "lines.", 1): words for name, words in fault.errors.items()}
        super().mark(fault)  # type: ignore[misc]


class SupplierItemCreate(_PricesAsLines, CreatePage):
    model, permission, title = SupplierItem, EDIT, _("New article of a supplier")
    form, lines, service = forms.SupplierItemForm, forms.PriceLines, services.create_supplier_item


class SupplierItemEdit(_PricesAsLines, EditPage):
    model, permission = SupplierItem, EDIT
    form, lines, service = forms.SupplierItemForm, forms.PriceLines, services.update_supplier_item

    def initial_lines(self) -> list[dict[str, Any]]:
        return lines_of(selectors.prices_of(self.object, self.actor), forms.PriceLines)
