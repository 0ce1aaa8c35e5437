"""A supplier works with our materials: stated, sent, used, put right, returned; and what is refused on the way."""

import datetime as dt
from decimal import Decimal

import pytest

from procurement.receipts import services as receipts
from procurement.subcontracting import services, stating
from procurement.subcontracting.models import MaterialMove, SuppliedMaterial
from srm.audit.models import AuditEvent
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.core.errors import DomainError, InvalidInput, RuleBroken, Stale
from srm.flow.perform import perform
from srm.home import verify
from srm.notify.models import Notice
from srm.stock import moving
from srm.stock import selectors as stocks
from srm.stock import services as stock
from srm.stock.models import StockLevel, StockMove, Warehouse
from tests.subcontracting.conftest import agree, lying, state_of, stated, stocked, sums, written

D = Decimal


def told(kind):
    return [(one.user.email, f"{one.title} {one.body}") for one in Notice.rows.filter(kind=kind).select_related("user")]


def test_from_the_bill_to_the_closed_order(firm, order, bill, do):
    bolts, nuts = bill
    assert (bolts.needed, nuts.needed, bolts.to_send) == (40, 5, 40)
    do.send(bolt=45, nut=5)
    assert (lying(firm, firm.bolt), lying(firm, firm.bolt, at_supplier=True)) == (55, 45)
    assert stocks.free_everywhere([firm.bolt.pk]) == {firm.bolt.pk: 55}
    do.receive(4)
    assert (sums(bolts), sums(nuts)) == ((45, 16, 0, 0, 29), (5, 2, 0, 0, 3))
    do.correct("bolt", 18)
    do.receive(6)
    assert sums(bolts) == (45, 42, 0, 0, 3)
    assert state_of(order) == "sent"  # everything came, but three bolts of ours are still there
    do.back(bolt=1)
    assert state_of(order) == "sent"
    do.write_off("bolt", 2)
    assert (sums(bolts), sums(nuts)) == ((45, 42, 1, 2, 0), (5, 5, 0, 0, 0))
    assert state_of(order) == "closed"
    assert (lying(firm, firm.bolt), lying(firm, firm.bolt, at_supplier=True)) == (56, 0)
    agree()
    assert dict(verify.checks())["materials at suppliers are what was sent and not used"] == []
    verbs = AuditEvent.objects.filter(verb__startswith="material_").values_list("verb", flat=True)
    assert set(verbs) == {
        "material_sent", "material_used", "material_corrected", "material_returned", "material_written_off"
    }  # fmt: skip


def test_what_comes_is_worth_what_was_paid_and_what_went_into_it(firm, order, bill, do):
    do.send(bolt=40, nut=5)
    receipt = do.receive(5)
    level = StockLevel.rows.get(item=firm.gloves)
    # Five boxes at 2.00, twenty bolts at 0.10, two and a half nuts at 0.05.
    assert (level.on_hand, level.value, receipt.value) == (5, D("12.13"), D("10.00"))
    do.reverse(receipt)
    level.refresh_from_db()
    assert (level.on_hand, level.value) == (0, 0)
    assert sums(bill[0]) == (40, 0, 0, 0, 40)
    there = StockLevel.rows.get(item=firm.bolt, warehouse__holder=firm.alfa.public_id)
    assert (there.on_hand, there.reserved, there.value) == (40, 40, D("4.00"))
    agree()


def test_a_reversal_puts_back_no_more_than_is_counted_as_used(firm, order, bill, do):
    do.send(bolt=40, nut=5)
    receipt = do.receive(10)
    assert state_of(order) == "closed"
    do.correct("bolt", 37)
    assert state_of(order) == "closed"  # it had ended; the three are a fact all the same
    do.reverse(receipt)
    assert (sums(bill[0]), state_of(order)) == ((40, 0, 0, 0, 40), "sent")
    agree()


def test_goods_that_came_are_taken_in_though_their_material_was_never_sent(firm, order, bill, do):
    do.send(bolt=10)
    do.receive(5)
    assert (sums(bill[0]), sums(bill[1])) == ((10, 10, 0, 0, 0), (0, 0, 0, 0, 0))
    assert SuppliedMaterial.rows.get(pk=bill[0].pk).by_bill == 20
    ((who, words),) = told("subcontracting.short")
    assert who == "buyer@quadrant.example"
    assert "10\xa0pc" in words
    assert "2.5\xa0pc" in words
    do.receive(5)
    assert state_of(order) == "closed"
    agree()


def test_the_supplier_hears_what_is_sent_and_the_buyer_what_is_lost(firm, order, bill, do):
    do.send(bolt=40)
    assert {who for who, _words in told("subcontracting.sent")} == {
        "alfa_admin@alfa.example", "alfa_reader@alfa.example"
    }  # fmt: skip
    do.write_off("bolt", 3)
    ((who, words),) = told("subcontracting.written_off")
    assert (who, "rusted there" in words) == ("buyer@quadrant.example", True)


@pytest.mark.parametrize("move", ["close", "cancel"])
def test_an_order_does_not_end_while_something_of_ours_is_left(firm, work, order, bill, do, move):
    do.send(bolt=3)
    with pytest.raises(RuleBroken, match=r"3.pc") as refused, work():
        perform(order, move, actor=firm.actor("buyer"), reason="not needed any more")
    assert "Take them back or write them off first" in str(refused.value)
    assert state_of(order) == "sent"
    do.back(bolt=3)
    with work():
        perform(order, move, actor=firm.actor("buyer"), reason="not needed any more")
    assert state_of(order) in {"closed", "cancelled"}


def test_parts_of_a_receipt_add_up_whatever_they_round_to(firm, order, do, work):
    with work():
        line = order.lines.get().public_id
        stating.state(
            order, actor=firm.actor("buyer"),
            lines=[{"line": line, "item": firm.nut, "basis": "whole", "quantity": "1"}],
        )  # fmt: skip
    do.send(nut=2)
    for _no in range(3):
        do.receive("3.3333")
    do.receive("0.0001")
    assert do.of("nut").consumed == 1


# -- stating -----------------------------------------------------------------


def lines_of(firm, order, **changes):
    return [
        {"id": None, "line": order.lines.get().public_id, "item": firm.bolt, "basis": "unit", "quantity": "4"} | changes
    ]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("line", {"line": "nobodys"}), ("line", {"line": None}), ("item", {"item": None}),
        ("basis", {"basis": "each"}), ("quantity", {"quantity": "0"}), ("quantity", {"quantity": "-1"}),
        ("quantity", {"quantity": "1e30"}), ("quantity", {"quantity": "x"}), ("quantity", {"quantity": "0.00001"}),
        ("item", {"id": "somebodyelses"}),
    ],
)  # fmt: skip
def test_what_cannot_be_a_material_is_refused_by_its_field(firm, work, order, field, changes):
    with pytest.raises(InvalidInput) as refused, work():
        stating.state(order, actor=firm.actor("buyer"), lines=lines_of(firm, order, **changes))
    assert f"lines.0.{field}" in refused.value.errors
    assert not SuppliedMaterial.rows.exists()


def test_services_sleeping_items_and_the_goods_themselves_are_no_materials(firm, work, order):
    from srm.catalog.models import Item

    hours = Item.objects.create(article="H", name_en="Hours", category=firm.tools, base_unit=firm.unit("C62"),
                                state="active", is_service=True)  # fmt: skip
    Item.objects.filter(pk=firm.nut.pk).update(state="retired")
    firm.nut.refresh_from_db()
    for item in (hours, firm.gloves, firm.nut):
        with pytest.raises(InvalidInput), work():
            stating.state(order, actor=firm.actor("buyer"), lines=lines_of(firm, order, item=item))
    assert not SuppliedMaterial.rows.exists()


def test_a_line_of_another_order_and_the_same_material_twice_are_refused(firm, work, order):
    other = written(firm, firm.beta)
    with pytest.raises(InvalidInput) as refused, work():
        stating.state(order, actor=firm.actor("buyer"), lines=lines_of(firm, other))
    assert "lines.0.line" in refused.value.errors
    with pytest.raises(InvalidInput) as refused, work():
        stating.state(order, actor=firm.actor("buyer"), lines=lines_of(firm, order) * 2)
    assert "lines.1.item" in refused.value.errors


def test_a_draft_has_no_materials_yet_and_an_ended_order_none_any_more(firm, work, order):
    draft = written(firm, state="draft")
    with pytest.raises(RuleBroken, match="Approve the order first"), work():
        stating.state(draft, actor=firm.actor("buyer"), lines=lines_of(firm, draft))
    with work():
        perform(order, "cancel", actor=firm.actor("buyer"), reason="not needed")
    with pytest.raises(RuleBroken, match="ended"), work():
        stating.state(order, actor=firm.actor("buyer"), lines=lines_of(firm, order))


def test_the_list_is_whole_but_what_was_sent_stays_and_what_was_not_seen_too(firm, work, order, bill, do):
    bolts, nuts = bill
    do.send(bolt=1)
    rows = {one.public_id: {"id": one.public_id, "line": one.line.public_id, "item": one.item, "basis": one.basis,
                            "quantity": one.quantity} for one in bill}  # fmt: skip
    with pytest.raises(RuleBroken, match="cannot be removed"), work():
        stating.state(order, actor=firm.actor("buyer"), lines=[rows[nuts.public_id]])
    with pytest.raises(InvalidInput, match="line and item stay"), work():
        stating.state(
            order, actor=firm.actor("buyer"),
            lines=[rows[bolts.public_id] | {"item": firm.nut}, rows[nuts.public_id] | {"item": firm.bolt}],
        )  # fmt: skip
    with work():  # another buyer opened the page before the nuts were stated
        changed = rows[bolts.public_id] | {"quantity": "5"}
        stating.state(order, actor=firm.actor("buyer2"), lines=[changed], seen=[bolts.public_id])
    assert (do.of("bolt").quantity, SuppliedMaterial.rows.count()) == (5, 2)
    with work():
        stating.state(order, actor=firm.actor("buyer"), lines=[changed])
    assert [one.item for one in SuppliedMaterial.rows.all()] == [firm.bolt]


# -- sending, returning, putting right ---------------------------------------


@pytest.mark.parametrize("quantity", ["-1", "x", "1e30", "0.00001", "NaN"])
def test_a_quantity_that_cannot_be_is_refused_by_its_line(firm, order, bill, do, quantity):
    for act in (do.send, do.back):
        with pytest.raises(InvalidInput) as refused:
            act(bolt=quantity)
        assert "lines.0.quantity" in refused.value.errors
    assert not MaterialMove.rows.exists()


def test_no_more_is_sent_than_is_free_and_no_more_comes_back_than_is_left(firm, work, order, bill, do):
    with work():
        stock.promise(actor=SYSTEM, warehouse=firm.warehouse, item=firm.bolt, quantity=D(90))
    with pytest.raises(RuleBroken, match=r"Only 10.pc"):
        do.send(bolt=11)
    assert (lying(firm, firm.bolt), MaterialMove.rows.count(), Warehouse.objects.exclude(holder="").count()) == (
        100,
        0,
        0,
    )
    do.send(bolt=10)
    with pytest.raises(InvalidInput, match=r"Only 10.pc"):
        do.back(bolt=11)
    with pytest.raises(RuleBroken, match=r"Only 10.pc"):
        do.write_off("bolt", 11)
    with pytest.raises(RuleBroken, match=r"Only 10.pc"):
        do.correct("bolt", 11)
    assert sums(bill[0]) == (10, 0, 0, 0, 10)


def test_nothing_at_all_twice_the_same_and_what_is_unknown_are_refused(firm, work, order, bill, do):
    other = stated(firm, written(firm, firm.beta))[0]
    bolts = bill[0].public_id
    for lines in ([], [{"id": bolts, "quantity": ""}], [{"id": bolts, "quantity": "1"}] * 2,
                  [{"id": other.public_id, "quantity": "1"}], [{"id": None, "quantity": "1"}]):  # fmt: skip
        for service in (services.send, services.take_back):
            with pytest.raises(InvalidInput), work():
                service(order, actor=firm.actor("storekeeper"), warehouse=firm.warehouse, lines=lines)
    assert not MaterialMove.rows.exists()


def test_an_order_that_the_supplier_does_not_have_gets_no_materials(firm, work):
    stocked(firm)
    approved = written(firm, state="approved")
    bolts, _nuts = stated(firm, approved)
    with pytest.raises(RuleBroken, match="Send the order first"), work():
        services.send(
            approved, actor=firm.actor("storekeeper"), warehouse=firm.warehouse,
            lines=[{"id": bolts.public_id, "quantity": 1}],
        )  # fmt: skip


def test_a_closed_store_a_foreign_one_and_a_suppliers_one_send_nothing(firm, work, order, bill, do):
    from srm.people.models import LegalEntity, Place

    do.send(bolt=5)
    held = Warehouse.objects.get(holder=firm.alfa.public_id)
    entity = LegalEntity.objects.create(code="X", name_en="Other")
    place = Place.objects.create(code="X", name_en="Other", legal_entity=entity)
    foreign = Warehouse.objects.create(code="WX", name_en="X", place=place, legal_entity=entity)
    closed = Warehouse.objects.create(
        code="WC", name_en="C", place=firm.plovdiv, legal_entity=firm.entity, is_active=False
    )
    lines = [{"id": bill[0].public_id, "quantity": 1}]
    for store in (held, foreign, closed):
        for service in (services.send, services.take_back):
            with pytest.raises(InvalidInput) as refused, work():
                service(order, actor=firm.actor("storekeeper"), warehouse=store, lines=lines)
            assert "warehouse" in refused.value.errors
    with pytest.raises(InvalidInput, match="not come yet"), work():
        services.send(
            order, actor=firm.actor("storekeeper"), warehouse=firm.warehouse, lines=lines,
            moved_on=clock.today() + dt.timedelta(days=1),
        )  # fmt: skip
    assert sums(bill[0]) == (5, 0, 0, 0, 5)


def test_who_looked_before_it_moved_is_told_so(firm, order, bill, do):
    do.send(bolt=10)
    seen = do.of("bolt").version
    do.receive(1)
    with pytest.raises(Stale):
        do.correct("bolt", 5, version=seen)
    with pytest.raises(Stale):
        do.write_off("bolt", 1, version=seen)
    with pytest.raises(InvalidInput, match="say so already"):
        do.correct("bolt", 4)
    with pytest.raises(InvalidInput, match="Say why"):
        do.correct("bolt", 5, reason=" ")
    with pytest.raises(RuleBroken, match="was sent yet"):
        do.correct("nut", 1)


# -- what lies at a supplier is moved by its order alone ---------------------


def test_what_lies_at_a_supplier_is_not_moved_by_hand(firm, work, order, bill, do):
    from srm.counts import services as counts

    do.send(bolt=10)
    held = Warehouse.objects.get(holder=firm.alfa.public_id)
    what = {"actor": firm.actor("storekeeper"), "item": firm.bolt, "moved_on": clock.today()}
    move = StockMove.rows.filter(warehouse=held).get()
    tries = [
        lambda: stock.issue(**what, warehouse=held, quantity=D(1)),
        lambda: stock.adjust(**what, warehouse=held, quantity=D(1), reason="found"),
        lambda: stock.count(**what, warehouse=held, counted=D(3), reason="counted"),
        lambda: stock.receive(**what, warehouse=held, quantity=D(1)),
        lambda: moving.transfer(**what, warehouse=held, to_warehouse=firm.warehouse, quantity=D(1)),
        lambda: moving.transfer(**what, warehouse=firm.warehouse, to_warehouse=held, quantity=D(1)),
        lambda: moving.reverse(move, actor=firm.actor("storekeeper"), reason="a mistake"),
        lambda: counts.create_count(actor=firm.actor("storekeeper"), warehouse=held, reason="yearly"),
        lambda: stock.update_warehouse(held, actor=firm.actor("administrator"), name_en="Mine"),
        lambda: receipts.create_receipt(
            actor=firm.actor("storekeeper"), order=order, received_on=clock.today(), warehouse=held,
            lines=[{"order_line": order.lines.get(), "quantity": 1, "rejected": 0}],
        ) and perform(receipts.GoodsReceipt.rows.latest("pk"), "post", actor=firm.actor("storekeeper")),
    ]  # fmt: skip
    for attempt in tries:
        with pytest.raises(DomainError), work():
            attempt()
    assert (sums(bill[0]), lying(firm, firm.bolt, at_supplier=True)) == ((10, 0, 0, 0, 10), 10)
    agree()


def test_one_store_for_each_supplier_whatever_the_order(firm, work, order, bill, do):
    do.send(bolt=10)
    second = written(firm)
    bolts, _nuts = stated(firm, second)
    third = written(firm, firm.beta)
    others, _nuts = stated(firm, third)
    for one, material in ((second, bolts), (third, others)):
        with work():
            services.send(
                one, actor=firm.actor("storekeeper"), warehouse=firm.warehouse,
                lines=[{"id": material.public_id, "quantity": 7}],
            )  # fmt: skip
    held = Warehouse.objects.exclude(holder="")
    assert {(one.holder, one.is_active) for one in held} == {(firm.alfa.public_id, False), (firm.beta.public_id, False)}
    assert str(held.get(holder=firm.alfa.public_id)) == "@S-alfa At Alfa Metal"
    assert StockLevel.rows.get(warehouse__holder=firm.alfa.public_id).on_hand == 17
    do.back(bolt=10)
    assert sums(bolts) == (7, 0, 0, 0, 7)
    agree()


def test_an_item_is_not_merged_while_it_lies_at_a_supplier(firm, order, bill):
    from procurement.subcontracting.references import still_worked_with

    assert [str(order.number) in one for one in still_worked_with(SuppliedMaterial.rows.all())] == [True]
