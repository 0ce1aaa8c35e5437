"""Two storekeepers and the last box."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.core.actor import SYSTEM
from srm.core.errors import RuleBroken
from srm.flow.uow import unit_of_work
from srm.stock import selectors, services
from srm.stock.models import StockLevel, StockMove
from tests.races import at_once, meeting_place, without_transaction

TODAY = dt.date(2026, 5, 4)


@pytest.fixture
def goods(committed_firm):
    with unit_of_work():
        services.receive(
            actor=SYSTEM, warehouse=committed_firm.warehouse, item=committed_firm.gloves, quantity=Decimal(1),
            value=Decimal("4.50"), moved_on=TODAY,
        )  # fmt: skip
    return {"actor": SYSTEM, "warehouse": committed_firm.warehouse, "item": committed_firm.gloves}


def level():
    return StockLevel.objects.unscoped("test").get()


def moves():
    return StockMove.objects.unscoped("test").count()


def test_of_two_who_take_the_last_box_one_gets_it_and_one_a_sentence(goods, monkeypatch):
    monkeypatch.setattr(services, "locked_level", meeting_place(services.locked_level))
    take = lambda: services.issue(**goods, quantity=Decimal(1), moved_on=TODAY)  # noqa: E731
    answers = at_once(take, take)
    (refusal,) = [answer for answer in answers if isinstance(answer, RuleBroken)]
    assert sum(isinstance(answer, StockMove) for answer in answers) == 1
    assert "Only 0" in str(refusal)
    assert (level().on_hand, level().value, moves()) == (0, 0, 2)
    assert selectors.disagreements() == []


def test_without_the_lock_both_take_it(goods, monkeypatch):
    def unlocked(warehouse, item):
        rows = StockLevel.objects.unscoped("the lock is taken away")
        return rows.select_related("item__base_unit", "warehouse").get(warehouse=warehouse, item=item)

    monkeypatch.setattr(services, "locked_level", meeting_place(unlocked))
    take = lambda: services.issue(**goods, quantity=Decimal(1), moved_on=TODAY)  # noqa: E731
    answers = at_once(take, take, edge=without_transaction)
    assert all(isinstance(answer, StockMove) for answer in answers), answers
    assert moves() == 3
    assert selectors.disagreements() != []


def test_what_is_promised_to_one_is_not_handed_out_to_the_other(goods, committed_firm, monkeypatch):
    place = committed_firm.plovdiv
    answers = at_once(
        lambda: services.reserve(actor=SYSTEM, item=goods["item"], place=place, quantity=Decimal(1)),
        lambda: services.issue(**goods, quantity=Decimal(1), moved_on=TODAY),
    )
    promised = answers[0] if isinstance(answers[0], list) else pytest.fail(str(answers[0]))
    if promised:
        assert isinstance(answers[1], RuleBroken)
        assert (level().on_hand, level().reserved) == (1, 1)
    else:
        assert (level().on_hand, level().reserved) == (0, 0)


def test_the_first_goods_of_a_kind_may_come_twice_at_once(committed_firm):
    receive = lambda: services.receive(  # noqa: E731
        actor=SYSTEM, warehouse=committed_firm.warehouse, item=committed_firm.nut, quantity=Decimal(7), moved_on=TODAY
    )
    answers = at_once(receive, receive)
    assert all(isinstance(answer, StockMove) for answer in answers), answers
    assert level().on_hand == 14
