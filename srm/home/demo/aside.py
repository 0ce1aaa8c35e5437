"""What happens beside the everyday: a purchase round the corner, an equivalent, another item proposed, new prices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from procurement.onetime import rules as once_rules
from procurement.onetime import services as onetime
from procurement.requests.models import PurchaseRequest
from procurement.requests.substitutes import services as substitutes
from srm.catalog.equivalents import services as equivalents
from srm.flow.perform import perform
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.words import Text
from srm.home.demo.world import WHY, World
from suppliers.items.models import SupplierItem
from suppliers.proposals import services as proposals

SHOP = {"name": "Книжарница Бисер", "country": "BG", "phone": "+359 32 990 114", "address": "Пловдив, ул. Мадара 6"}
SAME_SIZE: Text = (
    "Both are 30×62×16 mm. Only where the thrust comes from one side.",
    "Оба 30×62×16 мм. Только где осевая нагрузка с одной стороны.",
    "И двата са 30×62×16 mm. Само където осовото натоварване е от едната страна.",
)  # fmt: skip
SOONER: Text = (
    "The holders for WNMG are in the tool cabinet, and it comes in a week; the other one in five.",
    "Державки под WNMG есть в шкафу, и она придёт через неделю; заказанная через пять.",
    "Държачите за WNMG са в шкафа и тя идва след седмица; исканата след пет.",
)  # fmt: skip
DEARER: Text = (
    "Steel prices from next month",
    "Цены на сталь со следующего месяца",
    "Цени на стоманата от следващия месец",
)


def aside(world: World, timeline: Timeline, basket: dict[str, PurchaseRequest]) -> None:
    """A story for each of them."""
    timeline.add(_round_the_corner(world, basket))
    timeline.add(_another_item(world, basket))
    timeline.add(_new_prices(world))


def _round_the_corner(world: World, basket: dict[str, PurchaseRequest]) -> Story:
    """Four calculators from a bookshop that nobody will ask again."""
    yield world.calendar.ago(1, 12)
    once_rules.create_rule(actor=world.actor("head"), legal_entity=world.entity, most_amount=Decimal(300))
    request = basket.get("low_value")
    if request is None:
        return
    lines = [{"line": line.public_id, "price": Decimal("14.90")} for line in world.fresh(request).lines.all()]
    onetime.order_once(actor=world.actor("buyer2"), request=world.fresh(request), lines=lines, seller=SHOP)


def _another_item(world: World, basket: dict[str, PurchaseRequest]) -> Story:
    """Two bearings of one size; and an insert that comes sooner, which the machinist has not answered yet."""
    yield world.calendar.ago(1, 14)
    buyer = world.actor("buyer2")
    equivalents.name_equivalent(
        actor=buyer, item=world.items["26106"], equivalent=world.items["26122"], both_ways=False,
        note=world.say(SAME_SIZE, buyer),
    )  # fmt: skip
    request = basket.get("open4")
    line = world.fresh(request).lines.filter(item=world.items["35121"], state="approved").first() if request else None
    if request is not None and line is not None:
        substitutes.propose(
            world.fresh(request), actor=buyer, line=line, item=world.items["35124"], reason=world.say(SOONER, buyer)
        )


def _new_prices(world: World) -> Story:
    """A supplier asks for more from next month on; the buyer has to answer."""
    yield world.calendar.ago(0, 8)
    supplier = world.suppliers["alfa"]
    actor = world.hand_of(supplier, supplier)
    begins = world.calendar.today + dt.timedelta(days=30)
    rows = SupplierItem.objects.unscoped(WHY).filter(supplier=supplier).order_by("item__article")
    lines = [_dearer(row, begins) for row in rows.prefetch_related("prices")[:3]]
    proposal = proposals.create_proposal(actor=actor, title=world.say(DEARER, actor), lines=lines)
    perform(proposal, "send", actor=actor)


def _dearer(row: SupplierItem, begins: dt.date) -> dict:
    last = max(row.prices.all(), key=lambda price: (price.valid_from, -price.from_quantity))
    return {
        "our_article": row.item.article, "price": (last.price * Decimal("1.04")).quantize(Decimal("0.0001")),
        "currency": last.currency, "basis": last.basis, "agreement": last.agreement, "valid_from": begins,
        "from_quantity": last.from_quantity,
    }  # fmt: skip
