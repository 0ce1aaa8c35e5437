"""Tables of price proposals."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.ui import formats, tables
from suppliers.proposals.models import PriceProposal
from suppliers.proposals.selectors import Compared


def present(row: Compared) -> str:
    """The price that would be replaced."""
    return formats.price(row.present.price, row.present.currency) if row.present else ""


def proposed(row: Compared) -> str:
    """The proposed price, with the quantity it begins at."""
    price = formats.price(row.line.price, row.line.currency)
    if not row.line.from_quantity:
        return price
    quantity = formats.quantity(row.line.from_quantity, row.unit)
    return _("from %(quantity)s: %(price)s") % {"quantity": quantity, "price": price}


def change(row: Compared) -> str:
    """By how much it rises or falls, in the base currency: "+4.2 %"."""
    if row.percent is None:
        return _("new") if row.present is None else "?"
    shown = round(row.percent, 1)
    return f"{'+' if shown > 0 else ''}{formats.number(shown)} %" + (" !" if row.large else "")


def item(row: Compared) -> str:
    """Our item, or the number typed when there is none."""
    return f"{row.item.article} {row.item.name}" if row.item else f"{row.line.our_article} ?"


class ProposalsTable(tables.Table):
    title = tables.TextColumn()
    supplier = tables.LinkColumn()
    line_count = tables.NumberColumn(gettext_lazy("Prices"))
    state = tables.StateColumn()
    sent_at = tables.DateColumn(sort="sent")
    decided_at = tables.DateColumn()

    class Meta:
        model = PriceProposal


class ComparedTable(tables.Table):
    item = tables.TextColumn(gettext_lazy("Item"), accessor=item)
    article = tables.TextColumn(gettext_lazy("Supplier's article"), accessor="line.article", hint="line.name")
    unit = tables.TextColumn(gettext_lazy("Sold by"), accessor="unit")
    basis = tables.TextColumn(gettext_lazy("Basis"), accessor="line.get_basis_display", hint="line.agreement")
    present = tables.TextColumn(gettext_lazy("Price now"), accessor=present)
    proposed = tables.TextColumn(gettext_lazy("Proposed"), accessor=proposed)
    change = tables.TextColumn(gettext_lazy("Change"), accessor=change)
    valid_from = tables.DateColumn(gettext_lazy("Valid from"), accessor="line.valid_from")
    valid_to = tables.DateColumn(gettext_lazy("Valid until"), accessor="line.valid_to")
    lead_days = tables.NumberColumn(gettext_lazy("Days"), accessor="line.lead_days")
    min_quantity = tables.QuantityColumn(gettext_lazy("Smallest order"), accessor="line.min_quantity", unit="unit")
    outcome = tables.TextColumn(gettext_lazy("Outcome"), accessor="line.get_outcome_display", hint="line.refusal")

    class Meta:
        hidden: tuple[str, ...] = ()
