"""Things that somebody entered a second time: some suggested, one refused, one merged."""

from __future__ import annotations

from decimal import Decimal

from srm.catalog import services as catalog
from srm.catalog.duplicates import matching, selectors, services
from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.merging import services as merging
from srm.catalog.models import Item
from srm.core import clock
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.world import WHY, World
from srm.stock import services as stock

# article, names, category, unit, article of the item that it doubles
DOUBLES = (
    ("ПЕР-30007", ("", "Перчатки нитрил, L", ""), "PPE", "XBX", "30007"),
    ("33.102", ("", "Проволока SG2 1 мм", ""), "WELD", "KGM", "33102"),
    ("L-3112", ("Lithium grease, NLGI 3", "", ""), "LUBE", "KGM", "31102"),
    ("HLP46B", ("Hydraulik oil HLP 46", "", "Хидравлично масло HLP 46"), "LUBE", "LTR", "31112"),
    ("ОП-32121", ("", "", "Палет, 1200x800 нов"), "PACKING", "C62", "32121"),
)  # fmt: skip
MERGED, DIFFERENT = "L-3112", "HLP46B"


def doubles(world: World, timeline: Timeline) -> None:
    """Entered over the last weeks, noticed by the search, and looked at by the head of procurement."""
    timeline.add(_entered(world))
    timeline.add(_decided(world))


def _entered(world: World) -> Story:
    yield world.calendar.ago(25, 10)
    for article, names, category, unit, _other in DOUBLES:
        item = catalog.create_item(
            actor=world.actor("buyer4"), category=world.categories[category], base_unit=world.units[unit], article=article,
            name_en=names[0], name_ru=names[1], name_bg=names[2], activate=True,
        )  # fmt: skip
        if article == MERGED:
            stock.adjust(
                actor=world.actor("storekeeper"), warehouse=world.stores["PDV1"], item=item, quantity=Decimal(36),
                moved_on=clock.today(), reason="Found on the shelf under this number.", value=Decimal(248),
            )  # fmt: skip


def _decided(world: World) -> Story:
    yield world.calendar.ago(6, 9)
    for write in services.portions(matching.find(selectors.facts())):
        write()
    yield world.calendar.ago(2, 11)
    head = world.actor("head")
    by_article = {item.article: item for item in Item.objects.filter(article__in=[row[0] for row in DOUBLES])}
    pairs = DuplicatePair.objects.unscoped(WHY)
    refused = pairs.filter(second=by_article[DIFFERENT]).first()
    if refused is not None:
        services.refuse(refused, actor=head, note="Biodegradable: must not be mixed with the mineral oil.")
    (kept,) = (world.items[other] for article, *_rest, other in DOUBLES if article == MERGED)
    merging.merge(actor=head, loser=by_article[MERGED], winner=kept, note="Entered twice after the change of supplier.")
