"""Whatever points to two items: a merge moves all of it, and undoing gives every row back as it was."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from procurement.orders import services as orders
from procurement.orders.models import OrderLine
from procurement.requests import services as requests
from procurement.requests.models import RequestLine
from srm.catalog import services as catalog
from srm.catalog.merging import services
from srm.catalog.models import Item, ItemUnit
from srm.core.actor import SYSTEM
from srm.core.errors import RuleBroken
from srm.core.money import Sum
from srm.flow.uow import unit_of_work
from srm.stock import services as stock
from srm.stock.models import StockLevel
from srm.stock.selectors import disagreements

D = Decimal
TODAY = dt.date(2026, 5, 4)
NUMBERS = itertools.count()
UNITS = ["C62", "BX", "KGM", "TNE"]
QUANTITIES = st.decimals("0.0001", "500", places=4)
DEEDS = st.lists(
    st.tuples(st.sampled_from(["receive", "reserve", "request", "order", "pack", "replaces"]), st.booleans(), QUANTITIES),
    max_size=8,
)  # fmt: skip
TAKEN = st.sets(st.sampled_from(services.TAKEABLE))


def make(firm, unit, state):
    with unit_of_work():
        number = next(NUMBERS)
        return catalog.create_item(
            actor=SYSTEM, category=firm.tools if number % 2 else firm.fasteners, base_unit=firm.unit(unit),
            name_en=f"Thing {number}", name_ru="Вещь" if number % 3 else "", activate=state == "active",
            reference_price=D(number % 5) or None,
        )  # fmt: skip


def do(firm, deed, item, quantity):
    """One thing that a firm does with an item."""
    with unit_of_work():
        if deed == "receive":
            stock.receive(
                actor=SYSTEM, warehouse=firm.warehouse, item=item, quantity=quantity, moved_on=TODAY,
                value=(quantity * 2).quantize(D("0.01")),
            )  # fmt: skip
        elif deed == "reserve":
            stock.reserve(actor=SYSTEM, item=item, place=firm.plovdiv, quantity=quantity)
        elif deed == "request":
            requests.create_request(
                actor=firm.actor("requester"), title="Things", department=firm.assembly, place=firm.plovdiv,
                cost_center=firm.cc_assembly,
                lines=[{"item": item, "quantity": quantity, "need_by": dt.date(2027, 5, 1)}],
            )  # fmt: skip
        elif deed == "order":
            orders.create_order(
                actor=firm.actor("buyer"), supplier=firm.alfa, legal_entity=firm.entity, place=firm.plovdiv,
                lines=[{"item": item, "quantity": quantity, "unit": item.base_unit, "price": D(1)}],
            )  # fmt: skip
        elif deed == "pack":
            catalog.update_item(item, actor=SYSTEM, packs=[(firm.unit("LTR"), D(7))])
        else:
            catalog.update_item(firm.nut, actor=SYSTEM, replaced_by=item)


def picture():
    """Everything that a merge may touch, as plain values."""
    told = {"version", "updated_at"}
    names = [field.attname for field in Item._meta.concrete_fields if field.attname not in told]
    return {
        "items": list(Item.objects.order_by("pk").values_list(*names)),
        "packs": list(ItemUnit.objects.order_by("item", "unit").values_list("item", "unit", "factor")),
        "levels": {
            row[:2]: row[2:]
            for row in StockLevel.objects.unscoped("test").values_list(
                "warehouse", "item", "on_hand", "reserved", "value"
            )
            if any(row[2:])
        },
        "needs": list(RequestLine.objects.unscoped("test").order_by("pk").values_list("pk", "item", "base_quantity")),
        "bought": list(OrderLine.objects.unscoped("test").order_by("pk").values_list("pk", "item", "base_quantity")),
    }


def total(item, model, name):
    return model.objects.unscoped("test").filter(item=item).aggregate(total=Sum(name, 4))["total"] or D(0)


@pytest.mark.django_db
def test_a_merge_moves_everything_and_undoing_is_as_if_it_had_never_been(firm):
    @settings(max_examples=30, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(
        unit=st.sampled_from(UNITS), other=st.sampled_from(UNITS), state=st.sampled_from(["draft", "active"]),
        factor=st.sampled_from([D(1), D(2), D("0.5"), D(200)]), deeds=DEEDS, take=TAKEN,
    )  # fmt: skip
    def play(unit, other, state, factor, deeds, take):
        merge_and_undo(firm, unit, other, state, factor, deeds, take)

    play()


def merge_and_undo(firm, unit, other, state, factor, deeds, take):
    loser, winner = make(firm, unit, state), make(firm, other, "active")
    known = services.units_say(loser, winner)
    documents = unit == other
    for deed, of_loser, quantity in deeds:
        if deed in {"request", "order"} and of_loser and (state == "draft" or not documents):
            continue  # open documents in another unit hinder a merge, which is another test
        do(firm, deed, loser if of_loser else winner, quantity)
    before, lines = picture(), (RequestLine, OrderLine)
    counted = {model: total(loser, model, "base_quantity") + total(winner, model, "base_quantity") for model in lines}
    there = [total(item, StockLevel, "on_hand") for item in (loser, winner)]
    worth = sum(total(item, StockLevel, "value") for item in (loser, winner))
    refused = ""
    try:
        with unit_of_work():
            merged = services.merge(
                actor=SYSTEM, loser=loser, winner=winner, take=take, factor=None if known is not None else factor
            )
    except RuleBroken as refusal:
        refused = str(refusal)
    if refused:  # a few grams are nothing in tons; two packs of one unit contradict each other
        assert "cannot be counted" in refused or "Put one of them right first" in refused
        assert picture() == before
        return
    for model in lines:
        assert total(loser, model, "base_quantity") == 0
        assert total(winner, model, "base_quantity") == counted[model]
    assert total(loser, StockLevel, "on_hand") == total(loser, StockLevel, "reserved") == 0
    assert abs(total(winner, StockLevel, "on_hand") - there[1] - there[0] * merged.factor) <= D("0.0001")
    assert total(winner, StockLevel, "value") == worth
    assert disagreements() == []
    with unit_of_work():
        services.undo(merged, actor=SYSTEM, reason="It was another norm")
    assert picture() == before
    assert disagreements() == []
