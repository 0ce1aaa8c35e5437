"""Who gets what of a delivery that is smaller than the needs behind it. Pure: claims in, shares out.

Each rule is an order of service: a row of portions that is the same however much comes. What comes is dealt along that
row until it is used up. So the shares add up exactly to what came, nobody gets more than his claim, and more goods
never mean less for anybody.

- By need-by date: the earliest need is served whole, then the next; of one day the older request first.
- By priority: urgent requests first, among equals by need-by date.
- Pro rata: portions of one whole unit (or pack), each to whom it brings nearest to his part: the divisor method of
  Webster and Sainte-Lague (Balinski and Young, Fair Representation, 1982), which has no Alabama paradox.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from srm.people.sharing import ShareRule

ZERO = Decimal(0)
SMALLEST = Decimal("0.0001")


@dataclass(frozen=True)
class Claim:
    """What somebody still waits for: `quantity` base units by `need_by`; a smaller `rank` is more urgent."""

    key: int
    quantity: Decimal
    need_by: dt.date
    rank: int = 0
    since: dt.datetime = dt.datetime.min

    @property
    def age(self) -> tuple[dt.date, dt.datetime, int]:
        """Earlier needs first, of one day the older request."""
        return self.need_by, self.since, self.key


def share(quantity: Decimal, claims: Sequence[Claim], rule: str, step: Decimal = SMALLEST) -> dict[int, Decimal]:
    """`quantity` base units dealt out to claims, by their keys; what exceeds all claims is nobody's.

    Args:
        rule: one of `ShareRule`.
        step: the portion of the pro-rata rule: one whole unit or pack, in base units.
    """
    claims = [claim for claim in claims if claim.quantity > 0]
    if rule == ShareRule.PRO_RATA:
        return _pro_rata(quantity, sorted(claims, key=lambda claim: claim.age), step)
    if rule == ShareRule.PRIORITY:
        return _in_turn(quantity, sorted(claims, key=lambda claim: (claim.rank, *claim.age)))
    return _in_turn(quantity, sorted(claims, key=lambda claim: claim.age))


def left_out(quantity: Decimal, claims: Sequence[Claim], rule: str, step: Decimal = SMALLEST) -> dict[int, Decimal]:
    """Who goes without when `quantity` of all claims does not come: the rest is shared by the rule, these miss it."""
    total = sum((claim.quantity for claim in claims), ZERO)
    kept = share(max(total - quantity, ZERO), claims, rule, step)
    missing = {claim.key: claim.quantity - kept.get(claim.key, ZERO) for claim in claims}
    return {key: part for key, part in missing.items() if part > 0}


def _in_turn(quantity: Decimal, queue: Iterable[Claim]) -> dict[int, Decimal]:
    shares = {}
    for claim in queue:
        part = min(claim.quantity, quantity)
        if part > 0:
            shares[claim.key] = part
            quantity -= part
    return shares


def _pro_rata(quantity: Decimal, claims: list[Claim], step: Decimal) -> dict[int, Decimal]:
    """The claim's portion no. n is due when the common quota reaches n - 1/2 portions of it.

    The first portions are counted at once, up to a quota that is surely reached; the last few come one by one.
    """
    total = sum((claim.quantity for claim in claims), ZERO)
    if quantity >= total:
        return {claim.key: claim.quantity for claim in claims}
    reached = max(Fraction(quantity - len(claims) * step), Fraction(0)) / Fraction(total) if total else Fraction(0)
    portions = [int(reached * Fraction(claim.quantity) / Fraction(step) + Fraction(1, 2)) for claim in claims]
    portions = portions if reached else [0] * len(claims)
    given = [min(step * count, claim.quantity) for claim, count in zip(claims, portions, strict=True)]
    rest = quantity - sum(given, ZERO)
    due = [(_due(claim, portions[no], step), no) for no, claim in enumerate(claims) if given[no] < claim.quantity]
    heapq.heapify(due)
    while rest > 0 and due:
        _when, no = heapq.heappop(due)
        part = min(step, claims[no].quantity - given[no], rest)
        given[no], rest, portions[no] = given[no] + part, rest - part, portions[no] + 1
        if given[no] < claims[no].quantity:
            heapq.heappush(due, (_due(claims[no], portions[no], step), no))
    return {claim.key: part for claim, part in zip(claims, given, strict=True) if part > 0}


def _due(claim: Claim, portions: int, step: Decimal) -> Fraction:
    """The common quota at which the claim's next portion is due."""
    return (portions + Fraction(1, 2)) * Fraction(step) / Fraction(claim.quantity)
