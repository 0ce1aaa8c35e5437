"""Single deeds of today: quotes with known prices, orders in each state, a reversed receipt, batches, assessments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from procurement.bids import services as bids
from procurement.orders import services as orders
from procurement.orders.models import PurchaseOrder
from procurement.tenders.models import Tender
from srm.catalog import services as catalog
from srm.core import clock
from srm.flow.perform import perform
from srm.home.demo import buying
from srm.home.demo.calendar import later
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.words.firm import STOCK
from srm.home.demo.words.today import NEEDS
from srm.home.demo.world import World
from suppliers.registry.models import Supplier


def quote(world: World, tender: Tender, supplier: Supplier, prices: Mapping[str, str], days: int) -> None:
    """An offer with these prices by article, deliverable so many days before the need."""
    lines = {}
    for line in tender.all_lines():
        price = prices.get(line.item.article) if line.item else None
        if price:
            day = max(line.need_by - dt.timedelta(days=days), clock.today() + dt.timedelta(days=5))
            lines[line.public_id] = {"price": price, "deliver_on": day.isoformat()}
    bids.submit(tender, actor=world.hand_of(supplier, tender), typed={"lines": lines})


def on_its_way(world: World, award: Any) -> Story:
    """Sent and confirmed; of the bolts the first part is here, the nuts will come four days after the need."""
    yield later(clock.now(), hours=2)
    found = buying.orders_of(award)
    for order in found:
        perform(order, "send", actor=world.actor("buyer"))
    yield world.calendar.ago(15, 10)
    late = NEEDS["coming1"].need(world.calendar).need_by + dt.timedelta(days=4)
    for order in found:
        order = world.fresh(order)
        slow = order.supplier.pk != world.suppliers["alfa"].pk
        lines = [{"line": line.public_id, "on": late} for line in order.lines.all()] if slow else None
        perform(order, "confirm", actor=world.hand_of(order.supplier, order), lines=lines)
    yield world.calendar.ago(6, 11)
    order = next(order for order in found if order.supplier.pk == world.suppliers["alfa"].pk)
    rows = [
        {"order_line": line, "quantity": min(line.outstanding, Decimal(10_000)), "rejected": 0}
        for line in world.fresh(order).lines.select_related("item").order_by("position")[:1]
    ]
    buying.receive(world, world.fresh(order), rows)


# -------------------------------------------------------------------------------------------------------- orders


def todays_orders(world: World, timeline: Timeline) -> None:
    """An order in every state, written by hand."""
    timeline.add(_order(world, "buyer", "Stahlkontor Weser", {"20105": 18000, "20106": 12000}, 1, 24, "draft"))
    timeline.add(_order(world, "buyer2", "Kabelkomers", {"11101": 1500, "11111": 900}, 0, 18, "draft"))
    timeline.add(_order(world, "buyer", "Kupral", {"22105": 1600, "22107": 900}, 2, 20, "approved"))
    timeline.add(_order(world, "buyer3", "Пакинг Тракия", {"32101": 3000, "32104": 800}, 1, 9, "approved"))
    timeline.add(_order(world, "buyer", "alfa", {"10444": 20000, "10454": 30000, "10462": 12000}, 1, 16, "sent"))
    timeline.add(_order(world, "buyer4", "elektron", {"24121": 600, "24141": 120}, 2, 30, "sent"))
    timeline.add(_order(world, "buyer", "alfa", {"10441": 15000, "10473": 10000}, 9, 11, "confirmed"))
    timeline.add(_order(world, "buyer", "stahl", {"20101": 9000, "20102": 14000}, 14, 10, "confirmed"))
    timeline.add(_order(world, "buyer2", "kovinar", {"21102": 700, "21122": 700}, 30, -6, "confirmed"))
    timeline.add(_order(world, "buyer", "metiz", {"10461": 30000, "10464": 18000}, 26, -9, "confirmed"))
    timeline.add(_order(world, "buyer3", "Dichtwerk Hanau", {"28122": 160, "28131": 900}, 40, -15, "partly"))
    timeline.add(_order(world, "buyer2", "Getriebebau Sauer", {"27102": 40, "27112": 60}, 22, 1, "arriving"))
    timeline.add(_order(world, "buyer2", "Лагер Комерс", {"26104": 900, "26105": 700}, 16, -4, "reversed"))
    timeline.add(_order(world, "buyer", "Trakia Stal", {"20107": 16000}, 11, 12, "cancelled"))
    timeline.add(_order(world, "buyer3", "Лубрикант Русе", {"31112": 820, "31121": 410}, 12, -2, "came"))


def _order(
    world: World, buyer: str, supplier_name: str, articles: Mapping[str, int], ago: int, due_in: int, upto: str
) -> Story:  # fmt: skip
    """Written so many working days ago, promised for a day counted from today, taken as far as `upto`."""
    yield world.calendar.ago(ago, 9, 20)
    supplier = world.fresh(world.suppliers[supplier_name])
    promised = world.calendar.today + dt.timedelta(days=due_in)
    order = orders.create_order(
        actor=world.actor(buyer), legal_entity=world.entity, supplier=supplier, place=world.places["PDV1"],
        currency=supplier.currency, incoterm=supplier.incoterm, cost_center=world.centers[STOCK.code],
        lines=list(_lines(world, supplier, articles, promised)),
    )  # fmt: skip
    if upto == "draft":
        return
    yield world.calendar.ago(ago, 11, 40)
    order = perform(order, "approve", actor=world.actor("head"))
    if upto == "approved":
        return
    yield world.calendar.ago(ago, 13)
    order = perform(order, "send", actor=world.actor(buyer))
    if upto == "sent":
        return
    yield later(clock.now(), days=1)
    if upto == "cancelled":
        perform(order, "cancel", actor=world.actor(buyer), reason="Ordered twice by mistake; the first order stands.")
        return
    lines = [{"line": line.public_id, "on": max(promised, clock.today())} for line in order.lines.all()]
    order = perform(order, "confirm", actor=world.hand_of(supplier, order), lines=lines)
    yield from _goods(world, order, upto)


def _lines(
    world: World, supplier: Supplier, articles: Mapping[str, int], promised: dt.date
) -> Iterable[dict[str, Any]]:
    for article, quantity in articles.items():
        item = world.items[article]
        line = world.plan.priced(article, quantity, float(item.reference_price or 1) * 0.98, supplier.currency, 1.0)
        yield {"item": item, "quantity": str(quantity), "unit": item.base_unit, "price": line.price,
               "price_basis": line.basis, "need_by": promised}  # fmt: skip


def _goods(world: World, order: PurchaseOrder, upto: str) -> Story:
    """What came of it, and what was done with it."""
    if upto == "partly":
        yield world.calendar.ago(7, 10)
        first, second = _open_lines(world, order)
        buying.receive(world, world.fresh(order), [
            {"order_line": first, "quantity": Decimal(90), "rejected": 10, "reason": "Faces scratched"},
            {"order_line": second, "quantity": Decimal(500), "rejected": 0},
        ])  # fmt: skip
    if upto == "arriving":
        yield world.calendar.ago(0, 8, 50)
        rows = [{"order_line": line, "quantity": line.outstanding, "rejected": 0} for line in _open_lines(world, order)]
        buying.receive(world, world.fresh(order), rows[:1], post=False)
    if upto == "reversed":
        yield world.calendar.ago(4, 10)
        first = _open_lines(world, order)[0]
        wrong = buying.receive(
            world, world.fresh(order), [{"order_line": first, "quantity": Decimal(800), "rejected": 0}]
        )
        yield world.calendar.ago(3, 9)
        keeper = world.actor(buying.keeper_of(order))
        perform(wrong, "reverse", actor=keeper, reason="Counted 80 boxes of ten; there were 60.")
        yield world.calendar.ago(3, 10)
        first = _open_lines(world, order)[0]
        buying.receive(world, world.fresh(order), [{"order_line": first, "quantity": Decimal(600), "rejected": 0}])
    if upto == "came":
        yield world.calendar.ago(1, 14)
        rows = [{"order_line": line, "quantity": line.outstanding, "rejected": 0} for line in _open_lines(world, order)]
        buying.receive(world, world.fresh(order), rows)


def _open_lines(world: World, order: PurchaseOrder) -> list[Any]:
    return list(world.fresh(order).lines.select_related("item").order_by("position"))


# ---------------------------------------------------------------------------------- suppliers and items at odds


def odd_ones(world: World, timeline: Timeline) -> None:
    """A supplier suspended, one blocked; items drafted and blocked."""
    timeline.add(_suspended(world))
    timeline.add(_blocked(world))
    timeline.add(_new_items(world))
    timeline.add(_old_items(world))


def _suspended(world: World) -> Story:
    yield world.calendar.ago(30, 11)
    supplier = world.fresh(world.suppliers["Transdunărea"])
    until = world.calendar.today + dt.timedelta(days=40)
    perform(
        supplier, "suspend", actor=world.actor("head"), until=until, reason="Three lorries without papers in one month."
    )


def _blocked(world: World) -> Story:
    yield world.calendar.ago(40, 15)
    supplier = world.fresh(world.suppliers["Комфорт Клининг"])
    perform(supplier, "block", actor=world.actor("head"), reason="Worked without the agreed insurance.")


def _new_items(world: World) -> Story:
    """Two that are described and not open for requests yet."""
    yield world.calendar.ago(3, 15)
    for article, names, category, unit in NEW_ITEMS:
        catalog.create_item(
            actor=world.actor("buyer4"), category=world.categories[category], base_unit=world.units[unit], article=article,
            name_en=names[0], name_ru=names[1], name_bg=names[2], description="Sample ordered; waits for the test report.",
        )  # fmt: skip


def _old_items(world: World) -> Story:
    """One that nobody makes any more, with its successor."""
    yield world.calendar.ago(60, 10)
    for article, names, category, unit, successor in OLD_ITEMS:
        item = catalog.create_item(
            actor=world.actor("buyer2"), category=world.categories[category], base_unit=world.units[unit], article=article,
            name_en=names[0], name_ru=names[1], name_bg=names[2], activate=True, replaced_by=world.items[successor],
        )  # fmt: skip
        perform(item, "block", actor=world.actor("buyer2"), reason="No longer made.")


NEW_ITEMS = (
    ("25121", ("NdFeB ring Ø40/20×10 mm, N42SH", "Кольцо NdFeB Ø40/20×10 мм, N42SH", "Пръстен NdFeB Ø40/20×10 mm, N42SH"), "MAGNET", "C62"),
    ("24181", ("SiC module 1200 V, 100 A", "Модуль SiC 1200 В, 100 А", "SiC модул 1200 V, 100 A"), "ELECTRO", "C62"),
)  # fmt: skip
OLD_ITEMS = (
    ("26141", ("Ball bearing 6205 C2", "Подшипник шариковый 6205 C2", "Сачмен лагер 6205 C2"), "BEARING", "C62", "26105"),
    ("39141", ("Fax paper roll", "Бумага для факса, рулон", "Ролка за факс"), "OFFICE", "XRO", "39126"),
)  # fmt: skip
