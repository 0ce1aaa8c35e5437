"""Two requests for the last euro."""

from decimal import Decimal

import pytest

from srm.budget import selectors, services
from srm.budget.accounts import Account
from srm.budget.models import BudgetEntry, BudgetLine
from srm.core.actor import SYSTEM
from srm.core.errors import RuleBroken
from tests.budget.conftest import DAY, buckets
from tests.races import at_once, meeting_place, without_transaction


@pytest.fixture
def two_reserve(committed_firm, budget):
    """Two reservations of 60 out of 100 at once; the line and both answers."""
    line = budget(100)

    def reserve(name):
        return lambda: services.reserve(
            actor=SYSTEM, account=Account(committed_firm.cc_assembly, committed_firm.fasteners, DAY), amount=Decimal(60), request_line_id=name, document=None,
        )  # fmt: skip

    def run(**options):
        return line, at_once(reserve("L1"), reserve("L2"), **options)

    return run


def test_of_two_who_want_the_last_euro_one_gets_it_and_one_a_sentence(two_reserve, monkeypatch):
    monkeypatch.setattr(services, "_locked", meeting_place(services._locked))
    line, answers = two_reserve()
    assert sorted(map(repr, answers), key=len)[0] == "[]"
    (refusal,) = [answer for answer in answers if isinstance(answer, RuleBroken)]
    assert "40.00" in str(refusal)
    assert buckets(line) == (60, 0, 0)
    assert selectors.disagreements() == []


def test_without_the_lock_both_get_it(two_reserve, monkeypatch):
    def unlocked(pk):
        return (
            BudgetLine.objects.unscoped("the lock is taken away")
            .select_related("cost_center__owner", "category")
            .get(pk=pk)
        )

    monkeypatch.setattr(services, "_locked", meeting_place(unlocked))
    _line, answers = two_reserve(edge=without_transaction)
    assert answers == [[], []]
    assert BudgetEntry.objects.unscoped("test").count() == 2
    assert selectors.disagreements() != []
