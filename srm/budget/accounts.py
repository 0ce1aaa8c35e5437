"""Whose money a need takes: a cost centre, what it buys, and when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from srm.catalog.models import Category
from srm.people.models import CostCenter


@dataclass(frozen=True)
class Account:
    """`cost_center` pays for something of `category` that is needed on `day`."""

    cost_center: CostCenter
    category: Category | None
    day: dt.date

    @property
    def key(self) -> tuple:
        """What decides on the budget: days of one month draw on the same."""
        return self.cost_center.pk, self.category.pk if self.category else None, self.day.year, self.day.month

    @property
    def stops(self) -> bool:
        """Whether the cost centre lets nothing through that its budgets do not cover."""
        return self.cost_center.budget_policy == CostCenter.BudgetPolicy.STOP
