"""What pickers offer of budgets."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from srm.budget.models import BudgetLine
from srm.catalog.models import Category
from srm.core.actor import Actor
from srm.people.models import CostCenter
from srm.ui import formats
from srm.ui.lookups import MOST, lookup


@lookup("budgets", model=BudgetLine, permission="budget.view", related=("cost_center", "category"))
def budgets(actor: Actor, text: str) -> Iterator[tuple[str, str, str]]:
    """Budgets by cost centre or category, the latest year first."""
    rows = BudgetLine.objects.visible_to(actor)
    for word in text.split()[:4]:
        found = Q(cost_center__in=CostCenter.objects.search(word)) | Q(category__in=Category.objects.search(word))
        rows = rows.filter(found | Q(year=int(word)) if word.isdecimal() and len(word) == 4 else found)
    rows = rows.select_related("cost_center", "category").order_by("-year", "cost_center__code", "category__path")
    for line in rows[:MOST]:
        yield line.public_id, str(line), formats.money(line.left, line.currency)
