"""Price lists as sheets: a line per price, read as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Item, Unit
from srm.core import clock
from srm.core.actor import Actor
from srm.exchange.columns import Col
from srm.exchange.importer import SheetKind, import_kind
from srm.exchange.sheets import Progress, Sheet
from srm.exchange.streams import portions
from suppliers.items import drawing, selectors, services
from suppliers.items.models import Standing, SupplierItem, SupplierPrice
from suppliers.items.offers import AGREED
from suppliers.registry.models import Supplier


def find_suppliers(codes: set[str], actor: Actor) -> dict[str, Supplier]:
    """Suppliers by our code."""
    return {row.code: row for row in Supplier.objects.visible_to(actor).filter(code__in=codes)}


def find_items(articles: set[str], actor: Actor) -> dict[str, Item]:
    """Items by our article."""
    rows = Item.objects.visible_to(actor).filter(article__in=articles)
    return {row.article: row for row in rows.select_related("base_unit").prefetch_related("packs__unit")}


def find_units(codes: set[str], actor: Actor) -> dict[str, Unit]:
    """Units by their code."""
    return {row.code: row for row in Unit.objects.filter(code__in=codes)}


class PriceSheet(Sheet):
    """Suppliers' articles, a line for each price; one without a price has a line, too."""

    model = SupplierPrice
    title = _("Suppliers' articles")
    columns = [
        Col("supplier", _("Supplier code"), kind="ref", source="supplier_item.supplier.code", find=find_suppliers, required=True),
        Col("supplier_name", _("Supplier"), source="supplier_item.supplier.name", way="out"),
        Col("item", _("Our article"), kind="ref", source="supplier_item.item.article", find=find_items, required=True),
        Col("item_name", _("Item"), source="supplier_item.item.name", way="out"),
        Col("article", source="supplier_item.article", max_length=60),
        Col("name", source="supplier_item.name", max_length=200),
        Col("unit", _("Unit code"), kind="ref", source="supplier_item.unit.code", find=find_units,
            help=_("Left empty: the item's base unit.")),
        Col("factor", source="supplier_item.factor", kind="decimal", help=_("Left empty, the item's own packs say it.")),
        Col("min_quantity", source="supplier_item.min_quantity", kind="quantity"),
        Col("multiple", source="supplier_item.multiple", kind="quantity"),
        Col("lead_days", source="supplier_item.lead_days", kind="whole"),
        Col("standing", source="supplier_item.standing", kind="choice", choices=Standing.choices),
        Col("note", source="supplier_item.note", max_length=500),
        Col("basis", kind="choice"),
        Col("from_quantity", kind="decimal"),
        Col("price", kind="price"),
        Col("currency", max_length=3),
        Col("valid_from", kind="date"),
        Col("valid_to", kind="date"),
        Col("agreement", max_length=60),
        Col("max_quantity", kind="quantity"),
        Col("max_amount", kind="amount"),
        Col("total_quantity", kind="quantity"),
        Col("total_amount", kind="amount"),
        Col("drawn_quantity", _("Bought, quantity"), kind="quantity", way="out"),
        Col("drawn_amount", _("Bought, amount"), kind="amount", way="out"),
    ]  # fmt: skip

    @classmethod
    def rows(cls, queryset: QuerySet, columns: Sequence[Col], progress: Progress | None = None) -> Iterator[list[Any]]:
        """The values of every price of the listed articles, in constant memory."""
        getters = [column.getter(cls.model) for column in columns]
        done = 0
        rows = queryset.select_related("supplier", "item__base_unit", "unit")
        for some in portions(selectors.with_prices(rows)):
            drawn = drawing.drawn_of([row.pk for row in some])
            for row in some:
                for price in row.prices.all() or [SupplierPrice(**dict.fromkeys(_EMPTY), currency="")]:
                    price.supplier_item = row
                    bought = drawn.get((row.pk, price.agreement, price.currency)) if price.basis == AGREED else None
                    price.drawn_quantity, price.drawn_amount = (
                        (bought.quantity, bought.amount) if bought else (None, None)
                    )
                    yield [get(price) for get in getters]
            done += len(some)
            if progress:
                progress(done)


_EMPTY = ("basis", "from_quantity", "price", "valid_from")
_OF_ARTICLE = ("article", "name", "unit", "factor", "min_quantity", "multiple", "lead_days", "standing", "note")
_OF_PRICE = ("valid_to", "max_quantity", "max_amount", "total_quantity", "total_amount")


@import_kind
class PriceImport(SheetKind):
    """A supplier's price list: articles that are not known are made, known ones changed, prices added or changed."""

    name, permission, sheet = "price-lists", "items.edit", PriceSheet
    hint = _("A line per price. An article is known by supplier, our article, unit and the supplier's article.")

    def save(self, values: Mapping[str, Any], *, actor: Actor) -> None:
        """Write one line: the article, then its price if the line names one."""
        item, supplier = values["item"], values["supplier"]
        unit = values.get("unit") or item.base_unit
        article = values.get("article") or ""
        found = SupplierItem.objects.visible_to(actor).filter(supplier=supplier, item=item, unit=unit, article=article)
        given = {name: values[name] for name in _OF_ARTICLE if values.get(name) is not None} | {"unit": unit}
        row = found.first()
        if row is None:
            row = services.create_supplier_item(actor=actor, supplier=supplier, item=item, **given)
        else:
            row = services.update_supplier_item(row, actor=actor, **given)
        if values.get("price") is not None:
            services.save_price(row, actor=actor, **self._price(values, supplier))

    def _price(self, values: Mapping[str, Any], supplier: Supplier) -> dict[str, Any]:
        return {
            "basis": values.get("basis") or SupplierPrice.Basis.LIST, "agreement": values.get("agreement") or "",
            "currency": (values.get("currency") or supplier.currency).upper(), "price": values["price"],
            "valid_from": values.get("valid_from") or clock.today(),
            "from_quantity": values.get("from_quantity") or Decimal(0),
            **{name: values.get(name) for name in _OF_PRICE},
        }  # fmt: skip
