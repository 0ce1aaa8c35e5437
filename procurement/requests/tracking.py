"""Where the quantity of a request line is, folded out of its allocations. Pure: rows in, parts out.

Every unit of a line is in exactly one place: waiting to be planned, planned, in a tender, ordered, confirmed, on its
way, received, promised from stock, handed out, or given up. The parts of a line add up to its quantity.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
# In the order in which goods travel; the page shows them so.
PLACES = (
    "received", "issued", "stock", "shipped", "confirmed", "ordered", "tendered", "planned", "open", "given_up",
)  # fmt: skip
FLOW = frozenset({"tendered", "ordered", "issued"})


@dataclass(frozen=True)
class Row:
    """One row of the ledger, as far as tracking needs it."""

    id: int
    parent_id: int | None
    stage: str
    quantity: Decimal
    document_kind: str
    document_id: str
    document_number: str
    expected_on: dt.date | None


@dataclass(frozen=True)
class Part:
    """So much of a line is at `place`, because of a document; `expected_on` is when the next thing happens to it."""

    place: str
    quantity: Decimal
    document_kind: str = ""
    document_id: str = ""
    document_number: str = ""
    expected_on: dt.date | None = None


def fold(rows: Iterable[Row], *, asked: Decimal, still_open: Decimal) -> list[Part]:
    """The parts of one line, from what is nearest to the requester to what is farthest.

    Args:
        asked: the line's quantity in base units. still_open: what of it waits to be planned.
    """
    live, children = _live(rows)
    parts: list[Part] = []
    for row in live:
        below: dict[str, list[Row]] = defaultdict(list)
        for child in children[row.id]:
            below[child.stage].append(child)
        if row.stage == "ordered":
            parts += _of_order(row, below)
        elif row.stage in {"received", "confirmed", "shipped", "invoiced"}:
            continue
        else:
            moved_on = sum((child.quantity for stage in FLOW for child in below[stage]), ZERO)
            parts.append(_part(row.stage, row.quantity - moved_on, row, row.expected_on))
    parts.append(Part("open", still_open))
    parts.append(Part("given_up", asked - sum((part.quantity for part in parts), ZERO)))
    return sorted((part for part in parts if part.quantity > 0), key=lambda part: PLACES.index(part.place))


def _live(rows: Iterable[Row]) -> tuple[list[Row], dict[int, list[Row]]]:
    """Rows with what negative ones left of them, and the live children of each."""
    rows = list(rows)
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in rows:
        if row.quantity < 0 and row.parent_id is not None:
            taken[row.parent_id] += row.quantity
    live = [Row(**{**row.__dict__, "quantity": row.quantity + taken[row.id]}) for row in rows if row.quantity > 0]
    live = [row for row in live if row.quantity > 0]
    children: dict[int, list[Row]] = defaultdict(list)
    for row in live:
        if row.parent_id is not None:
            children[row.parent_id].append(row)
    return live, children


def _of_order(row: Row, below: dict[str, list[Row]]) -> list[Part]:
    """An order's quantity: received first, the rest as far as the supplier's last word says."""
    parts = [_part("received", one.quantity, one, None) for one in below["received"]]
    received = sum((part.quantity for part in parts), ZERO)
    reached, rest = received, row.quantity - received
    told = [*below["confirmed"], *below["shipped"]]
    expected = max((one.id, one.expected_on) for one in told if one.expected_on)[1] if any(
        one.expected_on for one in told
    ) else row.expected_on  # fmt: skip
    for place in ("shipped", "confirmed"):
        total = sum((one.quantity for one in below[place]), ZERO)
        here = min(rest, max(total - reached, ZERO))
        parts.append(_part(place, here, row, expected))
        rest -= here
        reached = max(reached, total)
    parts.append(_part("ordered", rest, row, expected))
    return parts


def _part(place: str, quantity: Decimal, row: Row, expected_on: dt.date | None) -> Part:
    return Part(place, quantity, row.document_kind, row.document_id, row.document_number, expected_on)
