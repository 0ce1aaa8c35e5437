"""A supplier's articles and prices as a sheet: to keep, or to fill in with new prices and send back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.exchange.columns import Col
from srm.exchange.readers import Limits, read_table
from srm.exchange.sheets import Progress, Sheet
from srm.exchange.streams import portions
from suppliers.items.exchange import find_units
from suppliers.items.models import SupplierItem, SupplierPrice
from suppliers.proposals.models import PriceProposal, PriceProposalLine

LARGEST = 2 << 20
LIMITS = Limits(size=LARGEST, rows=1000, columns=30, cells=30_000, seconds=10)


class OwnPricesSheet(Sheet):
    """What one supplier sells us, a line per price; nothing of ours that he may not know."""

    model = SupplierPrice
    title = gettext_lazy("Our articles and prices")
    columns = [
        Col("article", gettext_lazy("Your article"), source="supplier_item.article"),
        Col("our_article", gettext_lazy("Buyer's article"), source="supplier_item.item.article"),
        Col("item_name", gettext_lazy("Item"), source="supplier_item.item.name"),
        Col("name", source="supplier_item.name"),
        Col("unit", gettext_lazy("Unit code"), source="supplier_item.unit.code"),
        Col("factor", gettext_lazy("Base units in it"), source="supplier_item.factor", kind="decimal"),
        Col("min_quantity", gettext_lazy("Smallest order"), source="supplier_item.min_quantity", kind="quantity"),
        Col("multiple", gettext_lazy("In steps of"), source="supplier_item.multiple", kind="quantity"),
        Col("lead_days", gettext_lazy("Lead time, days"), source="supplier_item.lead_days", kind="whole"),
        Col("basis", kind="choice"), Col("agreement"), Col("from_quantity", kind="decimal"), Col("price", kind="price"),
        Col("currency"), Col("valid_from", kind="date"), Col("valid_to", kind="date"),
        Col("max_quantity", kind="quantity"), Col("max_amount", kind="amount"),
    ]  # fmt: skip

    @classmethod
    def rows(cls, queryset: QuerySet, columns: Sequence[Col], progress: Progress | None = None) -> Iterator[list[Any]]:
        """The values of every price; an article without one has a line, too."""
        getters = [column.getter(cls.model) for column in columns]
        empty = dict.fromkeys(("basis", "from_quantity", "price", "valid_from"))
        for some in portions(queryset):
            for row in some:
                for price in row.prices.all() or [SupplierPrice(**empty, currency="")]:
                    price.supplier_item = row
                    yield [get(price) for get in getters]


class ProposalSheet(Sheet):
    """One proposed price per row."""

    model = PriceProposalLine
    title = gettext_lazy("Price proposal")
    columns = [
        Col("article", gettext_lazy("Your article"), max_length=60),
        Col("our_article", gettext_lazy("Buyer's article"), max_length=60),
        Col("name", max_length=200, help=gettext_lazy("Of a new article.")),
        Col("unit", gettext_lazy("Unit code"), kind="ref", find=find_units, source="sold_by.code"),
        Col("price", gettext_lazy("New price"), kind="price", help=gettext_lazy("Leave it empty for what stays as it is.")),
        Col("currency", max_length=3), Col("from_quantity", kind="quantity"), Col("valid_from", kind="date"),
        Col("valid_to", kind="date"), Col("basis", kind="choice"), Col("agreement", max_length=60),
        Col("lead_days", kind="whole"), Col("min_quantity", kind="quantity"), Col("multiple", kind="quantity"),
        Col("factor", kind="decimal", help=gettext_lazy("Of a new article.")),
    ]  # fmt: skip


class ProposalListSheet(Sheet):
    """Price proposals, a line each."""

    model = PriceProposal
    title = gettext_lazy("Price proposals")
    columns = [
        Col("title"), Col("supplier", source="supplier.name"), Col("state", source="state_label"),
        Col("line_count", gettext_lazy("Prices"), kind="whole"), Col("sent_at", kind="moment"),
        Col("decided_at", kind="moment"), Col("reason"),
    ]  # fmt: skip


def template(articles: Sequence[SupplierItem], actor: Actor) -> bytes:
    """The sheet to fill in, with a row for each price that holds or comes; the new prices are left empty."""
    rows = []
    for row in articles:
        for one in row.prices.all() or [SupplierPrice(price=Decimal(1), currency="")]:
            rows.append(
                PriceProposalLine(
                    supplier_item=row, article=row.article, our_article=row.item.article, name=row.name,
                    basis=one.basis, agreement=one.agreement, from_quantity=one.from_quantity, currency=one.currency,
                    lead_days=row.lead_days, min_quantity=row.min_quantity,
                    multiple=row.multiple, factor=row.factor,
                )
            )  # fmt: skip
    return ProposalSheet.template_bytes(actor, rows=rows)


def read(content: bytes, name: str, actor: Actor) -> list[dict[str, Any]]:
    """The lines of a filled-in sheet that name a price.

    Raises:
        InvalidInput, TooLarge: the file is refused; a cell is wrong ("Row 5: ...").
    """
    rows = ProposalSheet.parse(_table(content, name), actor=actor)
    faults = [f"{_('Row')} {row.line}: {fault.message}" for row in rows for fault in row.faults]
    if faults:
        raise InvalidInput({"file": faults[:20]})
    lines = [dict(row.values) for row in rows if row.values.get("price") is not None]
    if not lines:
        raise InvalidInput({"file": [_("There is no new price in this sheet.")]})
    return lines


def _table(content: bytes, name: str) -> list[list[Any]]:
    """The raw cells, read by the bounded child through a file that has no name on any disk."""
    handle = os.memfd_create("prices", os.MFD_CLOEXEC)
    try:
        os.write(handle, content)
        with read_table(f"/proc/{os.getpid()}/fd/{handle}", name=name, limits=LIMITS) as table:
            return list(table)
    finally:
        os.close(handle)
