"""Between a page's form and an offer as typed: names of fields, rows for the template, faults at their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from procurement.bids.offers import BASES, HEADER_FIELDS, LINE_FIELDS, Doubt, Offer
from procurement.tenders.models import LotLine
from srm.ui import formats

SEPARATOR = "-"


@dataclass
class OfferRow:
    """A line of the tender with what was typed for it."""

    line: LotLine
    values: Mapping[str, str]
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    last: Decimal | None = None
    doubt: str = ""
    net: Decimal | None = None
    explained_by: int | None = None

    @property
    def id(self) -> str:
        """The line's public id, in the names of its fields."""
        return self.line.public_id

    @property
    def bases(self) -> list[tuple[str, str, bool]]:
        """(value, words, chosen) of the price bases."""
        chosen = self.values.get("basis") or "1"
        return [(str(basis), formats.quantity(Decimal(basis), self.line.unit), str(basis) == chosen) for basis in BASES]


def typed_from(post: Mapping[str, Any], lines: Sequence[LotLine]) -> dict[str, Any]:
    """What a form sent, by line."""
    return {
        **{name: post.get(name, "") for name in HEADER_FIELDS},
        "lines": {
            line.public_id: {name: post.get(f"{name}{SEPARATOR}{line.public_id}", "") for name in LINE_FIELDS}
            for line in lines
        },
    }


def rows_for(
    lines: Sequence[LotLine], typed: Mapping[str, Any] | None, *, errors: Mapping[str, Any] | None = None,
    last: Mapping[str, Decimal] | None = None, offer: Offer | None = None, doubts: Sequence[Doubt] = (),
) -> list[OfferRow]:  # fmt: skip
    """One row per line, in order; a delivery date nobody has typed yet is the one that is wanted."""
    sent = (typed or {}).get("lines", {})
    nets = {line.line: line.net for line in offer.lines} if offer else {}
    asked = {doubt.line: doubt for doubt in doubts}
    rows = []
    for line in lines:
        key = line.public_id
        values = dict(sent.get(key) or {})
        if key not in sent:
            values["deliver_on"] = line.need_by.isoformat()
        row = OfferRow(line, values, _errors_of(errors or {}, key), (last or {}).get(key), net=nets.get(key))
        if key in asked:
            row.doubt, row.explained_by = _question(asked[key]), asked[key].basis
        rows.append(row)
    return rows


def _errors_of(errors: Mapping[str, Any], key: str) -> dict[str, list[str]]:
    start = f"lines.{key}."
    return {
        name.removeprefix(start): [str(one) for one in sentences]
        for name, sentences in errors.items()
        if name.startswith(start)
    }


def _question(doubt: Doubt) -> str:
    last = formats.price(doubt.last)
    if doubt.times >= 1:
        words = _("%(times)s times your last price (%(last)s).") % {
            "times": formats.number(doubt.times, most=0),
            "last": last,
        }
    else:
        words = _("A small part of your last price (%(last)s).") % {"last": last}
    if doubt.basis is None:
        return words
    return f"{words} " + _("Is it for %(basis)s?") % {"basis": formats.number(doubt.basis)}
