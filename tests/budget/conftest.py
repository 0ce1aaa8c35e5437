"""Budgets of the small firm."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from srm.budget import services
from srm.budget.models import BudgetLine
from srm.core.actor import SYSTEM
from srm.flow.uow import unit_of_work

YEAR = 2026


def read(line: BudgetLine) -> BudgetLine:
    """The line as it is now."""
    return BudgetLine.objects.unscoped("test").get(pk=line.pk)


def buckets(line: BudgetLine) -> tuple[Decimal, Decimal, Decimal]:
    """Reserved, ordered, spent."""
    now = read(line)
    return now.reserved, now.committed, now.spent


@pytest.fixture
def budget(request) -> Callable[..., BudgetLine]:
    """`budget(1000)`: a budget of the assembly's cost centre."""
    firm = request.getfixturevalue("committed_firm" if "committed_firm" in request.fixturenames else "firm")

    def make(amount, **fields) -> BudgetLine:
        fields = {"cost_center": firm.cc_assembly, "year": YEAR, **fields}
        with unit_of_work():
            return services.create_line(actor=SYSTEM, amount=Decimal(amount), **fields)

    return make
