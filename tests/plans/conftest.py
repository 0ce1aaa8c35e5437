"""Plans for tests: made by their services, approved by their moves."""

from __future__ import annotations

from decimal import Decimal

import pytest

from procurement.plans import services
from procurement.plans.models import PlanLine, ProcurementPlan
from srm.core import clock
from srm.flow.perform import perform


def year():
    return clock.today().year + 1


def lines_of(plan):
    rows = PlanLine.objects.unscoped("test").filter(plan=plan)
    return list(rows.select_related("category", "item", "buyer").order_by("month", "category__path", "pk"))


def line(category, month=1, amount="100", **values):
    return {"id": None, "category": category, "month": month, "amount": Decimal(amount), **values}


def draft(firm, work, *lines, actor="buyer", **values) -> ProcurementPlan:
    values = {"legal_entity": firm.entity, "year": year(), **values}
    with work():
        return services.create_plan(actor=firm.actor(actor), lines=lines, **values)


def moved(firm, work, plan, *moves):
    """The plan after these moves; submitted by the buyer, decided by the head."""
    for name in moves:
        with work():
            plan = perform(plan, name, actor=firm.actor("buyer" if name in ("submit", "take_back") else "head"))
    return plan


@pytest.fixture
def plan(firm, work):
    """A draft with three lines: 100 and 250 of fasteners in January and March, 40 of tools in March."""
    return draft(
        firm, work, line(firm.fasteners, 1, "100"), line(firm.fasteners, 3, "250"), line(firm.tools, 3, "40"),
    )  # fmt: skip


@pytest.fixture
def approved(firm, work, plan):
    """The same, in force."""
    return moved(firm, work, plan, "submit", "approve")
