"""Receiving, issuing, promising, counting."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.core.actor import SYSTEM
from srm.core.errors import InvalidInput, RuleBroken
from srm.stock import selectors, services
from srm.stock.models import StockLevel, StockMove, Warehouse

TODAY = dt.date(2026, 5, 4)
D = Decimal


@pytest.fixture
def store(firm, work):
    """`store("receive", 10)`: one movement of bolts in the main store."""

    def call(name, quantity=None, **values):
        values = {"warehouse": firm.warehouse, "item": firm.bolt, **values}
        if name not in ("reserve", "release"):
            values.setdefault("moved_on", TODAY)
        if quantity is not None:
            values["quantity"] = D(quantity)
        if name == "reserve":
            values = {
                "item": values["item"],
                "place": values.get("place", firm.plovdiv),
                "quantity": values["quantity"],
            }
        with work():
            return getattr(services, name)(actor=SYSTEM, **values)

    return call


def level(firm, warehouse=None):
    return StockLevel.objects.unscoped("test").get(item=firm.bolt, warehouse=warehouse or firm.warehouse)


def test_goods_come_and_go_with_their_share_of_the_value(store, firm):
    move = store("receive", 40, value=D("100"), document=firm.bolt, counterpart="Alfa Metal")
    assert (move.kind, move.quantity, move.value) == ("receipt", 40, 100)
    assert (move.document_kind, move.document_id) == ("srm.item", firm.bolt.public_id)
    store("receive", 10, value=D("40"))
    move = store("issue", 20, counterpart="Assembly")
    assert (move.quantity, move.value) == (-20, D("-56"))
    move = store("transfer_out", 5, value=D("10"))
    assert (move.kind, move.value) == ("transfer", -10)
    now = level(firm)
    assert (now.on_hand, now.value, now.free) == (25, 74, 25)
    store("send_back", 25)
    assert (level(firm).on_hand, level(firm).value) == (0, 0)
    assert selectors.disagreements() == []


def test_more_than_is_there_is_refused_in_a_sentence_and_nothing_moves(store, firm):
    store("receive", 3)
    with pytest.raises(RuleBroken) as refusal:
        store("issue", 5)
    (sentence,) = refusal.value.reasons
    for word in ("3", "5", "Bolt", "W1", "pc"):
        assert word in sentence
    assert level(firm).on_hand == 3
    assert StockMove.objects.unscoped("test").count() == 1


def test_a_promise_covers_what_is_free_and_no_more(store, firm):
    store("receive", 10)
    assert store("reserve", 6) == [(firm.warehouse, 6)]
    assert store("reserve", 6) == [(firm.warehouse, 4)]
    assert store("reserve", 6) == []
    assert store("reserve", 1, place=firm.sofia) == []
    assert selectors.free_quantity(firm.bolt, firm.plovdiv) == 0
    with pytest.raises(RuleBroken, match="promised"):
        store("issue", 1)
    store("issue", 7, from_reserved=D(7))
    assert (level(firm).on_hand, level(firm).reserved) == (3, 3)
    with pytest.raises(RuleBroken):
        store("release", 4)
    store("release", 3)
    assert selectors.free_quantity(firm.bolt, firm.plovdiv) == 3


def test_promises_are_never_counted_away(store, firm):
    store("receive", 10)
    store("reserve", 6)
    with pytest.raises(RuleBroken, match="promised"):
        store("count", counted=D(5), reason="Yearly count")
    assert level(firm).on_hand == 10
    move = store("count", counted=D(6), reason="Yearly count")
    assert (move.kind, move.quantity, move.reason) == ("adjustment", -4, "Yearly count")


def test_one_store_that_has_it_all_is_taken_before_two_that_have_parts(store, firm):
    small = Warehouse.objects.create(code="W0", name_en="Small", place=firm.plovdiv, legal_entity=firm.entity)
    closed = Warehouse.objects.create(
        code="W9", name_en="Closed", place=firm.plovdiv, legal_entity=firm.entity, is_active=False
    )
    store("receive", 5, warehouse=small)
    store("receive", 8)
    StockLevel.objects.unscoped("test").create(warehouse=closed, item=firm.bolt, on_hand=100)
    assert store("reserve", 7) == [(firm.warehouse, 7)]
    assert store("reserve", 7) == [(small, 5), (firm.warehouse, 1)]
    assert selectors.free_quantities([firm.bolt.pk, firm.nut.pk], firm.plovdiv) == {}


def test_free_goods_of_many_items_are_read_at_once(store, firm, django_assert_num_queries):
    store("receive", 5)
    store("receive", 7, item=firm.nut)
    with django_assert_num_queries(1):
        free = selectors.free_quantities([firm.bolt.pk, firm.nut.pk, firm.gloves.pk], firm.plovdiv)
    assert free == {firm.bolt.pk: 5, firm.nut.pk: 7}


def test_a_count_says_when_goods_moved_meanwhile(store, firm):
    store("receive", 10)
    store("issue", 2)
    with pytest.raises(RuleBroken, match="Count again"):
        store("count", counted=D(10), reason="Count", seen=D(10))
    assert store("count", counted=D(8), reason="Count", seen=D(8)) is None
    assert level(firm).on_hand == 8


def test_goods_found_are_worth_what_the_others_are(store, firm):
    assert store("count", counted=D(100), reason="First count").value == D("6.10")  # the item's last price
    assert store("count", counted=D(150), reason="Found").value == D("3.05")
    assert selectors.disagreements() == []


def test_what_cannot_be_is_refused_at_its_field(store, firm):
    cases = [
        ("receive", {"quantity": "0"}, "quantity"), ("receive", {"quantity": "-1"}, "quantity"),
        ("issue", {"quantity": "0.00001"}, "quantity"), ("adjust", {"quantity": "0", "reason": "x"}, "quantity"),
        ("adjust", {"quantity": "1", "reason": " "}, "reason"),
    ]  # fmt: skip
    for name, values, field in cases:
        with pytest.raises(InvalidInput) as refusal:
            store(name, values.pop("quantity"), **values)
        assert field in refusal.value.errors
    with pytest.raises(InvalidInput) as refusal:
        store("count", counted=D(-1), reason="x")
    assert "counted" in refusal.value.errors


def test_services_and_closed_stores_take_no_goods(store, firm):
    firm.bolt.is_service = True
    firm.warehouse.is_active = False
    with pytest.raises(RuleBroken) as refusal:
        store("receive", 1)
    assert len(refusal.value.reasons) == 2
    assert not StockLevel.objects.unscoped("test").exists()


def test_moves_are_only_added(store, firm):
    from django.db import DatabaseError, transaction

    move = store("receive", 1)
    rows = StockMove.objects.unscoped("test").filter(pk=move.pk)
    for change in (lambda: rows.update(quantity=5), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_warehouse_with_goods_in_it_stays_open(store, firm, work):
    store("receive", 1)
    with pytest.raises(InvalidInput) as refusal, work():
        services.update_warehouse(firm.warehouse, actor=SYSTEM, is_active=False)
    assert "is_active" in refusal.value.errors
    store("issue", 1)
    with work():
        closed = services.update_warehouse(firm.warehouse, actor=SYSTEM, is_active=False)
    assert not closed.is_active


def test_a_warehouse_stands_at_a_place_of_its_firm(firm, work):
    from srm.people.models import LegalEntity

    other = LegalEntity.objects.create(code="OT", name_en="Other")
    for values, field in (
        ({"name_en": "Depot", "place": firm.sofia, "legal_entity": other}, "place"),
        ({"name_en": " ", "place": firm.sofia, "legal_entity": firm.entity}, "name_en"),
        ({"name_en": "Depot", "place": firm.sofia, "legal_entity": firm.entity, "code": "W1"}, "code"),
    ):
        with pytest.raises(InvalidInput) as refusal, work():
            services.create_warehouse(actor=SYSTEM, **{"code": "W2", **values})
        assert field in refusal.value.errors
