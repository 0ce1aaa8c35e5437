"""Own stock first: what lies free at a need's own place is promised to it before anything is bought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet

from procurement.handouts.models import Promise
from procurement.replenishment.models import Proposal
from procurement.requests import allocating
from procurement.requests import services as requests
from procurement.requests.models import RequestLine
from procurement.requests.services import Entry
from srm.catalog.models import Item
from srm.core import clock
from srm.core.actor import Actor
from srm.flow import uow
from srm.people.models import Place
from srm.stock import services as stock
from srm.stock.models import StockLevel, Warehouse

PROMISING = "own stock serves the needs of all departments"
STORE = Warehouse._meta.label_lower
CHUNK = 500
ZERO = Decimal(0)


def promise_stock(*, actor: Actor, lines: QuerySet[RequestLine]) -> int:
    """Promise free stock to approved, open `lines`; how many of them got something.

    The earliest need comes first, of one day the older request. Whole or part: the rest stays open.
    """
    uow.require()
    held = allocating.lock(_coverable(lines).values_list("pk", flat=True))
    wanted: dict[tuple[int, int], list[RequestLine]] = defaultdict(list)
    for line in held.values():
        if line.state == "approved" and line.open_quantity > 0 and line.item_id:
            wanted[line.item_id, line.place_id].append(line)
    items = Item.objects.in_bulk({item for item, _place in wanted})
    places = Place.objects.in_bulk({place for _item, place in wanted})
    entries: list[Entry] = []
    for (item, place), needs in sorted(wanted.items()):
        total = sum((line.open_quantity for line in needs), ZERO)
        promised = stock.reserve(actor=actor, item=items[item], place=places[place], quantity=total)
        entries += _shared(needs, promised)
    if entries:
        requests.allocate(actor=actor, entries=entries)
        _note(entries, held)
    return len({entry.request_line_id for entry in entries})


def _coverable(lines: QuerySet[RequestLine]) -> QuerySet[RequestLine]:
    """Lines whose item lies free at their place; a store is not filled out of itself."""
    levels = StockLevel.objects.unscoped(PROMISING).filter(
        item=OuterRef("item"), warehouse__place=OuterRef("place"), warehouse__is_active=True, on_hand__gt=F("reserved")
    )
    filling = Proposal.objects.unscoped(PROMISING).filter(request_line=OuterRef("pk"))
    return lines.filter(item__isnull=False, item__is_service=False).filter(Exists(levels)).exclude(Exists(filling))


def _shared(needs: Sequence[RequestLine], promised: Sequence[tuple[Warehouse, Decimal]]) -> list[Entry]:
    """What the stores promised, dealt out to the needs in their order."""
    entries = []
    queue = [[line, line.open_quantity] for line in sorted(needs, key=lambda line: (line.need_by, line.pk))]
    for warehouse, quantity in promised:
        while quantity > 0 and queue:
            line, rest = queue[0]
            part = min(quantity, rest)
            entries.append(Entry(line.pk, "stock", part, warehouse, warehouse.pk, expected_on=clock.today()))
            quantity, queue[0][1] = quantity - part, rest - part
            if not queue[0][1]:
                queue.pop(0)
    return entries


def _note(entries: Iterable[Entry], lines: dict[int, RequestLine]) -> None:
    """Write or enlarge the promises behind new entries of the ledger; their lines are locked."""
    sums: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        sums[entry.request_line_id, entry.line_id] += entry.quantity
    rows = Promise.objects.unscoped(PROMISING)
    known = {
        (promise.request_line_id, promise.warehouse_id): promise
        for promise in rows.filter(request_line__in={line for line, _store in sums}).select_for_update()
    }
    fresh, grown = [], []
    for (line_id, store), quantity in sums.items():
        promise = known.get((line_id, store))
        if promise is None:
            line = lines[line_id]
            assert line.item_id is not None  # words without an item lie in no store
            fresh.append(
                Promise(
                    request_line_id=line_id,
                    warehouse_id=store,
                    item_id=line.item_id,
                    quantity=quantity,
                    need_by=line.need_by,
                )
            )
        else:
            promise.quantity += quantity
            grown.append(promise)
    rows.bulk_create(fresh, batch_size=CHUNK)
    rows.bulk_update(grown, ["quantity"], batch_size=CHUNK)
