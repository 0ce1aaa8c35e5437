"""Budgets of the small firm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from srm.budget import services
from srm.budget.models import BudgetLine
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work
from srm.people.models import CostCenter

YEAR = 2026
DAY = dt.date(YEAR, 5, 20)


def read(line: BudgetLine) -> BudgetLine:
    """The line as it is now."""
    return BudgetLine.objects.unscoped("test").get(pk=line.pk)


def buckets(line: BudgetLine) -> tuple[Decimal, Decimal, Decimal]:
    """Reserved, ordered, spent."""
    now = read(line)
    return now.reserved, now.committed, now.spent


def set_policy(center: CostCenter, policy: str) -> None:
    """What happens at the end of the cost centre's budgets."""
    center.budget_policy = policy
    center.save(update_fields=["budget_policy"])


@pytest.fixture
def budget(request) -> Callable[..., BudgetLine]:
    """`budget(1000)`: a budget of the assembly's cost centre."""
    firm = request.getfixturevalue("committed_firm" if "committed_firm" in request.fixturenames else "firm")

    def make(amount, policy="stop", **fields) -> BudgetLine:
        fields = {"cost_center": firm.cc_assembly, "year": YEAR, **fields}
        set_policy(fields["cost_center"], policy)
        with unit_of_work():
            return services.create_line(actor=SYSTEM, amount=Decimal(amount), **fields)

    return make
