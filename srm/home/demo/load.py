"""Loading: found the firm, play its history, bring it to today; and who may log in."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable

from django.db import connection

from procurement.requests.models import PurchaseRequest
from srm.audit import services as audit
from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.home.demo import (
    approving,
    buying,
    chain,
    deeds,
    doubles,
    habits,
    needs,
    outside,
    planned,
    present,
    routine,
    treasury,
    works,
)
from srm.home.demo.calendar import SPAN, Calendar
from srm.home.demo.chance import Chance
from srm.home.demo.found import found
from srm.home.demo.plan import Plan
from srm.home.demo.progress import Phase, Progress
from srm.home.demo.timeline import Timeline
from srm.home.demo.words import firm
from srm.home.demo.world import World
from srm.notify.services import quietly
from srm.outbox import services as outbox
from srm.people.models import LegalEntity, User

LOADED = "demo_loaded"
SCALES = {"full": 1.0, "small": 0.12}


def is_there() -> bool:
    """Whether the demo company was loaded to its end."""
    return AuditEvent.objects.filter(verb=LOADED).exists()


def is_empty() -> bool:
    """Whether nobody has begun to use the installation."""
    return not LegalEntity.objects.exists() and not User.objects.exists()


def was_begun() -> bool:
    """Whether loading began here, whatever became of it."""
    return LegalEntity.objects.filter(code=firm.ENTITY["code"]).exists()


def load(progress: Progress, *, seed: int = 1, scale: str = "full") -> World:
    """The whole firm with its history up to now; mails of the past stay unwritten."""
    calendar = Calendar(clock.now().replace(second=0, microsecond=0), SPAN)
    chance = Chance(seed)
    world = World(chance, calendar, Plan(chance, calendar, SCALES[scale]))
    # Everything made here is thrown away soon; looking for circles in it after each 700 objects costs a tenth.
    gc.set_threshold(50_000)
    with quietly():
        found(world, progress)
        with progress.phase("history") as phase:
            timeline = _stories(world)
            timeline.play(_teller(calendar, phase))
            phase.done = timeline.turns
        with unit_of_work():
            approving.from_now_on(world)
        treasury.money_matters(world)
    with progress.phase("events"):
        _finish(world)
    return world


def _stories(world: World) -> Timeline:
    timeline = Timeline(world.calendar.now)
    for order in world.plan.orders():
        timeline.add(buying.hand_order(world, order))
    for plan in needs.rounds(world.plan):
        basket: list[PurchaseRequest] = []
        for need in plan.needs:
            timeline.add(chain.need_story(world, need, basket))
        timeline.add(chain.round_story(world, plan, basket))
    present.requests(world, timeline)
    timeline.add(works.calibrated(world))
    timeline.add(outside.kits(world))
    present.other_tenders(world, timeline)
    deeds.todays_orders(world, timeline)
    deeds.odd_ones(world, timeline)
    doubles.doubles(world, timeline)
    habits.habits(world, timeline)
    routine.routine(world, timeline)
    planned.planned(world, timeline)
    return timeline


def _teller(calendar: Calendar, phase: Phase) -> Callable[[dt.datetime], None]:
    def tell(moment: dt.datetime) -> None:
        phase.at((moment.date() - calendar.start).days, calendar.span, f" days ({moment:%b %Y})")

    return tell


def _finish(world: World) -> None:
    """Number the events for those who follow the feed, and note that all is there."""
    while outbox.dispatch():
        pass
    with unit_of_work():
        audit.record(actor=SYSTEM, verb=LOADED, subject=world.entity, reason=f"seed {world.chance.seed}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
