"""Sums over the plan that have to fit before it is played: margins of items, budgets of cost centres."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from srm.home.demo import needs
from srm.home.demo.plan import Plan, rate_at
from srm.home.demo.words.categories import CATEGORIES
from srm.home.demo.words.firm import STOCK

if TYPE_CHECKING:
    from srm.home.demo.world import World

# Budgets of their own beside the general one of a cost centre.
APART = {("4430", "IT"), ("4150", "SPARE"), ("4130", "CUTTING")}
LEAST = 4000
# Days before the year ends from which next year's budgets are there.
AHEAD = 150
Key = tuple[str, str, int]


def margins(plan: Plan) -> dict[str, Decimal]:
    """Yearly margin that depends on each of a category's most used items, the first most."""
    found: dict[str, Decimal] = {}
    for row in CATEGORIES:
        main = plan.by_category[row.code][: max(3, len(plan.by_category[row.code]) // 2)]
        weights = [1 / (1 + place / 3) for place in range(len(main))]
        for thing, weight in zip(main, weights, strict=True):
            if row.margin:
                found[thing.article] = Decimal(round(row.margin * 1000 * weight / sum(weights), -2))
    return found


def budgets(world: World) -> dict[Key, Decimal]:
    """Budget of each (cost centre, category or nothing, year): what will be asked for, times how well it is covered."""
    asked = _asked(world.plan, _all_needs(world))
    today = world.calendar.today
    years = {year for _center, _category, year in asked} | {today.year}
    if (today.replace(month=12, day=31) - today).days < AHEAD:
        years.add(today.year + 1)
    found: dict[Key, Decimal] = {}
    for center in needs.CENTER.values():
        for year in sorted(years):
            wanted = asked.get((center.code, "", year), Decimal(0))
            if year > today.year:
                wanted = max(wanted, asked.get((center.code, "", today.year), Decimal(0)))
            found[center.code, "", year] = _rounded(wanted, center.cover)
            for _center, category in sorted(APART):
                if _center == center.code and (apart := asked.get((center.code, category, year))):
                    found[center.code, category, year] = _rounded(apart, center.cover)
    return found


def stock_budgets(world: World) -> dict[tuple[int, str], Decimal]:
    """Budget of each quarter for what buyers order for the stores: what they will order, times how well it is covered."""
    sums: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    # A plan of its own, for a plan deals out its orders only once.
    for order in Plan(world.chance, world.calendar, world.plan.scale).orders():
        rate = rate_at(order.supplier.currency, world.calendar.share(order.wanted))
        worth = sum((line.quantity * line.price / line.basis for line in order.lines), Decimal(0))
        sums[order.wanted.year, f"q{(order.wanted.month + 2) // 3}"] += worth / rate
    return {key: _rounded(amount, STOCK.cover) for key, amount in sums.items()}


def _all_needs(world: World) -> Iterable[needs.Need]:
    from srm.home.demo.words.today import NEEDS

    for one in needs.rounds(world.plan):
        yield from one.needs
    for spec in NEEDS.values():
        yield spec.need(world.calendar)


def _asked(plan: Plan, wanted: Iterable[needs.Need]) -> dict[Key, Decimal]:
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    for need in wanted:
        for ask, quantity in need.lines:
            category = ask.category or plan.things[ask.article].category
            apart = category if (need.center, category) in APART else ""
            sums[need.center, apart, need.need_by.year] += needs.worth(plan, ask, quantity)
    return sums


def _rounded(amount: Decimal, cover: float) -> Decimal:
    wanted = float(amount) * cover
    return Decimal(max(LEAST if cover > 1 else 0, round(wanted / 500) * 500) or LEAST)
