"""The sentences a budget speaks; pages, guards and services say the same."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from srm.budget.accounts import Account
from srm.budget.models import BudgetLine
from srm.budget.periods import Lateness
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


def begun(line: BudgetLine) -> str:
    """Why an amount cannot be typed over, and what to do instead."""
    return (
        _("%(period)s has begun. Ask for new money, a cut or a transfer under “Budget changes”; somebody else approves it.")
        % {"period": line.span}
    )  # fmt: skip


def closed(line: BudgetLine) -> str:
    """Why nothing is booked, and who can change that."""
    return (
        _("“%(budget)s” is closed: nothing is booked there any more. Ask the finance department to reopen %(period)s.")
        % {"budget": line, "period": line.span}
    )  # fmt: skip


def too_little(line: BudgetLine, amount: Decimal) -> str:
    """Why so much cannot be taken away."""
    return (
        _("The budget “%(budget)s” has %(left)s left; %(amount)s cannot be taken from it.")
        % _figures(line, amount)
    )  # fmt: skip


def counts_later(late: Lateness) -> str:
    """That a closed period is not asked any more, and which one is."""
    return _("%(day)s lies in a closed period. It counts in %(month)s.") % {
        "day": formats.day(late.day), "month": date_format(late.account.day, "F Y"),
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


def _place(account: Account) -> dict[str, object]:
    center = account.cost_center
    return {"center": center.code, "year": account.day.year, "owner": center.owner}
