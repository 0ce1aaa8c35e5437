"""What goes on inside the stores: racks, goods carried and sent, counts in every state, rules that ask for more."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from procurement.handouts import services as handouts
from procurement.handouts.models import Promise
from procurement.replenishment import services as replenishment
from procurement.replenishment.deciding import Method
from srm.core import clock
from srm.core.actor import SYSTEM
from srm.counts import services as counts
from srm.counts.models import StockCount
from srm.flow.perform import perform
from srm.home.demo.calendar import at
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.world import WHY, World
from srm.stock import moving, placing
from srm.stock import services as stock
from srm.stock.models import Location, LocationLevel, StockLevel, Warehouse

# Code, larger part, name, use: of the two stores of Plovdiv.
RACKS = {
    "PDV1": (
        ("GATE", "", "Goods in", "receiving"), ("HALL", "", "Hall", "default"), ("A", "", "Rack A", "storage"),
        ("A-01", "A", "", "storage"), ("A-02", "A", "", "storage"),
    ),
    "PDV2": (("GATE", "", "Goods in", "receiving"), ("YARD", "", "Yard", "default")),
}  # fmt: skip
FEW, SOME = 4, 8


def racks(world: World) -> None:
    """Locations, before anything lies in them."""
    for place, rows in RACKS.items():
        made: dict[str, Location] = {}
        for code, parent, name, role in rows:
            made[code] = placing.create_location(
                actor=SYSTEM, warehouse=world.stores[place], code=code, parent=made.get(parent), name=name, role=role
            )


def stories(world: World, timeline: Timeline) -> None:
    """All of it."""
    timeline.add(_put_away(world))
    timeline.add(_sent(world))
    timeline.add(_counted(world))
    timeline.add(_asked(world))


def hand_out_some(world: World) -> None:
    """Half of the first thing that is promised leaves the store."""
    promise = Promise.objects.unscoped(WHY).waiting().filter(origin=Promise.Origin.STOCK).order_by("pk").first()
    if promise is not None and promise.rest >= 2:
        handouts.hand_out(promise, actor=world.actor("storekeeper"), quantity=Decimal(int(promise.rest / 2)))


def _put_away(world: World) -> Story:
    """What came in is carried from the gate to its rack."""
    store = world.stores["PDV1"]
    spots = {row.code: row for row in Location.objects.filter(warehouse=store)}
    for share in (0.3, 0.5, 0.7, 0.9):
        yield at(world.calendar.day(share), 14)
        rows = LocationLevel.objects.unscoped(WHY).filter(location=spots["GATE"], on_hand__gt=0)
        for row in rows.select_related("item__base_unit").order_by("item_id")[:SOME]:
            moving.transfer(
                actor=world.actor("storekeeper"), item=row.item, quantity=row.on_hand, warehouse=store, to_warehouse=store,
                location=spots["GATE"], to_location=spots["A-01" if row.item_id % 2 else "A-02"], moved_on=clock.today(),
            )  # fmt: skip


def _sent(world: World) -> Story:
    """Some goods go to Sofia, and one issue was a mistake."""
    source, target, keeper = world.stores["PDV1"], world.stores["SOF"], world.actor("storekeeper")
    yield world.calendar.ago(12, 10)
    for level in _levels(source).filter(on_hand__gt=10, reserved=0).order_by("-value", "pk")[:FEW]:
        moving.transfer(
            actor=keeper, item=level.item, quantity=Decimal(int(level.on_hand / 4)), warehouse=source,
            to_warehouse=target, moved_on=clock.today(), reason="Service needs it",
        )  # fmt: skip
    level = _levels(source).filter(on_hand__gt=5, reserved=0).order_by("pk").first()
    if level is not None:
        wrong = stock.issue(
            actor=keeper,
            warehouse=source,
            item=level.item,
            quantity=Decimal(2),
            moved_on=clock.today(),
            counterpart="Assembly",
        )
        yield world.calendar.ago(12, 11)
        moving.reverse(wrong, actor=keeper, reason="Wrong article taken")


def _counted(world: World) -> Story:
    """Counts: posted, dropped, drawn up for next week, and one in work today."""
    keeper, store = world.actor("storekeeper"), world.stores["PDV1"]
    yield world.calendar.ago(30, 9)
    done = _begun(world, store, "Quarterly count")
    yield world.calendar.ago(30, 15)
    done = counts.record(done, actor=keeper, lines=_figures(done, SOME))
    done = perform(done, "post", actor=keeper)
    yield world.calendar.ago(20, 9)
    dropped = counts.create_count(actor=keeper, warehouse=world.stores["SOF"], reason="Spot check")
    perform(dropped, "cancel", actor=keeper, reason="Sofia counts itself.")
    yield world.calendar.ago(1, 16)
    counts.create_count(actor=keeper, warehouse=world.stores["VAR"], reason="Yearly count")
    yield world.calendar.ago(0, 8)
    today = _begun(world, world.stores["PDV2"], "Yearly count")
    counts.record(today, actor=keeper, lines=_figures(today, FEW))


def _begun(world: World, store: Warehouse, reason: str) -> StockCount:
    keeper = world.actor("storekeeper")
    count = counts.create_count(actor=keeper, warehouse=store, reason=reason)
    return perform(count, "start", actor=keeper)


def _figures(count: StockCount, most: int) -> list[dict[str, object]]:
    """A little is missing here and there, never what is promised."""
    promised = set(_levels(count.warehouse).exclude(reserved=0).values_list("item", flat=True))
    return [
        {"item": line.item, "counted": line.expected - (1 if line.expected > 3 and line.item_id % 3 == 0 else 0)}
        for line in count.lines.exclude(item__in=promised).select_related("item").order_by("pk")[:most]
    ]


def _asked(world: World) -> Story:
    """Rules for what the main store keeps; some are at their reorder point."""
    store, buyer = world.stores["PDV1"], world.actor("buyer3")
    yield world.calendar.ago(3, 9)
    for no, level in enumerate(_levels(store).filter(on_hand__gt=4).order_by("-value", "pk")[:10]):
        low = no % 2 == 0
        point = _round(level.on_hand * Decimal("1.2") if low else level.on_hand / 3)
        replenishment.create_rule(
            actor=buyer, warehouse=store, item=level.item, point=point, target=_round(point * Decimal("1.6")), lead_days=21, order_cost=Decimal(35),
            method=(Method.TARGET, Method.ECONOMIC, Method.SEASONAL)[no % 3].value, cost_center=world.centers["4320"],
        )  # fmt: skip
    yield world.calendar.ago(0, 7)
    replenishment.propose(actor=SYSTEM)


def _round(quantity: Decimal) -> Decimal:
    """Upwards to two figures, as people write such rules."""
    step = Decimal(10) ** max(quantity.adjusted() - 1, 0)
    return (quantity / step).to_integral_value(ROUND_CEILING) * step


def _levels(store: Warehouse):
    return (
        StockLevel.objects.unscoped(WHY).filter(warehouse=store, item__state="active").select_related("item__base_unit")
    )
