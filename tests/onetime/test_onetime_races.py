"""Two orders to one one-time supplier, approved at the same moment: one goes through."""

import pytest

from procurement.onetime import rules
from procurement.orders.models import PurchaseOrder
from srm.core.errors import RuleBroken
from srm.flow import records
from srm.flow.perform import perform
from tests.onetime.test_onetime import make_rule, order_once
from tests.races import at_once, meeting_place
from tests.requests.conftest import approved

pytestmark = pytest.mark.django_db(transaction=True)


def two_orders(firm):
    """Drafts to the same one-time supplier, each to be approved by the head."""
    make_rule(firm)
    first = order_once(firm, approved(firm))
    second = order_once(firm, approved(firm), supplier=first.supplier)
    return [lambda order=order: perform(order, "approve", actor=firm.actor("head")) for order in (first, second)]


def approved_ones() -> int:
    return PurchaseOrder.rows.filter(state="approved").count()


@pytest.mark.postgres
def test_of_two_orders_at_once_one_is_approved(committed_firm, monkeypatch):
    tasks = two_orders(committed_firm)
    monkeypatch.setattr(rules, "orders_to", meeting_place(rules.orders_to))
    answers = at_once(*tasks)
    assert approved_ones() == 1
    assert len([answer for answer in answers if isinstance(answer, RuleBroken)]) == 1, answers


@pytest.mark.postgres
def test_without_the_lock_both_would_be(committed_firm, monkeypatch):
    tasks = two_orders(committed_firm)
    monkeypatch.setattr(rules, "orders_to", meeting_place(rules.orders_to))
    monkeypatch.setattr(rules.records, "locked_row", unlocked(records.locked_row))
    at_once(*tasks)
    assert approved_ones() == 2


def unlocked(locked_row):
    """`locked_row`, but for suppliers, who are only read."""
    return lambda row, **options: row if row._meta.model_name == "supplier" else locked_row(row, **options)
