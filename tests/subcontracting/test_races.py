"""Two storekeepers and the last bolt; a return and a receipt that want the same one."""

from decimal import Decimal

import pytest
from django.db.models import QuerySet

from procurement.receipts import services as receipts
from procurement.subcontracting import selectors, services, stating
from procurement.subcontracting.models import SuppliedMaterial
from srm.core import clock
from srm.core.errors import DomainError, RuleBroken
from srm.flow.perform import perform
from srm.flow.uow import unit_of_work
from srm.stock import services as stock
from srm.stock.models import StockLevel, Warehouse
from tests.races import at_once, meeting_place, without_transaction
from tests.subcontracting.conftest import agree, stated, stocked, written

pytestmark = pytest.mark.django_db(transaction=True)


def two_senders(firm):
    """Two orders at two suppliers, and one keeper for each who is about to send it all hundred bolts there are."""
    stocked(firm)
    orders = [written(firm, firm.alfa), written(firm, firm.beta)]
    bills = [stated(firm, order)[0] for order in orders]

    def send(order, material):
        return services.send(
            order, actor=firm.actor("storekeeper"), warehouse=firm.warehouse,
            lines=[{"id": material.public_id, "quantity": 100}],
        )  # fmt: skip

    return [lambda pair=pair: send(*pair) for pair in zip(orders, bills, strict=True)]


def in_store(firm):
    return StockLevel.rows.get(item=firm.bolt, warehouse=firm.warehouse).on_hand


def test_of_two_who_send_the_last_one_is_told_that_it_is_gone(committed_firm, monkeypatch):
    tasks = two_senders(committed_firm)
    monkeypatch.setattr(stock, "locked_level", meeting_place(stock.locked_level))
    answers = at_once(*tasks)
    (refusal,) = [answer for answer in answers if isinstance(answer, Exception)]
    assert isinstance(refusal, RuleBroken), answers
    assert "Only 0" in str(refusal)
    assert (in_store(committed_firm), SuppliedMaterial.rows.filter(left=100).count()) == (0, 1)
    agree()


def without_locks(monkeypatch):
    """Nobody waits for anybody, and both have looked before either writes."""

    def unlocked(warehouse, item):
        rows = StockLevel.objects.unscoped("the lock is taken away")
        level, _made = rows.get_or_create(warehouse=warehouse, item=item)
        level.warehouse, level.item = warehouse, item
        return level

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    for told in ("tell_sent", "tell_short"):  # mails need a transaction
        monkeypatch.setattr(services.notices, told, lambda *_told, **_options: None)
    monkeypatch.setattr(stock, "locked_level", unlocked)
    monkeypatch.setattr(stock, "_require_free", meeting_place(stock._require_free))


def test_without_the_lock_both_send_it(committed_firm, monkeypatch):
    tasks = two_senders(committed_firm)
    without_locks(monkeypatch)
    answers = at_once(*tasks, edge=without_transaction)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert sum(SuppliedMaterial.rows.values_list("left", flat=True), Decimal(0)) == 200


def return_and_receipt(firm):
    """Forty bolts lie at the supplier: one keeper takes them all back while another receives what they went into."""
    stocked(firm)
    order = written(firm)
    bolts, _nuts = stated(firm, order)
    lines = [{"id": bolts.public_id, "quantity": 40}]
    with unit_of_work():
        services.send(order, actor=firm.actor("storekeeper"), warehouse=firm.warehouse, lines=lines)
        receipt = receipts.create_receipt(
            actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=firm.warehouse,
            lines=[{"order_line": order.lines.get(), "quantity": 10, "rejected": 0}],
        )  # fmt: skip
    back = lambda: services.take_back(  # noqa: E731
        order, actor=firm.actor("storekeeper"), warehouse=firm.warehouse, lines=lines
    )
    return bolts, [back, lambda: perform(receipt, "post", actor=firm.actor("storekeeper"))]


def test_what_comes_back_is_not_used_as_well(committed_firm, monkeypatch):
    bolts, tasks = return_and_receipt(committed_firm)
    monkeypatch.setattr(stating.orders, "hold", meeting_place(stating.orders.hold))
    answers = at_once(*tasks)
    bolts.refresh_from_db()
    assert (bolts.left, bolts.consumed + bolts.returned) == (0, 40)
    # The receipt is taken in either way; a return that came second finds nothing there.
    assert all(isinstance(answer, DomainError) for answer in answers if isinstance(answer, Exception)), answers
    agree()


def test_without_locks_the_same_bolts_come_back_and_are_used(committed_firm, monkeypatch):
    _bolts, tasks = return_and_receipt(committed_firm)
    without_locks(monkeypatch)
    answers = at_once(*tasks, edge=without_transaction)
    (row,) = SuppliedMaterial.rows.filter(sent=40)
    assert row.consumed + row.returned == 80, answers
    assert selectors.disagreements() != []


def test_two_who_send_to_a_supplier_for_the_first_time_open_one_store(committed_firm):
    firm = committed_firm
    stocked(firm)
    orders = [written(firm), written(firm)]
    bills = [stated(firm, order)[0] for order in orders]
    answers = at_once(
        *[
            lambda order=order, material=material: services.send(
                order, actor=firm.actor("storekeeper"), warehouse=firm.warehouse,
                lines=[{"id": material.public_id, "quantity": 50}],
            )
            for order, material in zip(orders, bills, strict=True)
        ]
    )  # fmt: skip
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert Warehouse.objects.exclude(holder="").count() == 1
    agree()
