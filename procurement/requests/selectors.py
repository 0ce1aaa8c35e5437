"""Reads: where things are, who stands behind a document, what the ledger says."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from procurement.requests import ledger, letting_go, tracking
from procurement.requests.allocating import LEDGER, live_behind
from procurement.requests.lifecycle import LineState
from procurement.requests.models import Allocation, PurchaseRequest, RequestLine
from procurement.requests.states import HeaderState, state_expression
from procurement.requests.tracking import Part, Row
from procurement.requests.work import WORK
from srm.core.actor import Actor
from srm.core.money import Sum, cents

ZERO = Decimal(0)
WHOLE_LINES = Prefetch(
    "lines",
    RequestLine.objects.unscoped("lines of a request the reader sees").select_related(
        "item__category", "category", "unit", "base_unit", "place", "cost_center__owner", "accepts_by"
    ),
)
# What the requester reads; a part of his line is in exactly one of these places.
PLACE_ORDER = tracking.PLACES
# Stages at which what is too little for all is shared, the nearest to the requester first.
SHARED = ("received", "confirmed")
SEEN = "the ledger of lines the reader sees"


@dataclass(frozen=True)
class Track:
    """One line of the tracker."""

    line: RequestLine
    parts: list[Part] = field(default_factory=list)
    # (kind, line) of the orders' lines that serve it.
    ordered: frozenset[tuple[str, int]] = frozenset()

    def at(self, *places: str) -> Decimal:
        """How much is at one of these places."""
        return sum((part.quantity for part in self.parts if part.place in places), ZERO)

    @property
    def received(self) -> Decimal:
        return self.at("received", "issued")

    @property
    def in_transit(self) -> Decimal:
        """Ordered, and on its way as far as the supplier says."""
        return self.at("shipped", "confirmed", "ordered")

    @staticmethod
    def is_loose(part: Part) -> bool:
        """Whether the part is planned in a document that can let go of it."""
        return part.place == "planned" and part.document_kind in letting_go.kinds()

    @property
    def cancellable(self) -> Decimal:
        """What can still be given up, in base units: what is open, or planned where nobody tenders or orders it."""
        if self.line.state == LineState.SUBMITTED:
            return self.line.base_quantity
        if self.line.state not in {LineState.APPROVED, LineState.CLOSED}:
            return ZERO
        return self.line.open_quantity + sum((part.quantity for part in self.parts if self.is_loose(part)), ZERO)

    @property
    def documents(self) -> list[Part]:
        """One part for each document behind the line, the nearest to the requester first."""
        found: dict[str, Part] = {}
        for part in self.parts:
            if part.document_id and part.place != "received":
                found.setdefault(part.document_id, part)
        for part in self.parts:
            if part.document_id and not found:
                found[part.document_id] = part
        return list(found.values())

    @property
    def expected_on(self) -> dt.date | None:
        """When the next goods come."""
        dates = [
            part.expected_on for part in self.parts if part.expected_on and part.place not in {"tendered", "planned"}
        ]
        return min(dates, default=None)

    @property
    def late_days(self) -> int | None:
        """Days after the need that the last known part comes; 0 when in time, None when nobody knows yet."""
        dates = [
            part.expected_on for part in self.parts if part.expected_on and part.place not in {"tendered", "planned"}
        ]
        return max((max(dates) - self.line.need_by).days, 0) if dates else None


def tracker(request: PurchaseRequest) -> list[Track]:
    """Where everything of a request is, line by line, in two queries; in one when WHOLE_LINES were prefetched."""
    return _tracks(whole_lines(request), ledger_of(request))


def ledger_of(request: PurchaseRequest) -> list[Allocation]:
    """What the ledger says of a request's lines, oldest first; read once, kept on the request."""
    if not hasattr(request, "shown_ledger"):
        rows = Allocation.objects.unscoped(SEEN).filter(request_line__in=whole_lines(request))
        request.shown_ledger = list(rows.order_by("pk"))  # type: ignore[attr-defined]
    return request.shown_ledger  # type: ignore[attr-defined]


def whole_lines(request: PurchaseRequest) -> list[RequestLine]:
    """A request's lines with all that pages show of them."""
    if "lines" not in getattr(request, "_prefetched_objects_cache", {}):
        prefetch_related_objects([request], WHOLE_LINES)
    return list(request.lines.all())


def where_is(line: RequestLine) -> list[Part]:
    """The parts of one line."""
    return tracks_of([line])[0].parts


def tracks_of(lines: Sequence[RequestLine]) -> list[Track]:
    """The tracks of lines the caller may see."""
    return _tracks(lines, Allocation.objects.unscoped(SEEN).filter(request_line__in=lines).order_by("pk"))


def _tracks(lines: Sequence[RequestLine], ledger: Iterable[Allocation]) -> list[Track]:
    rows: dict[int, list[Row]] = defaultdict(list)
    ordered: dict[int, set[tuple[str, int]]] = defaultdict(set)
    fields = ("pk", "parent_id", "stage", "quantity", "document_kind", "document_id", "document_number", "expected_on")
    for one in ledger:
        rows[one.request_line_id].append(Row(*(getattr(one, name) for name in fields)))
        if one.stage == "ordered" and one.quantity > 0:
            ordered[one.request_line_id].add((one.document_kind, one.line_id))
    return [
        Track(
            line,
            tracking.fold(rows[line.pk], asked=line.base_quantity, still_open=line.open_quantity),
            frozenset(ordered[line.pk]),
        )
        if line.state in {"approved", "closed"} or rows[line.pk]
        else Track(line)
        for line in lines
    ]


def behind(document_kind: str, line_ids: Sequence[int], stage: str) -> dict[int, list[tuple[RequestLine, Decimal]]]:
    """{document line: [(request line, live quantity)]}: for whom a document's lines are, for money and notices."""
    shares = live_behind(document_kind, line_ids, stage)
    wanted = {pk for pairs in shares.values() for pk, _quantity in pairs}
    rows = RequestLine.objects.unscoped(LEDGER).filter(pk__in=wanted)
    shown = ("request__department", "cost_center__owner", "category", "item", "base_unit")
    lines = {line.pk: line for line in rows.select_related(*shown)}
    return {line_id: [(lines[pk], quantity) for pk, quantity in pairs] for line_id, pairs in shares.items()}


def work_behind(document_kind: str, line_ids: Iterable[int], stage: str) -> dict[int, dict[str, Any]]:
    """{document line: the statement of work of the needs behind it}; only equal work was merged."""
    rows = Allocation.objects.unscoped(LEDGER).filter(
        document_kind=document_kind, line_id__in=list(line_ids), stage=stage, quantity__gt=0
    )  # fmt: skip
    rows = rows.exclude(request_line__work="").order_by("pk")
    found = rows.values_list("line_id", *(f"request_line__{name}" for name in WORK))
    return {line_id: dict(zip(WORK, values, strict=True)) for line_id, *values in found}


@dataclass(frozen=True)
class Shared:
    """What a request line got of a quantity that several needs shared: `mine` of `whole`, by `rule`."""

    stage: str
    mine: Decimal
    whole: Decimal
    rule: str


def shared_by(tracks: Sequence[Track]) -> dict[int, list[Shared]]:
    """{request line: its part of what came, or was confirmed, for several needs together}; at most two queries."""
    wanted = {track.line.pk for track in tracks}
    found: dict[int, list[Shared]] = defaultdict(list)
    orders: dict[str, set[int]] = defaultdict(set)
    for kind, line_id in {pair for track in tracks for pair in track.ordered}:
        orders[kind].add(line_id)
    for kind, line_ids in orders.items():
        for (_line, stage), parts in sorted(_progress(kind, line_ids, SHARED).items(), key=_nearest):
            whole = sum((part for part, _rule in parts.values()), ZERO)
            for need in wanted & parts.keys() if len(parts) > 1 else ():
                found[need].append(Shared(stage, parts[need][0], whole, parts[need][1]))
    return dict(found)


def came_of(document_kind: str, line_ids: Iterable[int]) -> dict[tuple[int, int], Decimal]:
    """{(order line, request line): what came of it} of an order's lines."""
    progress = _progress(document_kind, line_ids, ("received",))
    return {(line, need): part for (line, _stage), parts in progress.items() for need, (part, _rule) in parts.items()}


def _nearest(entry: tuple[tuple[int, str], Any]) -> tuple[int, int]:
    (line_id, stage), _parts = entry
    return SHARED.index(stage), line_id


def _progress(
    document_kind: str, line_ids: Iterable[int], stages: Sequence[str]
) -> dict[tuple[int, str], dict[int, tuple[Decimal, str]]]:
    """{(order line, stage): {request line: (live quantity, rule)}} of what was made of an order's lines."""
    found: dict[tuple[int, str], dict[int, tuple[Decimal, str]]] = defaultdict(dict)
    rows = Allocation.objects.unscoped(LEDGER).filter(stage__in=stages).order_by()
    # What was made of the order's row stands on it; what was taken back of that stands one below.
    for path, signed in (("parent", {"quantity__gt": 0}), ("parent__parent", {"quantity__lt": 0})):
        of_order = {
            f"{path}__document_kind": document_kind,
            f"{path}__line_id__in": line_ids,
            f"{path}__stage": "ordered",
        }
        sums = rows.filter(**of_order, **signed).values_list(f"{path}__line_id", "stage", "request_line")
        for line_id, stage, need, part, rule in sums.annotate(part=Sum("quantity", places=4), said=Max("rule")):
            before, said = found[line_id, stage].get(need, (ZERO, ""))
            found[line_id, stage][need] = (before + part, said or rule)
    return {key: live for key, parts in found.items() if (live := {n: one for n, one in parts.items() if one[0] > 0})}


def serving(request_lines: Sequence[int], document_kind: str, stage: str) -> dict[tuple[int, int], Decimal]:
    """{(request line, document line): live quantity}: which documents' lines serve these request lines."""
    rows = Allocation.objects.unscoped(LEDGER).filter(
        request_line__in=request_lines, document_kind=document_kind, stage=stage
    )  # fmt: skip
    sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for pk, line_id, quantity in rows.order_by("pk").values_list("request_line_id", "line_id", "quantity"):
        sums[pk, line_id] += quantity
    return {key: quantity for key, quantity in sums.items() if quantity > 0}


def unordered_amounts(lines: Sequence[RequestLine]) -> dict[int, Decimal]:
    """{request line: amount}: the estimate of what is still wanted and neither ordered nor handed out of the store."""
    rows = Allocation.objects.unscoped(LEDGER).filter(request_line__in=lines, stage__in=["ordered", "issued"])
    taken: dict[int, Decimal] = defaultdict(Decimal)
    for pk, quantity in rows.values_list("request_line_id", "quantity"):
        taken[pk] += quantity
    return {line.pk: cents(line.amount * _wanted(line, taken[line.pk]) / line.base_quantity) for line in lines}


def _wanted(line: RequestLine, taken: Decimal) -> Decimal:
    if line.state not in {LineState.APPROVED, LineState.CLOSED}:
        return ZERO
    return max(line.base_quantity - line.given_up - taken, ZERO)


def with_state(rows: QuerySet[PurchaseRequest]) -> QuerySet[PurchaseRequest]:
    """Requests annotated with their derived state, for the rows of one page."""
    return rows.annotate(derived=state_expression(_lines_of_outer()))


def in_states(rows: QuerySet[PurchaseRequest], states: Iterable[str]) -> QuerySet[PurchaseRequest]:
    """Requests whose derived state is one of `states`."""
    return rows.alias(derived_state=state_expression(_lines_of_outer())).filter(derived_state__in=list(states))


def _lines_of_outer() -> QuerySet[RequestLine]:
    return RequestLine.objects.unscoped("lines of requests the reader sees").filter(request=OuterRef("pk"))


def with_lines_like(rows: QuerySet[PurchaseRequest], **conditions: Any) -> QuerySet[PurchaseRequest]:
    """Requests that have a line like this."""
    return rows.filter(Exists(_lines_of_outer().filter(**conditions)))


def awaiting_me(actor: Actor) -> int:
    """How many of the actor's own requests were returned to him."""
    own = PurchaseRequest.objects.visible_to(actor).filter(requester_id=actor.user_id)
    return in_states(own, [HeaderState.RETURNED]).count()


def verify() -> list[str]:
    """What is wrong with the ledger and its roll-ups, over the whole table; empty when it holds."""
    broken = ledger.faults()
    sentences = [_("request line %(id)s: the ledger promises more than there is") % {"id": pk} for pk in broken]
    return sentences + [
        _("request line %(id)s: its kept quantities differ from the ledger") % {"id": pk} for pk in ledger.stale()
    ]
