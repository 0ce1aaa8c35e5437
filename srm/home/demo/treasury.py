"""Money matters: budgets that gave and got, last year's commitments carried over, its books closed."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q

from srm.budget import carrying, changes, closing
from srm.budget.models import BudgetChange, BudgetLine
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.home.demo.words import Text
from srm.home.demo.world import WHY, World
from srm.people.models import CostCenter

TOOLS: Text = (
    "Cutting inserts wear faster on the new alloy.", "Пластины на новом сплаве изнашиваются быстрее.",
    "Пластините се износват по-бързо на новата сплав.",
)  # fmt: skip
SHIFT: Text = (
    "Plant 2 works a third shift since spring.", "С весны завод 2 работает в три смены.",
    "От пролетта завод 2 работи на три смени.",
)  # fmt: skip
# Books of a year are closed from March on.
CLOSED_FROM = 3


def money_matters(world: World) -> None:
    """Written at the end of the history, so that nothing of it comes too late for what is closed."""
    _year_end(world)
    year = world.calendar.today.year
    general = _budget(world.centers["4130"], year)
    cutting = _budget(world.centers["4130"], year, "CUTTING")
    if general and cutting and general.left > 2000:
        change = _ask(world, "budget_owner", Decimal(1500), general, cutting, TOOLS)
        with unit_of_work():
            perform(change, "approve", actor=world.actor("accountant"))
    if wanting := _budget(world.centers["4120"], year):
        _ask(world, "budget_owner", Decimal(2400), None, wanting, SHIFT)


def _ask(
    world: World, who: str, amount: Decimal, giver: BudgetLine | None, receiver: BudgetLine, why: Text
) -> BudgetChange:
    actor = world.actor(who)
    with unit_of_work():
        change = changes.create_change(
            actor=actor, amount=amount, giver=giver, receiver=receiver, reason=world.say(why, actor)
        )
        return perform(change, "submit", actor=actor)


def _budget(center: CostCenter, year: int, category: str = "") -> BudgetLine | None:
    rows = BudgetLine.objects.unscoped(WHY).select_related("cost_center__department", "category")
    what = {"category__code": category} if category else {"category": None}
    return rows.filter(cost_center=center, year=year, period="year", **what).first()


def _year_end(world: World) -> None:
    """The last year whose books are closed: carried over with its money, then closed."""
    today, actor = world.calendar.today, world.actor("accountant")
    year = today.year - 1 if today.month >= CLOSED_FROM else today.year - 2
    lines = BudgetLine.objects.unscoped(WHY).filter(year=year)
    if not lines.exists():
        return
    if lines.filter(Q(reserved__gt=0) | Q(committed__gt=0)).exists():
        with unit_of_work():
            perform(carrying.create_carry(actor=actor, legal_entity=world.entity, year=year), "carry", actor=actor)
    with unit_of_work():
        closing.close_period(actor=actor, legal_entity=world.entity, year=year)
