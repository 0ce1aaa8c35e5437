"""Reading offers: one's own before the opening, all of them after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from procurement.bids import comparing
from procurement.bids.comparing import Comparison, Lane, Need, Offered, Quote
from procurement.bids.models import Bid, BidLine
from procurement.tenders.models import Invitation, Lot, LotLine, Tender
from srm.core.actor import Actor
from srm.core.money import cents

WHY_LAST = "the supplier's own former prices, shown to itself"


# ------------------------------------------------------------------------------------------------ the supplier's


def own_bid(tender: Tender, actor: Actor) -> Bid | None:
    """The offer of the actor's firm that it made itself."""
    if not actor.is_supplier:
        return None
    return Bid.objects.visible_to(actor).filter(tender=tender, supplier_id=actor.supplier_id, by_buyer=False).first()


def entered_bid(tender: Tender, actor: Actor) -> Bid | None:
    """The offer that the buyer entered for the actor's firm."""
    if not actor.is_supplier:
        return None
    rows = Bid.objects.visible_to(actor).filter(tender=tender, supplier_id=actor.supplier_id, by_buyer=True)
    return rows.exclude(submitted_at=None).select_related("entered_by").first()


def own_result(tender: Tender, actor: Actor) -> Bid | None:
    """The actor's own offer, once it is decided."""
    if not actor.is_supplier:
        return None
    rows = Bid.objects.visible_to(actor).filter(tender=tender, supplier_id=actor.supplier_id, state__in=("won", "lost"))
    return rows.order_by("-state").first()


def last_prices(tender: Tender, supplier_id: int) -> dict[str, Decimal]:
    """By line of the tender, the unit price of this supplier's newest opened offer for the same item and currency."""
    lines = {line.item_id: line.public_id for line in tender.all_lines() if line.item_id}
    rows = BidLine.objects.unscoped(WHY_LAST).filter(
        bid__supplier_id=supplier_id, bid__currency=tender.currency, lot_line__item_id__in=lines,
        bid__tender__opened_at__isnull=False,
    )  # fmt: skip
    newest: dict[str, Decimal] = {}
    for item, price, basis in rows.order_by("bid__tender__opened_at", "pk").values_list(
        "lot_line__item_id", "price", "price_basis"
    ):
        newest[lines[item]] = price / basis
    return newest


# --------------------------------------------------------------------------------------------- after the opening


@dataclass
class Cell:
    """A quote as the page shows it."""

    quote: Quote
    line: BidLine
    bid: Bid
    admitted: bool
    best: bool
    partial: bool
    days_late: int
    chosen: bool = False
    single: bool = False


@dataclass
class LineRow:
    """A line of the tender with the quotes for it, in the order of the columns."""

    line: LotLine
    cells: list[Cell | None]

    @property
    def places(self) -> int:
        """Decimals that tell this row's prices apart: four significant digits of the smallest, two at least."""
        prices = [cell.quote.unit for cell in self.cells if cell is not None]
        prices += [self.line.baseline] if self.line.baseline is not None else []
        return max([2, *(_places(price) for price in prices)])


@dataclass
class LotBlock:
    """A lot: its subtotal per column, then its lines."""

    lot: Lot
    baseline: Decimal | None
    totals: list[Decimal | None]
    missing: list[int]
    best: Decimal | None
    rows: list[LineRow]


@dataclass
class Board:
    """Everything the comparison page shows."""

    tender: Tender
    comparison: Comparison
    bids: list[Bid]
    lots: list[LotBlock]
    baseline: Decimal | None
    silent: list[Invitation]

    def mark(self, chosen: Mapping[str, str], single: Mapping[str, str]) -> None:
        """Note on each cell whether it is chosen, and whether the best single supplier's choice has it."""
        for block in self.lots:
            for row in block.rows:
                for cell in filter(None, row.cells):
                    cell.chosen = chosen.get(row.line.public_id) == cell.quote.id
                    cell.single = single.get(row.line.public_id) == cell.quote.id

    @property
    def lanes(self) -> list[tuple[Bid, Lane]]:
        """(offer, its column) from left to right."""
        return list(zip(self.bids, self.comparison.lanes, strict=True))


def bids_of(tender: Tender, actor: Actor) -> QuerySet[Bid]:
    """The opened offers of a tender; none before the opening."""
    return Bid.objects.visible_to(actor).filter(tender=tender).select_related("supplier", "entered_by")


def comparison(tender: Tender, actor: Actor) -> Comparison:
    """Offers side by side, as numbers."""
    return _compared(list(tender.all_lines()), list(bids_of(tender, actor).prefetch_related("lines__lot_line")))


def board(tender: Tender, actor: Actor) -> Board:
    """Offers side by side, as the page shows them."""
    lines = list(tender.all_lines())
    bids = {bid.public_id: bid for bid in bids_of(tender, actor).prefetch_related("lines__lot_line")}
    found = _compared(lines, bids.values())
    ordered = [bids[lane.offer.id] for lane in found.lanes]
    silent = Invitation.objects.visible_to(actor).filter(tender=tender).select_related("supplier")
    return Board(
        tender, found, ordered, _blocks(lines, found, ordered), _baseline(lines),
        list(silent.exclude(supplier__in=[bid.supplier_id for bid in ordered]).order_by("supplier__name")),
    )  # fmt: skip


def _compared(lines: list[LotLine], bids: Iterable[Bid]) -> Comparison:
    needs = [Need(line.public_id, line.quantity, line.baseline, line.need_by, line.lot.title) for line in lines]
    return comparing.compare(needs, [_offered(bid) for bid in bids])


def _offered(bid: Bid) -> Offered:
    quotes = {
        one.lot_line.public_id: Quote(
            one.public_id, one.lot_line.public_id, one.price / one.price_basis, one.quantity, one.net, one.landed,
            one.deliver_on, one.note,
        )
        for one in bid.lines.all()
    }  # fmt: skip
    received = bid.submitted_at or dt.datetime.max.replace(tzinfo=dt.UTC)
    return Offered(
        bid.public_id,
        bid.supplier.name,
        received,
        quotes,
        admitted=bid.state in ("opened", "won", "lost") and bool(quotes),
    )


def _blocks(lines: list[LotLine], found: Comparison, bids: list[Bid]) -> list[LotBlock]:
    own = {one.public_id: one for bid in bids for one in bid.lines.all()}
    return [
        _block(lot, [line for line in lines if line.lot_id == lot.pk], found, bids, own)
        for lot in dict.fromkeys(line.lot for line in lines)
    ]


def _block(lot: Lot, lines: list[LotLine], found: Comparison, bids: list[Bid], own: dict[str, BidLine]) -> LotBlock:
    lanes = list(zip(found.lanes, bids, strict=True))
    rows = [LineRow(line, [_cell(line, lane, bid, found, own) for lane, bid in lanes]) for line in lines]
    totals: list[Decimal | None] = []
    missing: list[int] = []
    for place, lane in enumerate(found.lanes):
        cells = [row.cells[place] for row in rows]
        given = [cell for cell in cells if cell is not None]
        missing.append(len(cells) - len(given))
        whole = len(given) == len(cells) and not any(cell.partial for cell in given)
        totals.append(sum((cell.quote.landed for cell in given), Decimal(0)) if whole and lane.offer.admitted else None)
    complete = [total for total in totals if total is not None]
    return LotBlock(lot, _baseline(lines), totals, missing, min(complete, default=None), rows)


def _cell(line: LotLine, lane: Lane, bid: Bid, found: Comparison, own: dict[str, BidLine]) -> Cell | None:
    quote = lane.offer.quotes.get(line.public_id)
    if quote is None:
        return None
    late = max(0, (quote.deliver_on - line.need_by).days) if quote.deliver_on else 0
    best = found.best.get(line.public_id) is quote
    return Cell(quote, own[quote.id], bid, lane.offer.admitted, best, quote.quantity < line.quantity, late)


def _baseline(lines: list[LotLine]) -> Decimal | None:
    nets = [line.baseline_net for line in lines]
    known = [net for net in nets if net is not None]
    return cents(sum(known, Decimal(0))) if nets and len(known) == len(nets) else None


def _places(price: Decimal) -> int:
    """Decimals of `price` at four significant digits, without zeros at the end, six at most."""
    if not price:
        return 0
    rounded = round(price, min(6, 3 - price.adjusted())).normalize()
    return max(0, -int(rounded.as_tuple().exponent))


def sealed_bid_ids() -> QuerySet[Bid]:
    """Public ids of offers that nobody on the buyer's side may know of yet; for pages that show logs."""
    rows = Bid.objects.unscoped("what pages of the log have to leave out")
    return rows.filter(tender__opened_at=None).values_list("public_id", flat=True)
