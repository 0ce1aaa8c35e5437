"""An offer as a sheet: downloaded with the tender's lines, filled in, sent back; never written to a disk here."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.bids.offers import BASES
from procurement.tenders.models import LotLine
from srm.core import quantities
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.exchange.columns import Col
from srm.exchange.readers import Limits, read_table
from srm.exchange.sheets import Sheet
from srm.ui import formats

LARGEST = 2 << 20
LIMITS = Limits(size=LARGEST, rows=5000, columns=40, cells=100_000, seconds=10)


@dataclass
class SheetRow:
    """A line of the tender with what was typed for it, as the sheet's columns read it."""

    line: str
    lot: str
    article: str
    item: str
    needed: Decimal
    unit: str
    need_by: dt.date
    price: Decimal | None
    basis: int
    quantity: Decimal | None
    deliver_on: dt.date
    note: str


class OfferSheet(Sheet):
    """One line of the tender per row; only the columns after the grey ones are read back."""

    title = gettext_lazy("Offer")
    columns = [
        Col("line", gettext_lazy("Line id"), locked=True, required=True, width=24),
        Col("lot", gettext_lazy("Lot"), locked=True),
        Col("article", gettext_lazy("Article"), locked=True, width=12),
        Col("item", gettext_lazy("Item"), locked=True, width=40),
        Col("needed", gettext_lazy("Needed"), kind="quantity", locked=True),
        Col("unit", gettext_lazy("Unit"), locked=True, width=8),
        Col("need_by", gettext_lazy("Needed by"), kind="date", locked=True),
        Col("price", gettext_lazy("Your price"), kind="price", help=gettext_lazy("Net of VAT. Leave it empty for what you do not offer.")),
        Col(
            "basis", gettext_lazy("Price is for"), kind="choice", choices=[(str(one), str(one)) for one in BASES],
            help=gettext_lazy("1, 10, 100 or 1000 units."),
        ),
        Col("quantity", gettext_lazy("Quantity offered"), kind="quantity", help=gettext_lazy("Leave it empty for all.")),
        Col("deliver_on", gettext_lazy("Delivery"), kind="date"),
        Col("note", gettext_lazy("Note"), max_length=300),
    ]  # fmt: skip


def workbook(lines: Sequence[LotLine], typed: Mapping[str, Any] | None, actor: Actor) -> bytes:
    """The sheet to fill in, with what was typed so far."""
    sent = (typed or {}).get("lines", {})
    return OfferSheet.template_bytes(actor, rows=[_row(line, sent.get(line.public_id) or {}) for line in lines])


def _row(line: LotLine, values: Mapping[str, str]) -> SheetRow:
    item = line.item
    return SheetRow(
        line.public_id, line.lot.title, item.article if item else "", item.name if item else line.description, line.quantity,
        str(line.unit), line.need_by, _number(values.get("price")), int(values.get("basis") or 1),
        _number(values.get("quantity")), _day(values.get("deliver_on")) or line.need_by, values.get("note") or "",
    )  # fmt: skip


def _number(text: object) -> Decimal | None:
    try:
        return quantities.parse_decimal(text or None)
    except InvalidInput:
        return None


def _day(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None


def read(content: bytes, name: str, lines: Sequence[LotLine], actor: Actor) -> dict[str, dict[str, str]]:
    """What a filled-in sheet says, by line, as it would be typed.

    Raises:
        InvalidInput, TooLarge: the file is refused; a cell is wrong ("Row 5: ..."); it is of another tender.
    """
    known = {line.public_id for line in lines}
    rows = OfferSheet.parse(_table(content, name), actor=actor)
    faults = [f"{_('Row')} {row.line}: {fault.message}" for row in rows for fault in row.faults]
    strange = [str(row.line) for row in rows if row.values.get("line") not in known]
    if strange and len(strange) == len(rows):
        faults = [_("This sheet belongs to another tender. Download the one of this tender.")]
    elif strange:
        faults.append(_("Rows that this tender does not have: %(rows)s.") % {"rows": ", ".join(strange[:10])})
    if faults:
        raise InvalidInput({"file": faults[:20]})
    return {row.values["line"]: _as_typed(row.values) for row in rows if row.values.get("price") is not None}


def _as_typed(values: Mapping[str, Any]) -> dict[str, str]:
    day = values.get("deliver_on")
    return {
        "price": _written(values["price"]), "basis": values.get("basis") or "1", "quantity": _written(values.get("quantity")),
        "deliver_on": day.isoformat() if day else "", "note": values.get("note") or "",
    }  # fmt: skip


def _written(value: Decimal | None) -> str:
    return "" if value is None else format(value.normalize() if value else Decimal(0), "f")


def _table(content: bytes, name: str) -> list[list[Any]]:
    """The raw cells. The reading child gets the file by the number of an open descriptor that has no name on any disk."""
    handle = os.memfd_create("offer", os.MFD_CLOEXEC)
    try:
        os.write(handle, content)
        with read_table(f"/proc/{os.getpid()}/fd/{handle}", name=name, limits=LIMITS) as table:
            return list(table)
    finally:
        os.close(handle)


def summary(count: int) -> str:
    """What the page says after a sheet was taken in."""
    return _("%(n)s prices taken from the sheet. Check them and send.") % {"n": formats.number(count)}
