"""One need in several deliveries: every day's quantity is a line of its own, and all of them bear the same mark.

So stock, plan, budget and orders know one day per need; forms gather the lines again into the one that was typed.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from srm.core import clock, quantities
from srm.core.errors import InvalidInput

MOST = 60
GONE = ("cancelled", "rejected")
_ROW = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?)\.?\s*[:=\s]\s*(.+)")
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Delivery:
    """So much on one day, in the unit of the line; `line` is the public id of the line that it is kept as."""

    need_by: dt.date
    quantity: Decimal
    line: str = ""


class InDeliveries(models.Model):
    """The column of a line that may be one delivery of several."""

    delivery_of = models.CharField(max_length=22, blank=True, default="", db_default="", editable=False)

    class Meta:
        abstract = True

    @property
    def deliveries(self) -> list[Delivery]:
        """Every delivery of the need, this one among them, the earliest first; none when all comes at once."""
        return [Delivery(one.need_by, one.quantity, one.public_id) for one in self._of_one_need()]

    @property
    def delivery_said(self) -> str:
        """ "delivery 2 of 3, 100 pc together"; "" when all comes at once, or this one does not come."""
        every = self._of_one_need()
        if self not in every:
            return ""
        from srm.ui import formats

        words: dict[str, Any] = {"no": every.index(self) + 1, "n": len(every)}
        if len({one.unit_id for one in every}) > 1:  # another item took the place of some
            return _("delivery %(no)d of %(n)d") % words
        words["together"] = formats.quantity(sum(one.quantity for one in every), every[0].unit)
        return _("delivery %(no)d of %(n)d, %(together)s together") % words

    def _of_one_need(self) -> list[Any]:
        if not self.delivery_of:
            return []
        lines: Any = self.request.lines.all()  # type: ignore[attr-defined]
        live = [one for one in lines if one.delivery_of == self.delivery_of and one.state not in GONE]
        return sorted(live, key=lambda one: (one.need_by, one.position)) if len(live) > 1 else []


def read_deliveries(text: str) -> list[Delivery]:
    """ "10.12: 40; 15.01.2027: 60", or a day and a quantity per row, as Excel copies them.

    A day without a year is the next one that is called so.

    Raises:
        InvalidInput: a row that is no day and quantity.
    """
    rows = [row.strip() for row in re.split(r"[;\n]", text.replace("\t", " ")) if row.strip()]
    if len(rows) > MOST:
        raise InvalidInput(_("At most %(n)d deliveries, please.") % {"n": MOST})
    return [_read_row(row) for row in rows]


def _read_row(row: str) -> Delivery:
    found = _ROW.fullmatch(row)
    if found is None:
        sentence = _("“%(row)s” is no day and quantity. Write it like 10.12.2026: 40.")
        raise InvalidInput(sentence % {"row": row[:40]})
    return Delivery(_day(found[1]), quantities.clean_quantity(found[2]))


def _day(text: str) -> dt.date:
    parts = [int(part) for part in _NUMBERS.findall(text)]
    today = clock.today()
    try:
        if "-" in text:
            return dt.date(*parts)
        if len(parts) == 2:
            day = dt.date(today.year, parts[1], parts[0])
            return day if day >= today else dt.date(today.year + 1, parts[1], parts[0])
        return dt.date(parts[2] + (2000 if parts[2] < 100 else 0), parts[1], parts[0])
    except ValueError as fault:
        raise InvalidInput(_("There is no day “%(day)s”.") % {"day": text}) from fault
