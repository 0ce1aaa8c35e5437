"""What items are asked and answer, and what suppliers call them, how they pack them, and at what price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from srm.catalog import services as catalog
from srm.catalog.attributes.services import create_attribute
from srm.catalog.models import Item
from srm.core import clock
from srm.flow.uow import unit_of_work
from srm.home.demo.words import Text
from srm.home.demo.words.suppliers import SUPPLIERS
from srm.home.demo.world import World
from suppliers.items.services import create_supplier_item
from suppliers.registry.models import Supplier

CENT = Decimal("0.0001")
SOLD = ("FASTENER", "PPE", "OFFICE", "SHEET", "CABLE", "CUTTING")
OF_EACH = 8
# category, code, kind, names, choices
QUESTIONS: tuple[tuple[str, str, str, Text, tuple[str, ...]], ...] = (
    ("FASTENER", "material", "choice", ("Material", "Материал", "Материал"), ("A2", "A4", "8.8", "10.9")),
    ("FASTENER", "coating", "choice", ("Coating", "Покрытие", "Покритие"), ("zinc", "none")),
    ("FASTENER", "drawing", "text", ("Drawing", "Чертёж", "Чертеж"), ("QD-4017", "QD-4032", "QD-7089")),
    ("PPE", "food_safe", "yes_no", ("Food safe", "Для пищевых продуктов", "За храни"), ("yes", "no")),
    ("PPE", "shelf_life", "number", ("Shelf life, months", "Срок хранения, месяцев", "Срок на годност, месеци"), ("24", "36", "60")),
)  # fmt: skip


def fill(world: World, tell: Callable[[int, int], None]) -> None:
    """Attributes first, then price lists."""
    with unit_of_work():
        _questions(world)
        _answers(world)
    rows = list(_lists(world))
    for start in range(0, len(rows), 20):
        with unit_of_work():
            for values in rows[start : start + 20]:
                create_supplier_item(actor=world.actor("buyer"), **values)
        tell(min(start + 20, len(rows)), len(rows))


def _questions(world: World) -> None:
    for position, (code, name, kind, names, choices) in enumerate(QUESTIONS):
        create_attribute(
            actor=world.actor("head"), category=world.categories[code], code=name, kind=kind, position=position,
            choices="\n".join(choices) if kind == "choice" else "",
            **dict(zip(("name_en", "name_ru", "name_bg"), names, strict=True)),
        )  # fmt: skip


def _answers(world: World) -> None:
    for code in ("FASTENER", "PPE"):
        for item in _of(world, code)[:OF_EACH]:
            dice = world.chance.of("attributes", item.article)
            given = {name: dice.choice(choices) for category, name, _k, _n, choices in QUESTIONS if category == code}
            catalog.update_item(item, actor=world.actor("buyer"), attributes=given)


def _of(world: World, category: str) -> list[Item]:
    things = world.plan.things.values()
    return [world.items[thing.article] for thing in things if thing.category == category]


def _lists(world: World) -> Any:
    """Two suppliers for each of some items of some categories: list prices with a break, here and there an agreement."""
    for code in SOLD:
        sellers = [row for row in SUPPLIERS if code in row.supplies and row.state == "active"][:2]
        for item in _of(world, code)[:OF_EACH]:
            for place, row in enumerate(sellers):
                yield _sold(world, item, world.suppliers[row.name], first=place == 0)


def _sold(world: World, item: Item, supplier: Supplier, *, first: bool) -> dict[str, Any]:
    dice = world.chance.of("price list", item.article, supplier.code)
    packs = list(item.packs.select_related("unit"))
    pack = packs[0] if packs and first else None
    holds = pack.factor if pack else Decimal(1)
    price = (item.reference_price or Decimal(1)) * holds * Decimal(str(round(dice.uniform(0.97, 1.12), 3)))
    prices = _prices(price.quantize(CENT), item.currency, Decimal(dice.choice((10, 20, 50))))
    if first and dice.happens(0.5):
        prices.append(_agreed(price, item.currency, supplier.code))
    return {
        "supplier": supplier, "item": item, "unit": pack.unit if pack else None, "prices": prices,
        "article": f"{supplier.name[:2].upper()}-{item.article}", "lead_days": dice.choice((2, 5, 7, 14, 21)),
        "min_quantity": None if pack else Decimal(dice.choice((5, 10, 25))),
        "standing": "preferred" if first and dice.happens(0.6) else "approved",
    }  # fmt: skip


def _prices(price: Decimal, currency: str, step: Decimal) -> list[dict[str, Any]]:
    since = clock.today()
    return [
        {"price": price, "currency": currency, "valid_from": since},
        {"price": (price * Decimal("0.94")).quantize(CENT), "currency": currency, "valid_from": since, "from_quantity": step},
        {
            "price": (price * Decimal("0.89")).quantize(CENT), "currency": currency, "valid_from": since,
            "from_quantity": step * 10,
        },
    ]  # fmt: skip


def _agreed(price: Decimal, currency: str, code: str) -> dict[str, Any]:
    since = clock.today()
    return {
        "basis": "agreed", "agreement": f"RA-{code}", "price": (price * Decimal("0.91")).quantize(CENT),
        "currency": currency, "valid_from": since, "valid_to": since + dt.timedelta(days=3 * 365),
        "max_quantity": Decimal(5000), "total_quantity": Decimal(60000),
    }  # fmt: skip
