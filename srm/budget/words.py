"""The sentences a budget speaks; pages, guards and services say the same."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from srm.budget.accounts import Account
from srm.budget.models import BudgetLine
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


def no_budget(account: Account) -> str:
    """That nobody set a limit."""
    return _("No budget is set for cost centre %(center)s in %(year)s. Nothing was reserved.") % _place(account)


def missing(account: Account) -> str:
    """That there is no budget where there has to be one, and who can set it."""
    if account.cost_center.owner_id:
        return (
            _("No budget is set for cost centre %(center)s in %(year)s. Ask %(owner)s to set one under “Budgets”.")
            % _place(account)
        )  # fmt: skip
    return (
        _("No budget is set for cost centre %(center)s in %(year)s. Ask the finance department to set one.")
        % _place(account)
    )  # fmt: skip


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


def _place(account: Account) -> dict[str, object]:
    center = account.cost_center
    return {"center": center.code, "year": account.day.year, "owner": center.owner}
