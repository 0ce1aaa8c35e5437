"""Which offer is best: pure rules, and the one query that asks for many lines."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from srm.core.rates import ExchangeRate
from srm.flow.perform import perform
from suppliers.items import services
from suppliers.items.models import SupplierPrice
from suppliers.items.offers import AGREED, Need, PriceRow, offers, orderable
from suppliers.items.selectors import by_suppliers_article, offers_for

D = Decimal
TODAY = dt.date(2026, 5, 12)


def row(key=1, **values):
    usual = {
        "id": key, "supplier_item_id": key, "supplier_id": key, "item_id": 1, "factor": D(1), "min_quantity": None,
        "multiple": None, "lead_days": None, "standing": "approved", "basis": "list", "from_quantity": D(0),
        "price": D(10), "currency": "EUR", "valid_from": dt.date(2026, 1, 1), "valid_to": None, "max_quantity": None,
        "max_amount": None,
    }  # fmt: skip
    return PriceRow(**{**usual, **values})


def best(rows, quantity=1, on=TODAY):
    return offers([Need("n", 1, D(quantity), on)], rows, lambda currency: D(1) if currency == "EUR" else None)["n"]


def test_the_need_is_raised_to_the_smallest_order_and_to_whole_steps():
    box = row(factor=D(200), multiple=D(1), min_quantity=D(2))
    assert orderable(D(1), box) == 2
    assert orderable(D(401), box) == 3
    assert orderable(D(400), box) == 2
    assert orderable(D("0.3"), row()) == D("0.3")


def test_the_price_is_that_of_the_largest_quantity_reached_on_the_day():
    steps = [row(id=1), row(id=2, from_quantity=D(10), price=D(9)), row(id=3, from_quantity=D(100), price=D(8))]
    assert [best(steps, quantity)[0].row.price for quantity in (9, 10, 99, 100)] == [10, 9, 9, 8]
    later = [row(id=1, price=D(5), valid_from=TODAY + dt.timedelta(1)), row(id=2, valid_to=TODAY)]
    assert best(later)[0].row.id == 2
    assert best(later, on=TODAY + dt.timedelta(1))[0].row.id == 1
    assert best(later, on=dt.date(2025, 1, 1)) == []


def test_the_next_price_says_how_many_more_reach_it():
    found = best([row(id=1), row(id=2, from_quantity=D(100), price=D(8))], 80)[0]
    assert (found.more, found.next_price) == (20, 8)
    dearer = best([row(id=1), row(id=2, from_quantity=D(100), price=D(11))], 80)[0]
    assert dearer.more is None


def test_an_agreed_price_goes_first_within_its_limits_only():
    agreed = row(2, basis=AGREED, price=D(11), max_quantity=D(50))
    assert [one.row.supplier_item_id for one in best([row(1), agreed], 50)] == [2, 1]
    assert [one.row.supplier_item_id for one in best([row(1), agreed], 51)] == [1]
    amount = row(2, basis=AGREED, price=D(11), max_amount=D(110))
    assert [one.row.supplier_item_id for one in best([row(1), amount], 11)] == [1]
    same = [row(1), row(1, id=9, basis=AGREED, price=D(12))]
    assert best(same)[0].row.id == 9


def test_the_preferred_supplier_then_the_cheaper_whole_then_the_quicker():
    pack = row(1, factor=D(100), multiple=D(1), price=D(500))  # 5 a piece, but a hundred at least
    single = row(2, price=D(6))
    assert [one.row.supplier_item_id for one in best([pack, single], 10)] == [2, 1]
    assert [one.row.supplier_item_id for one in best([pack, single], 100)] == [1, 2]
    preferred = row(3, price=D(900), standing="preferred")
    assert best([pack, single, preferred], 10)[0].row.supplier_item_id == 3
    assert [one.row.supplier_item_id for one in best([row(1, lead_days=9), row(2, lead_days=3)])] == [2, 1]


def test_a_price_in_a_currency_without_a_rate_comes_last_and_is_not_lost():
    found = best([row(1, currency="XAF", price=D(1)), row(2, price=D(900))])
    assert [one.row.supplier_item_id for one in found] == [2, 1]
    assert found[1].total_base is None


quantities = st.decimals("0.0001", "100000", places=4)


@given(quantities, st.decimals("0.001", "500", places=3), st.none() | quantities, st.none() | quantities)
def test_an_order_covers_the_need_in_steps_and_not_by_a_step_too_much(needed, factor, least, step):
    one = row(factor=factor, min_quantity=least, multiple=step)
    quantity = orderable(needed, one)
    assert quantity * factor >= needed
    assert quantity >= (least or 0)
    if step:
        assert quantity % step == 0
        smaller = quantity - step
        assert smaller < (least or 0) or smaller * factor < needed


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 50), st.booleans()), max_size=8), st.integers(1, 60))
def test_the_first_offer_is_never_dearer_than_another_of_its_rank(prices, quantity):
    rows = [
        row(key, id=number, price=D(price), basis=AGREED if agreed else "list")
        for number, (key, price, agreed) in enumerate(prices)
    ]
    found = best(rows, quantity)
    assert len({one.row.supplier_item_id for one in found}) == len(found)
    for one in found:
        assert (one.is_agreed, -one.total) <= (found[0].is_agreed, -found[0].total)


# -- from the database -------------------------------------------------------


def need(item, quantity, on=TODAY, key="n"):
    return Need(key, item.pk, D(quantity), on)


def test_boxes_and_pieces_are_compared_by_what_the_need_costs(firm, priced):
    actor = firm.actor("buyer")
    few = offers_for([need(firm.bolt, 120)], actor=actor)["n"]
    assert [(one.row.supplier_id, one.quantity, one.total) for one in few] == [
        (firm.beta.pk, D(150), D("10.50")), (firm.alfa.pk, D(1), D("12.00")),
    ]  # fmt: skip
    many = offers_for([need(firm.bolt, 2000)], actor=actor)["n"]
    assert [(one.row.supplier_id, one.quantity, one.total) for one in many] == [
        (firm.alfa.pk, D(10), D("100.00")), (firm.beta.pk, D(2000), D("140.00")),
    ]  # fmt: skip


def test_a_thousand_lines_cost_one_query(firm, priced, django_assert_num_queries):
    needs, buyer = [need(firm.bolt, number + 1, key=number) for number in range(1000)], firm.actor("buyer")
    with django_assert_num_queries(1):
        found = offers_for(needs, actor=buyer)
    assert len(found) == 1000
    assert all(len(some) == 2 for some in found.values())


def test_other_currencies_are_compared_at_the_rate_of_the_day(firm, sell):
    ExchangeRate.objects.create(base="USD", currency="EUR", date=dt.date(2020, 1, 1), rate=D("0.5"))
    sell(firm.alfa, firm.nut, prices=[{"price": D(15), "currency": "USD", "valid_from": dt.date(2026, 1, 1)}])
    sell(firm.beta, firm.nut, prices=[{"price": D(10), "currency": "EUR", "valid_from": dt.date(2026, 1, 1)}])
    found = offers_for([need(firm.nut, 10)], actor=firm.actor("buyer"))["n"]
    assert [(one.row.currency, one.total_base) for one in found] == [("USD", D("75.00")), ("EUR", D("100.00"))]


def test_nobody_buys_what_is_proposed_or_stopped_or_of_a_blocked_supplier(firm, priced, work):
    alfa, _beta = priced
    with work():
        services.update_supplier_item(alfa, actor=firm.actor("buyer"), standing="stopped")
        perform(firm.beta, "block", actor=firm.actor("head"), reason="Fraud")
    assert offers_for([need(firm.bolt, 1)], actor=firm.actor("buyer")) == {"n": []}


def test_a_supplier_is_offered_his_own_prices_only_and_a_requester_none(firm, priced):
    found = offers_for([need(firm.bolt, 1)], actor=firm.actor("alfa_admin"))["n"]
    assert {one.row.supplier_id for one in found} == {firm.alfa.pk}
    assert offers_for([need(firm.bolt, 1)], actor=firm.actor("requester"))["n"] == []
    assert SupplierPrice.objects.visible_to(firm.actor("beta_reader")).count() == 1


def test_a_suppliers_article_leads_to_our_item(firm, priced):
    found = by_suppliers_article(firm.alfa, ["A-8x40", "B/77", ""], actor=firm.actor("buyer"))
    assert {article: row.item for article, row in found.items()} == {"A-8x40": firm.bolt}


def test_one_number_of_one_supplier_marks_two_items_as_alike(firm, sell):
    from srm.catalog.duplicates.registry import keys_of_items

    for supplier, item, article in (
        (firm.alfa, firm.bolt, "XK 7710"),
        (firm.alfa, firm.nut, "xk-7710"),
        (firm.beta, firm.gloves, "XK7710"),
    ):
        sell(supplier, item, article=article)
    keys = keys_of_items()
    assert keys[firm.bolt.pk] == keys[firm.nut.pk] != keys[firm.gloves.pk]
