"""What the allocation ledger must say, told again in plain Python: the counterpart of its SQL in property tests."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from procurement.handouts.models import Promise
from procurement.orders.models import OrderLine, OrderState
from procurement.planning.models import DemandLine
from procurement.requests import allocating, ledger, selectors
from procurement.requests.models import Allocation, RequestLine
from srm.core.actor import SYSTEM
from srm.stock.models import StockLevel

WHY = "test"
ZERO = Decimal(0)
FLOW = {"tendered", "ordered", "issued"}


class Book:
    """The ledger as it is now: live rows, and what of each has moved on."""

    def __init__(self) -> None:
        self.rows = list(Allocation.objects.unscoped(WHY).order_by("pk"))
        taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
        for row in self.rows:
            if row.quantity < 0:
                taken[row.parent_id] += row.quantity
        self.live = {row.pk: row.quantity + taken[row.pk] for row in self.rows if row.quantity > 0}
        self.used: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
        for row in self.rows:
            if row.quantity > 0 and row.parent_id is not None:
                self.used[row.parent_id, "flow" if row.stage in FLOW else row.stage] += self.live[row.pk]

    def at(self, kind: str, line_id: int, stage: str) -> Decimal:
        """Live quantity of a document's line at a stage."""
        return sum((self.live[row.pk] for row in self._of(kind, line_id, stage)), ZERO)

    def free(self, kind: str, line_id: int, stage: str) -> Decimal:
        """The same without what has moved on to a tender or an order."""
        return sum((self.live[row.pk] - self.used[row.pk, "flow"] for row in self._of(kind, line_id, stage)), ZERO)

    def cancellable(self, line: RequestLine) -> Decimal:
        """What of a need is in no tender, order or store and has not ended."""
        if line.state not in {"submitted", "approved", "closed"}:
            return ZERO
        planned = [
            row for row in self.rows if row.quantity > 0 and (row.request_line_id, row.stage) == (line.pk, "planned")
        ]
        free = sum((self.live[row.pk] - self.used[row.pk, "flow"] for row in planned), ZERO)
        return line.base_quantity if line.state == "submitted" else line.open_quantity + free

    def _of(self, kind: str, line_id: int, stage: str) -> list[Allocation]:
        wanted = (kind, line_id, stage)
        return [row for row in self.rows if row.quantity > 0 and wanted == (row.document_kind, row.line_id, row.stage)]


def check() -> None:
    """Every invariant of the ledger and of what is kept beside it; raises AssertionError at the first that fails."""
    book = Book()
    _children_within_parents(book)
    _lines_add_up(book)
    _demand_is_what_is_planned(book)
    _orders_are_what_is_ordered(book)
    _stock_is_promised_once(book)
    assert ledger.faults() == []
    assert ledger.stale() == []


def _children_within_parents(book: Book) -> None:
    parents = {row.pk: row for row in book.rows}
    assert min(book.live.values(), default=ZERO) >= 0, "more was taken back than there was"
    for (parent, pool), quantity in book.used.items():
        assert quantity <= book.live[parent], f"{pool} exceeds its parent"
    for row in book.rows:
        if row.parent_id is not None:
            assert parents[row.parent_id].request_line_id == row.request_line_id, "a child serves another line"
            assert (row.quantity < 0) == (parents[row.parent_id].stage == row.stage)


def _lines_add_up(book: Book) -> None:
    roots: dict[int, Decimal] = defaultdict(lambda: ZERO)
    done: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for row in book.rows:
        if row.quantity > 0:
            roots[row.request_line_id] += book.live[row.pk] if row.parent_id is None else ZERO
            done[row.request_line_id] += book.live[row.pk] if row.stage in {"received", "issued"} else ZERO
    lines = list(RequestLine.objects.unscoped(WHY).select_related("base_unit"))
    for line in lines:
        asked, state = line.base_quantity, line.state
        assert roots[line.pk] <= asked, "more is promised than was asked for"
        open_now = asked - roots[line.pk] if state == "approved" else ZERO
        assert (line.open_quantity, line.done_quantity) == (open_now, done[line.pk])
        assert line.coming_quantity == roots[line.pk] - done[line.pk]
    for track in selectors.tracks_of(lines):
        assert track.cancellable == book.cancellable(track.line), "the page says another quantity than can be cancelled"
        if track.parts:
            assert sum(part.quantity for part in track.parts) == track.line.base_quantity, "a part is lost or doubled"
            assert track.at("received", "issued") == track.line.done_quantity


def _demand_is_what_is_planned(book: Book) -> None:
    for line in DemandLine.objects.unscoped(WHY):
        planned = book.at("procurement.demand", line.pk, "planned")
        assert line.quantity == planned, "a demand line is not the sum of the needs behind it"
        assert line.open_quantity == book.free("procurement.demand", line.pk, "planned")


def _orders_are_what_is_ordered(book: Book) -> None:
    """Of an award's order every piece is somebody's; of one for stock what needs took of it since."""
    kind = "procurement.purchaseorder"
    for line in OrderLine.objects.unscoped(WHY).select_related("order"):
        ordered = book.at(kind, line.pk, "ordered")
        came = min(line.received_quantity, line.owed)
        if line.order.award_id is None:
            _needs_fit_into(line, ordered, book)
            continue
        if line.order.state == OrderState.CANCELLED:
            assert ordered == 0
        elif line.order.state == OrderState.CLOSED:
            assert ordered == came, "what a closed order does not bring still counts as ordered"
        else:
            assert ordered == line.owed
        assert _came_for_needs(line, book) == came


def _needs_fit_into(line: OrderLine, ordered: Decimal, book: Book) -> None:
    """What needs still expect of an order for stock is on its way; nothing, when it has ended."""
    waiting = ordered - _came_for_needs(line, book)
    assert 0 <= waiting <= line.outstanding, "more is promised of an order than comes"
    if line.order.state in {OrderState.CANCELLED, OrderState.CLOSED}:
        assert waiting == 0


def _came_for_needs(line: OrderLine, book: Book) -> Decimal:
    received = [row for row in book.rows if row.stage == "received" and row.quantity > 0]
    parents = {
        row.pk for row in book.rows if (row.document_kind, row.line_id) == ("procurement.purchaseorder", line.pk)
    }
    return sum((book.live[row.pk] for row in received if row.parent_id in parents), ZERO)


def _stock_is_promised_once(book: Book) -> None:
    stock = {row.pk: row for row in book.rows if row.stage == "stock" and row.quantity > 0}
    promised = sum((book.live[pk] - book.used[pk, "flow"] for pk in stock), ZERO)
    bought = Promise.objects.unscoped(WHY).filter(origin=Promise.Origin.BOUGHT)
    promised += sum((promise.rest for promise in bought), ZERO)
    levels = StockLevel.objects.unscoped(WHY).values_list("reserved", flat=True)
    assert promised == sum(levels, ZERO), "the stores promise something else than the ledger says"
    for need in {promise.request_line_id for promise in bought}:
        came = sum((book.live[row.pk] for row in book.rows if row.quantity > 0
                    and (row.stage, row.request_line_id) == ("received", need)), ZERO)  # fmt: skip
        kept = sum((promise.quantity for promise in bought if promise.request_line_id == need), ZERO)
        assert kept <= came, "more is kept for a need than came for it"


def only_taken_back(key: int, quantity: Decimal, need: RequestLine, **_words: object) -> Decimal:
    """For a positive control: a need leaves its demand line in the ledger alone."""
    return allocating.take_back(
        actor=SYSTEM, document_kind="procurement.demand", line_id=key, stage="planned", quantity=quantity,
        request_line_id=need.pk,
    )  # fmt: skip
