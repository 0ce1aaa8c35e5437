"""How the demo company decides from today on: rules for orders and tenders, alternatives, limits, an absence, a working Saturday."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from procurement.orders.deciding import KIND as ORDERS
from procurement.requests.lowvalue import services as lowvalue
from procurement.shop import rules as shop
from procurement.tenders import deciding
from procurement.tenders.ruling import KIND as TENDERS
from srm.approvals import services as approvals
from srm.approvals.services import REQUESTS
from srm.home.demo import present
from srm.home.demo.calendar import at
from srm.home.demo.world import World
from srm.org import absences, calendars


def from_now_on(world: World) -> None:
    """Written when the history has been played: its documents were decided by the first rules."""
    administrator = world.actor("administrator")
    department = world.departments["PROD"]
    rules: list[dict[str, Any]] = [
        {"kind": ORDERS, "who": "role", "role": "head", "min_amount": Decimal(3000), "hours": 16, "accumulates": False},
        {"kind": TENDERS, "who": "role", "role": "budget_owner", "min_amount": Decimal(10000), "hours": 16},
        {"kind": REQUESTS, "order": 2, "who": "user", "user": world.people["vladev"], "min_amount": Decimal(5000),
         "department": department, "one_is_enough": True, "hours": 16},
        {"kind": REQUESTS, "order": 2, "who": "user", "user": world.people["budget_owner"], "min_amount": Decimal(5000),
         "department": department, "one_is_enough": True, "hours": 16},
        {"kind": REQUESTS, "who": "local", "role": "approver", "max_amount": Decimal(1000), "accumulates": False, "hours": 8},
    ]  # fmt: skip
    for rule in rules:
        approvals.create_rule(actor=administrator, **rule)
    shop.create_rule(
        actor=administrator,
        legal_entity=world.entity,
        is_on=True,
        most_amount=Decimal(2000),
        buyer=world.people["buyer"],
    )
    lowvalue.create_rule(
        actor=administrator, legal_entity=world.entity, most_request=Decimal(100), most_year=Decimal(1000)
    )  # fmt: skip
    _tender(world)
    _calendar(world)
    today = world.calendar.today
    absences.create_absence(
        actor=administrator, user=world.people["approver"], stand_in=world.people["budget_owner"], starts_on=today,
        ends_on=today + dt.timedelta(days=7),
    )  # fmt: skip


def _tender(world: World) -> None:
    """A year's copper is above the limit for tenders: it is approved, and waits to be published."""
    deadline = at(world.calendar.ahead(14), 10)
    tender = present.by_hand(
        world, "buyer", f"Copper bars {(deadline + dt.timedelta(days=60)).year}", {"22121": 4800, "22123": 3600},
        ("Kupral", "Filo Rame", "Wickeldraht Ruhr"), deadline,
    )  # fmt: skip
    deciding.ask(tender, actor=world.actor("buyer"))
    approvals.decide(tender, actor=world.actor("budget_owner"), outcome="approved")


def _calendar(world: World) -> None:
    """Half past eight to half past five, and the next Saturday is worked."""
    administrator, today = world.actor("administrator"), world.calendar.today
    calendars.create_week(
        actor=administrator, legal_entity=world.entity, days=["1", "2", "3", "4", "5"], begins=dt.time(8, 30),
        ends=dt.time(17, 30),
    )  # fmt: skip
    saturday = today + dt.timedelta(days=(5 - today.weekday()) % 7 or 7)
    calendars.create_day(
        actor=administrator, legal_entity=world.entity, day=saturday, works=True,
        name=world.say(("Working Saturday", "Рабочая суббота", "Работна събота"), administrator),
    )  # fmt: skip
