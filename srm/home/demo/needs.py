"""What departments will ask for, month by month: decided by the seed, without a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from srm.home.demo.calendar import MONTHS, at, workday
from srm.home.demo.chance import Dice, round_off
from srm.home.demo.plan import Plan
from srm.home.demo.words import Text
from srm.home.demo.words.firm import CENTERS
from srm.home.demo.words.people import PERSONAS, STAFF
from srm.home.demo.words.wants import GROUPS, WANTS, Ask, Want

CENTER = {row.code: row for row in CENTERS}
ASKERS: dict[str, list[str]] = {
    row.code: [person.key for person in PERSONAS + STAFF
               if person.department == row.department and "requester" in person.roles.split()]
    for row in CENTERS
}  # fmt: skip
FALLBACK = "adm1"
# Rounds of one month.
ROUNDS = 1


@dataclass
class Need:
    """A request to be: who asks for what, from which cost centre, by when."""

    titles: Text
    asker: str
    center: str
    moment: dt.datetime
    need_by: dt.date
    lines: list[tuple[Ask, int]]
    route: str = "normal"
    route_reason: Text = ("", "", "")
    note: Text = ("", "", "")
    place: str = ""


@dataclass
class Round:
    """Needs of several departments that are merged and put out to tender together."""

    number: int
    group: str
    moment: dt.datetime
    needs: list[Need] = field(default_factory=list)

    @property
    def categories(self) -> Sequence[str]:
        return GROUPS[self.group][0]


def rounds(plan: Plan) -> Iterator[Round]:
    """Every round of the history."""
    names = list(GROUPS)
    count = max(1, round(MONTHS * ROUNDS * plan.scale))
    for number in range(count):
        dice = plan.chance.of("round", number)
        day = plan.calendar.day((number + dice.uniform(0, 0.5)) / count)
        found = Round(number, names[number % len(names)], at(day, 9, dice.randrange(60)))
        wants = [want for want in WANTS if want.group == found.group]
        for want in dice.sample(wants, min(len(wants), dice.choice((3, 3, 4, 5)))):
            found.needs.append(_need(want, day, dice))
        yield found


def _need(want: Want, day: dt.date, dice: Dice) -> Need:
    asked = workday(day + dt.timedelta(days=dice.randrange(0, 6)))
    lines = [(ask, round_off(dice.uniform(ask.low, ask.high))) for ask in want.asks]
    return Need(
        want.titles, asker_of(want.center, dice), want.center, at(asked, dice.randrange(8, 16), dice.randrange(60)),
        asked + dt.timedelta(days=dice.randrange(38, 66)), lines,
    )  # fmt: skip


def asker_of(center: str, dice: Dice) -> str:
    """Somebody of the cost centre's department."""
    return dice.choice(ASKERS[center] or [FALLBACK])


def worth(plan: Plan, ask: Ask, quantity: int) -> Decimal:
    """What a line costs by the last price, or by the estimate of whoever asks."""
    if not ask.article:
        return Decimal(str(ask.price)) * quantity
    thing = plan.things[ask.article]
    packed = thing.pack[1] if thing.pack and thing.pack[0] == ask.unit else 1
    return thing.price * packed * quantity
