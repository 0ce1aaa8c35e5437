"""The sentences a budget speaks; pages, guards and services say the same."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from srm.budget.models import BudgetLine
from srm.people.models import CostCenter
from srm.ui import formats


def stopped(line: BudgetLine, amount: Decimal) -> str:
    """Why nothing more goes through, and who can change that."""
    words = _figures(line, amount)
    if line.cost_center.owner_id:
        return (
            _("The budget “%(budget)s” has %(left)s left, and %(amount)s are asked for. Ask %(owner)s to raise it.")
            % words
        )
    return (
        _("The budget “%(budget)s” has %(left)s left, and %(amount)s are asked for. Ask for it to be raised.") % words
    )


def over(line: BudgetLine, amount: Decimal) -> str:
    """That it goes through, and how far over."""
    return _("The budget “%(budget)s” has %(left)s left; with %(amount)s it is exceeded by %(over)s.") % _figures(
        line, amount
    )


def no_budget(cost_center: CostCenter, year: int) -> str:
    """That nobody set a limit."""
    return _("No budget is set for cost centre %(center)s in %(year)s. Nothing was reserved.") % {
        "center": cost_center.code, "year": year,
    }  # fmt: skip


def fits(line: BudgetLine, amount: Decimal) -> str:
    """That there is room, and how much stays."""
    return _("The budget “%(budget)s” has %(left)s left; after this, %(rest)s.") % _figures(line, amount)


def _figures(line: BudgetLine, amount: Decimal) -> dict[str, object]:
    return {
        "budget": line,
        "left": formats.money(line.left, line.currency),
        "amount": formats.money(amount, line.currency),
        "over": formats.money(amount - line.left, line.currency),
        "rest": formats.money(line.left - amount, line.currency),
        "owner": line.cost_center.owner,
    }
