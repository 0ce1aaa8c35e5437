"""What is bought when, from whom, for how much, and how it comes: decided by the seed, without a database."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from srm.home.demo.calendar import Calendar, at, workday
from srm.home.demo.chance import Chance, Dice, round_off
from srm.home.demo.words.categories import CATEGORIES, CategoryRow
from srm.home.demo.words.families import Thing, things
from srm.home.demo.words.firm import RATES
from srm.home.demo.words.goods import GOODS
from srm.home.demo.words.suppliers import SUPPLIERS, SupplierRow
from srm.home.demo.words.supplies import SUPPLIES

HEAVY = {"SHEET", "CASTING"}  # go to the second plant
MADE_OF = {"RAW", "DRV", "SRV"}  # are needed where drives are made
SITES = {"PDV1": 0.74, "SOF": 0.17, "VAR": 0.09}
FEE = Decimal("0.000001")
# Chance that a delivery is late and that a line is in part rejected, at the beginning and at the end of the history.
LATE = {"A": (0.03, 0.04), "B": (0.09, 0.10), "C": (0.30, 0.34), "W": (0.08, 0.66), "I": (0.40, 0.05)}
REJECTED = {"A": (0.006, 0.006), "B": (0.02, 0.02), "C": (0.09, 0.11), "W": (0.015, 0.12), "I": (0.09, 0.015)}


@dataclass(frozen=True)
class Source:
    """A supplier as a source of one category."""

    supplier: SupplierRow
    weight: float
    level: float
    pace: float


@dataclass
class Line:
    """A line to be ordered: price in the order's currency, per `basis` units."""

    article: str
    quantity: int
    price: Decimal
    basis: int = 1


@dataclass
class Coming:
    """One delivery: when, which share of what is open, and (position, share, reason) of what is rejected."""

    on: dt.date
    share: float
    rejected: list[tuple[int, float, int]] = field(default_factory=list)


@dataclass
class Order:
    """An order by hand, from the first word to the last delivery."""

    category: CategoryRow
    supplier: SupplierRow
    moment: dt.datetime
    place: str
    lines: list[Line]
    wanted: dt.date
    promised: dt.date
    comings: list[Coming]
    cancelled: bool = False
    given_up: bool = False


class Plan:
    """Sources, items and orders of one seed. `scale` is the share of orders that are played."""

    def __init__(self, chance: Chance, calendar: Calendar, scale: float = 1.0) -> None:
        self.chance, self.calendar, self.scale = chance, calendar, scale
        self.things = {thing.article: thing for thing in things(GOODS + SUPPLIES)}
        self.by_category: dict[str, list[Thing]] = defaultdict(list)
        for thing in self.things.values():
            self.by_category[thing.category].append(thing)
        self.sources = self._sources()
        self.only = dict(self._single())
        self.given: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def _sources(self) -> dict[str, list[Source]]:
        found: dict[str, list[Source]] = defaultdict(list)
        for row in SUPPLIERS:
            for part in filter(None, row.supplies.split(", ")):
                code, weight = part.split()
                dice = self.chance.of("source", row.name, code)
                found[code].append(Source(row, float(weight), dice.uniform(0.94, 1.08), dice.uniform(0.85, 1.2)))
        return found

    def _single(self) -> Iterator[tuple[str, Source]]:
        """Items that one maker alone supplies, with that maker."""
        for row in CATEGORIES:
            lasting = {source: source.weight for source in self.sources[row.code] if source.supplier.until == 1.0}
            names = {source.supplier.name: source for source in lasting}
            for thing in self.by_category[row.code]:
                dice = self.chance.of("single", thing.article)
                if dice.happens(row.single):
                    chosen = dice.weighted({name: names[name].weight for name in names})
                    yield thing.article, names[chosen]

    # -------------------------------------------------------------------------------------------------- orders

    def orders(self) -> Iterator[Order]:
        """Every order by hand, category by category."""
        self.given.clear()
        for row in CATEGORIES:
            count = max(2, round(row.orders * self.scale))
            for number in range(count):
                dice = self.chance.of("order", row.code, number)
                share = (number + dice.uniform(0.1, 0.9)) / count
                if order := self._order(row, share, dice, row.spend * 1000 / row.orders):
                    yield order

    def _order(self, row: CategoryRow, share: float, dice: Dice, worth: float) -> Order | None:
        day = self.calendar.day(share)
        moment = at(day, dice.randrange(8, 13), dice.randrange(60))
        source = self._next_source(row.code, share)
        worth *= dice.around(0.3) * (0.9 + 0.2 * share)
        lines = self._lines(row, source, share, dice, worth)
        lead = max(2.0, row.lead * source.pace * dice.around(row.spread * 0.85))
        promised = workday(day + dt.timedelta(days=round(lead)))
        wanted = promised + dt.timedelta(days=dice.randrange(-2, 6))
        order = Order(row, source.supplier, moment, self._place(row, dice), lines, max(wanted, day), promised, [])
        self._deliver(order, share, dice)
        if dice.happens(0.02):
            order.cancelled, order.comings = True, []
        return order

    def _next_source(self, code: str, share: float) -> Source:
        """Whoever has had least for his weight: nobody is forgotten, and the larger ones come more often."""
        given = self.given[code]
        open_now = [source for source in self.sources[code] if share <= source.supplier.until]
        chosen = min(
            open_now, key=lambda source: ((given[source.supplier.name] + 0.5) / source.weight, source.supplier.name)
        )
        given[chosen.supplier.name] += 1
        return chosen

    def _place(self, row: CategoryRow, dice: Dice) -> str:
        if row.code in HEAVY:
            return "PDV2"
        return "PDV1" if row.group in MADE_OF else dice.weighted(SITES)

    def _lines(self, row: CategoryRow, source: Source, share: float, dice: Dice, worth: float) -> list[Line]:
        offered = [
            thing for thing in self.by_category[row.code]
            if thing.article not in self.only or self.only[thing.article].supplier is source.supplier
        ]  # fmt: skip
        # Of a few things much, so that what is bought often is bought from several.
        offered = (offered or self.by_category[row.code])[: max(3, row.orders * 2 // 3)]
        wanted = {thing.article: 1 / (1 + place / 4) for place, thing in enumerate(offered)}
        chosen = dice.some(wanted, min(len(offered), dice.choice((1, 2, 2, 3, 3, 4))))
        parts = [dice.uniform(0.5, 1.5) for _article in chosen]
        market = self.market(row, share, dice.gauss(0, row.noise))
        lines = []
        for article, part in sorted(zip(chosen, parts, strict=True)):
            thing = self.things[article]
            price = float(thing.price) * source.level * market * dice.around(row.noise / 4)
            pack = thing.pack[1] if thing.pack and thing.unit == "C62" else 1
            quantity = round_off(worth * part / sum(parts) / price, pack)
            lines.append(self.priced(article, quantity, price, source.supplier.currency, share))
        return lines

    def market(self, row: CategoryRow, share: float, shock: float = 0.0) -> float:
        """What things of a category cost at a time, as a factor of today's price."""
        years_ago = (1 - share) * self.calendar.span / 365
        return max(0.4, (1 + row.drift) ** -years_ago * (1 + shock))

    def priced(self, article: str, quantity: int, euros: float, currency: str, share: float) -> Line:
        """A line in the supplier's currency; cheap things are priced per hundred."""
        basis = 100 if euros < 0.5 else 1
        amount = Decimal(str(euros * basis)) * rate_at(currency, share)
        places = "0.01" if amount >= 20 else "0.001"
        return Line(article, quantity, amount.quantize(Decimal(places)), basis)

    # ---------------------------------------------------------------------------------------------- deliveries

    def _deliver(self, order: Order, share: float, dice: Dice) -> None:
        """When it comes: in time or late, in one piece or two, and what is sent back comes again."""
        kind = order.supplier.kind
        if dice.happens(between(LATE[kind], share)):
            delay = 1 + dice.expovariate(1 / (2.5 + 0.16 * order.category.lead))
        else:
            delay = -dice.randrange(0, 4)
        first = workday(
            max(order.promised + dt.timedelta(days=round(delay)), order.moment.date() + dt.timedelta(days=2))
        )
        split = dice.happens(0.14)
        order.comings.append(Coming(first, dice.uniform(0.4, 0.7) if split else 1.0))
        if split:
            order.comings.append(Coming(workday(first + dt.timedelta(days=dice.randrange(4, 15))), 1.0))
        if order.category.stock:
            self._reject(order, share, dice)
        order.given_up = len(order.comings) > 1 and dice.happens(0.12)

    def _reject(self, order: Order, share: float, dice: Dice) -> None:
        chance = between(REJECTED[order.supplier.kind], share)
        for coming in list(order.comings):
            for position in range(len(order.lines)):
                if dice.happens(chance):
                    coming.rejected.append((position, dice.uniform(0.02, 0.18), dice.randrange(100)))
        if any(coming.rejected for coming in order.comings):
            again = order.comings[-1].on + dt.timedelta(days=dice.randrange(7, 21))
            order.comings.append(Coming(workday(again), 1.0))


def between(ends: tuple[float, float], share: float) -> float:
    """The value on the line between two ends."""
    return ends[0] + (ends[1] - ends[0]) * share


def rate_at(currency: str, share: float) -> Decimal:
    """Units of a currency for one euro at a time of the history."""
    return Decimal(1) if currency == "EUR" else Decimal(str(round(between(RATES[currency], share), 4)))
