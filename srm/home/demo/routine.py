"""What comes round: goods handed out, stores counted, batches for finance, the matrix, files, inboxes read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import transaction

from kraljic import services as kraljic
from procurement.integrations.ledger import services as ledger
from procurement.requests.models import PurchaseRequest
from srm.core import clock
from srm.core.errors import RuleBroken
from srm.files import services as files
from srm.flow.perform import perform
from srm.home.demo import stores
from srm.home.demo.calendar import at, before, later, workday
from srm.home.demo.papers import paper
from srm.home.demo.timeline import Story, Timeline
from srm.home.demo.words.people import KEEPERS
from srm.home.demo.world import WHY, World
from srm.notify import services as notify
from srm.stock import services as stock
from srm.stock.models import StockLevel

# Goods are handed out every so many days, so many kinds at a time.
PAUSE = 28
KINDS = {"PDV1": 10, "PDV2": 6, "SOF": 3, "VAR": 2}
TO = {"PDV1": ("Assembly", "Maintenance", "Tool shop"), "PDV2": ("Machining",), "SOF": ("Service",), "VAR": ("Branch",)}


def routine(world: World, timeline: Timeline) -> None:
    """All of it."""
    for place in world.stores:
        timeline.add(_handed_out(world, place))
    timeline.add(_counted(world))
    stores.stories(world, timeline)
    timeline.add(_batches(world))
    timeline.add(_matrix(world))
    timeline.add(_papers(world))
    timeline.add(_read(world))


# --------------------------------------------------------------------------------------------------------- stock


def _handed_out(world: World, place: str) -> Story:
    """Every four weeks the stores hand out a good part of what they have most of."""
    store, keeper = world.stores[place], world.actor(KEEPERS[place])
    day = world.calendar.start + dt.timedelta(days=PAUSE)
    while day < world.calendar.today:
        yield at(workday(day), 15, 10)
        levels = (
            StockLevel.objects.unscoped(WHY).filter(warehouse=store, on_hand__gt=1).select_related("item__base_unit")
        )
        dice = world.chance.of("issue", place, day)
        for level in sorted(levels.order_by("-value", "pk")[: KINDS[place]], key=lambda level: level.item_id):
            quantity = min(level.free, Decimal(max(1, int(float(level.on_hand) * dice.uniform(0.55, 0.92)))))
            if quantity > 0:
                stock.issue(
                    actor=keeper, warehouse=store, item=level.item, quantity=quantity, moved_on=clock.today(),
                    counterpart=dice.choice(TO[place]),
                )  # fmt: skip
        day += dt.timedelta(days=PAUSE)


def _counted(world: World) -> Story:
    """Twice a year some shelves are counted, and a little is missing."""
    for share in (0.35, 0.8):
        yield at(world.calendar.day(share), 16)
        levels = StockLevel.objects.unscoped(WHY).filter(warehouse=world.stores["PDV1"], on_hand__gt=20, reserved=0)
        for level in levels.select_related("item").order_by("pk")[:6]:
            stock.count(
                actor=world.actor("storekeeper"), warehouse=world.stores["PDV1"], item=level.item,
                counted=level.on_hand - level.item.pk % 4, moved_on=clock.today(), reason="Yearly count",
            )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- finance


def _batches(world: World) -> Story:
    """A batch for every past month, confirmed; this month's first part delivered, its second sealed, the rest a draft."""
    first = world.calendar.start.replace(day=1)
    while (end := _month_end(first)) < before(world.calendar.ago(8).date()):
        yield at(workday(end + dt.timedelta(days=3)), 11)
        yield from _batch(world, first, end, "confirm")
        first = end + dt.timedelta(days=1)
    for ago, move in ((5, "deliver"), (2, "seal"), (0, "")):
        end = max(first, world.calendar.ago(ago + 1).date())
        yield world.calendar.ago(ago, 11, 30)
        yield from _batch(world, first, end, move)
        first = end + dt.timedelta(days=1)


def _batch(world: World, first: dt.date, last: dt.date, upto: str) -> Story:
    accountant = world.actor("accountant")
    try:
        with transaction.atomic():
            batch = ledger.create_export(actor=accountant, legal_entity=world.entity, period_from=first, period_to=last)
    except RuleBroken:
        return  # nothing came in this period
    for move in ("seal", "deliver", "confirm")[: ("seal", "deliver", "confirm").index(upto) + 1] if upto else ():
        yield later(clock.now(), hours=1)
        batch = perform(batch, move, actor=accountant)


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


# -------------------------------------------------------------------------------------------------------- matrix


def _matrix(world: World) -> Story:
    """Half a year ago, a month ago, and as it stands now, not approved yet."""
    today = world.calendar.today
    for days, approve in ((183, True), (30, True), (0, False)):
        end = today - dt.timedelta(days=days)
        yield min(at(workday(end), 17), world.calendar.now - dt.timedelta(minutes=20))
        begin = max(world.calendar.start, end - dt.timedelta(days=365))
        found = [
            kraljic.assess(
                actor=world.actor("head"), subject=subject, legal_entity=world.entity, period_from=begin, period_to=end
            )
            for subject in ("category", "supplier")
        ]
        if approve:
            yield later(clock.now(), days=2)
            for assessment in found:
                perform(assessment, "approve", actor=world.actor("head"))


# ------------------------------------------------------------------------------------------------ files, inboxes


def _papers(world: World) -> Story:
    """Drawings at items, a quote at a request."""
    yield at(world.calendar.day(0.1), 14)
    for article in ("21103", "21122", "24161", "37102", "25101"):
        item = world.items[article]
        upload = ContentFile(
            paper(f"{item.article}", ["Balkan Drive", f"Drawing {article}-01", item.name_en, "Scale 1:2"])
        )
        files.attach(item, upload_named(upload, f"{article}-01.pdf"), actor=world.actor("buyer2"), purpose="drawing")
    yield world.calendar.ago(1, 16)
    for key, lines in (
        ("waiting", ["Quote", "Grease NLGI 2, 72 kg"]),
        ("owner", ["Test report", "Bearings 6206, 6305"]),
    ):
        from srm.home.demo.words.today import NEEDS

        spec = NEEDS[key]
        actor = world.actor(spec.asker)
        request = PurchaseRequest.objects.unscoped(WHY).filter(title=world.say(spec.titles, actor)).latest("pk")
        upload = upload_named(ContentFile(paper(lines[0], lines)), f"{lines[0].lower().replace(' ', '-')}.pdf")
        files.attach(request, upload, actor=actor)


def upload_named(content: ContentFile, name: str) -> ContentFile:
    """The content under a name, as an upload has it."""
    content.name = name
    return content


def _read(world: World) -> Story:
    """Three days ago everybody had read everything."""
    yield world.calendar.ago(3, 7)
    for user in (*world.people.values(), *world.members.values()):
        notify.mark_all_read(actor=world.actor_of(user))
