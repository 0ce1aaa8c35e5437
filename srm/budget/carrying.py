"""Year-end: what is still reserved and ordered goes to the budgets that follow, all of it or nothing.

Previewed by `plan`, done under the lock of all budgets concerned. What was carried is not there any more, so that a
second run finds nothing to carry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from srm.budget import books, periods, selectors, words
from srm.budget.accounts import Account
from srm.budget.books import Bucket
from srm.budget.lifecycle import CarryState
from srm.budget.models import BudgetEntry, BudgetLine, CarryOver, Period
from srm.core import clock
from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken
from srm.core.money import Sum
from srm.flow import records
from srm.flow.perform import give_number
from srm.flow.registry import effect, guard
from srm.people.models import LegalEntity

WHY = "a carry-over takes all budgets of its legal entity"
CARRIED = (Bucket.RESERVED, Bucket.COMMITTED)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """What one budget hands on: `held` by request line and bucket, to `target`, or None where there is no budget."""

    source: BudgetLine
    target: BudgetLine | None
    account: Account
    held: dict[tuple[str, str], Decimal]

    def of(self, bucket: str) -> Decimal:
        """What of one bucket is carried."""
        return sum((amount for (_line, one), amount in self.held.items() if one == bucket), ZERO)

    @property
    def total(self) -> Decimal:
        """All that is carried."""
        return sum(self.held.values(), ZERO)

    @property
    def money(self) -> Decimal:
        """How much of the old amount is there to move along: not more than what was not spent."""
        return min(self.total, max(self.source.left + self.total, ZERO))


# -- writing -----------------------------------------------------------------


def create_carry(
    *, actor: Actor, legal_entity: LegalEntity, year: int, period: str = Period.YEAR, with_money: bool = True
) -> CarryOver:
    """A draft, to look at what would move.

    Raises:
        InvalidInput: the period has not begun.
    """
    _require_begun(year, period)
    return records.create(
        CarryOver, actor=actor, legal_entity=legal_entity, year=year, period=period, with_money=with_money
    )  # fmt: skip


def update_carry(carry: CarryOver, *, actor: Actor, version: int | None = None, **changes: Any) -> CarryOver:
    """A changed draft.

    Raises:
        InvalidInput: it was done already, or the period has not begun. Stale
    """
    records.refuse_unless_draft(carry, CarryState.DRAFT)
    _require_begun(changes.get("year", carry.year), changes.get("period", carry.period))
    return records.update(carry, actor=actor, version=version, **changes)


def _require_begun(year: int, period: str) -> None:
    if Period(period).days_in(year)[0] > clock.today():
        raise InvalidInput({"year": _("This period has not begun yet.")})


# -- looking -----------------------------------------------------------------


def plan(carry: CarryOver) -> list[Part]:
    """What would move now, by the budget it leaves, in the order of their keys."""
    sources = {line.pk: line for line in _sources(carry)}
    held = _held(sources)
    spans = periods.closed_spans()
    after = periods.next_open(
        Period(carry.period).days_in(carry.year)[1] + periods.DAY, spans.get(carry.legal_entity_id, ())
    )
    accounts = {pk: Account(sources[pk].cost_center, sources[pk].category, after) for pk in sorted(held)}
    targets = selectors.lines_for(accounts.values(), spans)
    return [Part(sources[pk], targets[one.key], one, held[pk]) for pk, one in accounts.items()]


def _sources(carry: CarryOver) -> Iterable[BudgetLine]:
    """Budgets that lie wholly in the period and have something open."""
    first, last = Period(carry.period).months
    inside = [one for one in Period if first <= one.months[0] and one.months[1] <= last]
    rows = BudgetLine.objects.unscoped(WHY).filter(
        cost_center__department__legal_entity=carry.legal_entity_id, year=carry.year, period__in=inside
    )
    rows = rows.annotate(still=F("reserved") + F("committed")).filter(still__gt=0)
    return rows.select_related("cost_center__department__legal_entity", "cost_center__owner", "category").order_by("pk")


def _held(sources: Iterable[int]) -> dict[int, dict[tuple[str, str], Decimal]]:
    """By budget what each request line has there, reserved and ordered; one query."""
    rows = BudgetEntry.objects.unscoped(WHY).filter(line__in=list(sources), bucket__in=CARRIED).order_by()
    found: dict[int, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for row in rows.values("line_id", "request_line_id", "bucket").annotate(total=Sum("amount")):
        if row["total"] > 0:
            found[row["line_id"]][row["request_line_id"], row["bucket"]] = row["total"]
    return found


def troubles(carry: CarryOver, parts: Iterable[Part]) -> list[str]:
    """Why it cannot be done as it is: budgets that are missing, or that stop and have too little."""
    found, wanted = [], dict[int, Decimal]()
    lines: dict[int, BudgetLine] = {}
    spans = periods.closed_spans()
    for part in parts:
        if periods.is_closed(part.source, spans):
            found.append(words.closed(part.source))
        if part.target is None:
            found += [] if carry.with_money else [words.missing(part.account)]
            continue
        lines[part.target.pk] = part.target
        more = part.total - (part.money if carry.with_money else ZERO)
        wanted[part.target.pk] = wanted.get(part.target.pk, ZERO) + more
    short = [pk for pk, more in wanted.items() if lines[pk].stops and more > 0 and more > lines[pk].left]
    return [*dict.fromkeys(found), *(words.stopped(lines[pk], wanted[pk]) for pk in short)]


@guard(CarryOver, "carry")
def something_open(carry: CarryOver, actor: Actor) -> object:
    """A second run finds nothing."""
    if any(True for _line in _sources(carry)):
        return None
    return _("Nothing is reserved or ordered in %(period)s any more.") % {"period": carry.span}


@guard(CarryOver, "carry")
def possible(carry: CarryOver, actor: Actor) -> object:
    """All budgets that follow are there and have room; the first one that does not is named."""
    return next(iter(troubles(carry, plan(carry))), None)


# -- doing -------------------------------------------------------------------


@effect(CarryOver, "carry")
def carried(carry: CarryOver, *, actor: Actor, **_details: object) -> None:
    """Everything moves, judged once more with all budgets locked.

    Raises:
        RuleBroken: a budget that follows is missing, or has too little; nothing moves then.
    """
    parts = _locked_plan(carry, actor)
    if reasons := troubles(carry, parts):
        raise RuleBroken(reasons)
    give_number(carry)  # so that the entries name it
    for part in parts:
        _carry(part, carry, actor)
    carry.line_count = sum(len(part.held) for part in parts)
    carry.total = sum((part.total for part in parts), ZERO)
    carry.save(update_fields=["line_count", "total"])


def _locked_plan(carry: CarryOver, actor: Actor) -> list[Part]:
    """The plan on locked rows, each budget one object; missing budgets are made where the money comes along."""
    if carry.with_money:
        for part in plan(carry):
            if part.target is None and selectors.line_for(part.account) is None:
                _make(part, actor)
    first = plan(carry)
    keys = sorted({line.pk for part in first for line in (part.source, part.target) if line is not None})
    rows = {pk: books.locked(pk) for pk in keys}
    parts = plan(carry)
    if {line.pk for part in parts for line in (part.source, part.target) if line is not None} - set(rows):
        raise RuleBroken([_("The budgets have just changed. Look at the list and try again.")])
    return [
        Part(rows[part.source.pk], rows[part.target.pk] if part.target else None, part.account, part.held)
        for part in parts
    ]


def _make(part: Part, actor: Actor) -> BudgetLine:
    """The budget that follows, with nothing on it yet, as long as the old one."""
    old, day = part.source, part.account.day
    length = Period(old.period).length
    period = next(one for one in Period.around(day) if one.length == length)
    return records.create(
        BudgetLine, actor=actor, cost_center=old.cost_center, category=old.category, year=day.year, period=period,
        amount=ZERO, currency=old.currency,
    )  # fmt: skip


def _carry(part: Part, carry: CarryOver, actor: Actor) -> None:
    source, target = part.source, part.target
    assert target is not None
    money = part.money if carry.with_money else ZERO
    for (request_line, bucket), amount in sorted(part.held.items()):
        books.book(source, bucket, -amount, request_line, carry, actor)
    if money:
        books.grant(source, -money, carry, actor)
        books.grant(target, money, carry, actor)
    for (request_line, bucket), amount in sorted(part.held.items()):
        books.book(target, bucket, amount, request_line, carry, actor)
    books.tell_owner(target, part.total, actor)


def preview(carry: CarryOver) -> list[dict[str, Any]]:
    """What would move, for people and programs: budgets, buckets and the money that comes along."""
    return [
        {"source": part.source, "target": part.target, "reserved": part.of("reserved"), "committed": part.of("committed"),
         "money": part.money if carry.with_money else ZERO, "currency": part.source.currency}
        for part in plan(carry)
    ]  # fmt: skip
