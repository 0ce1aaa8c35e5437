"""The procurement plans of this year and the next, and how categories are bought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from decimal import Decimal

from procurement.plans import services as plans
from procurement.plans.models import ProcurementPlan
from procurement.tenders import policy
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender
from srm.catalog.models import Category
from srm.catalog.policy import services as policies
from srm.catalog.policy.models import CategoryPolicy
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.flow.perform import perform
from srm.home.demo.calendar import at, later, workday
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.words import Text
from srm.home.demo.world import WHY, World

NOTE: Text = (
    "From last year's orders; castings as agreed with production.",
    "По заказам прошлого года; литьё по согласованию с производством.",
    "По поръчките от миналата година; отливките са съгласувани с производството.",
)
ONLY_TWO: Text = (
    "The third supplier has stopped making these tools.",
    "Третий поставщик больше не делает этот инструмент.",
    "Третият доставчик вече не прави тези инструменти.",
)
PRICES_ROSE: Text = (
    "Prices rose by a tenth: more suppliers are asked.",
    "Цены выросли на десятую часть: запрашиваем больше поставщиков.",
    "Цените се вдигнаха с една десета: питаме повече доставчици.",
)


def planned(world: World, timeline: Timeline) -> None:
    """All of it."""
    timeline.add(_this_year(world))
    timeline.add(_next_year(world))
    timeline.add(_policies(world))


def _this_year(world: World) -> Story:
    """Proposed in January, approved, changed once since."""
    year = world.calendar.today.year
    yield max(at(workday(dt.date(year, 1, 8)), 9), at(world.calendar.day(0.2), 9))
    plan = _filled(world, "buyer", year)
    if plan is None:
        return
    plan = yield from _approved(world, plan, "buyer")
    yield max(later(clock.now(), days=10), world.calendar.ago(40, 11))
    fresh = plans.revise(plan, actor=world.actor("buyer2"))
    for code, percent, first in (("CASTINGS", 12, 7), ("BEARINGS", -8, 4)):
        category = Category.objects.filter(code=code).first()
        if category is not None and fresh.lines.filter(category=category, month__gte=first).exists():
            plans.change_many(
                fresh, actor=world.actor("buyer2"), category=category, first=first, percent=Decimal(percent)
            )
    yield from _approved(world, world.fresh(fresh), "buyer2")


def _next_year(world: World) -> Story:
    """A draft that its buyer is still working on."""
    yield world.calendar.ago(2, 15)
    _filled(world, "buyer", world.calendar.today.year + 1)


def _filled(world: World, buyer: str, year: int) -> ProcurementPlan | None:
    actor = world.actor(buyer)
    plan = plans.create_plan(actor=actor, legal_entity=world.entity, year=year, note=world.say(NOTE, actor))
    try:
        plans.propose(plan, actor=actor)
    except RuleBroken:
        return None  # a short history may have nothing to go by
    return plan


def _approved(world: World, plan: ProcurementPlan, buyer: str) -> Generator[dt.datetime, None, ProcurementPlan]:
    yield later(clock.now(), hours=4)
    plan = perform(plan, "submit", actor=world.actor(buyer))
    yield later(clock.now(), days=1)
    return perform(plan, "approve", actor=world.actor("head"))


def _policies(world: World) -> Story:
    """First ones from the matrix, one looked at again; and a tender that had to go past its own."""
    yield world.calendar.now - dt.timedelta(minutes=15)
    head = world.actor("head")
    categories = list(Category.objects.exclude(segment="").order_by("pk"))
    policies.propose_from_segments(actor=head, categories=categories)
    drafts = Tender.objects.unscoped(WHY).filter(state=TenderState.DRAFT, category__isnull=False).order_by("pk")
    for tender in drafts.select_related("category"):
        own = CategoryPolicy.objects.unscoped(WHY).filter(category=tender.category).first()
        if own is not None:
            policies.write_policy(
                actor=head, category=own.category, segment=own.segment, reason=world.say(PRICES_ROSE, head),
                **{**own.rules, "min_bidders": tender.invited().count() + 1},
            )  # fmt: skip
            buyer = world.actor("buyer2")
            policy.override_policy(tender, actor=buyer, reason=world.say(ONLY_TWO, buyer))
            return
