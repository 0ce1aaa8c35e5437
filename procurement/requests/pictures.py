"""How the tracker shows what the ledger knows: the chart, the table's rows, the stages, who would decide."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.requests.checks import Need
from procurement.requests.models import KIND, PurchaseRequest, RequestLine
from procurement.requests.selectors import Shared, Track, shared_by
from procurement.requests.states import HeaderState
from procurement.requests.tracking import Part
from srm.approvals.asking import who_decides
from srm.approvals.models import ApprovalRoute
from srm.catalog.models import Category
from srm.core import clock
from srm.core.actor import Actor
from srm.people.models import Department, User
from srm.people.sharing import ShareRule
from srm.ui import formats
from srm.ui.charts import Chart
from srm.ui.links import room_of, url_of
from srm.ui.slots import Step

# What one colour of the chart stands for, the nearest to the requester first.
LABELS = {
    "received": gettext_lazy("Received"), "issued": gettext_lazy("Handed out"), "stock": gettext_lazy("From stock"),
    "shipped": gettext_lazy("On its way"), "confirmed": gettext_lazy("Confirmed"), "ordered": gettext_lazy("Ordered"),
    "tendered": gettext_lazy("In tender"), "planned": gettext_lazy("Planned"),
    "open": gettext_lazy("Waiting for purchasing"), "given_up": gettext_lazy("Given up"),
}  # fmt: skip
COLOURS = {
    "received": "#0f766e", "issued": "#0d9488", "stock": "#5eead4", "shipped": "#1d4ed8", "confirmed": "#3b82f6",
    "ordered": "#93c5fd", "tendered": "#94a3b8", "planned": "#cbd5e1", "open": "#e2e8f0", "given_up": "#f1f5f9",
}  # fmt: skip
ON_ORDER = ("shipped", "confirmed", "ordered")
MOST_BARS = 12
ROW_HEIGHT = 44


def where_chart(tracks: Sequence[Track]) -> Chart | None:
    """A bar per line, cut by where its quantity is."""
    shown = [track for track in tracks if track.parts][:MOST_BARS]
    places = [place for place in LABELS if any(track.at(place) for track in shown)]
    if not places:
        return None
    rows = [[_named(track.line), *(track.at(place) for place in places)] for track in shown]
    return Chart(
        "share", "", [("line", _("Line")), *((place, LABELS[place]) for place in places)], rows, horizontal=True,
        height=90 + ROW_HEIGHT * len(shown),
        option={"color": [COLOURS[place] for place in places], "aria": {"decal": {"show": False}}, "xAxis": {"interval": 50},
                "yAxis": {"axisLabel": {"lineHeight": 15, "width": 150}}},
    )  # fmt: skip


def _named(line: RequestLine) -> str:
    name = line.item.name if line.item else line.description
    short = name if len(name) <= 22 else f"{name[:21]}…"
    return f"{short}\n{formats.quantity(line.base_quantity, line.base_unit)}"


@dataclass(frozen=True)
class Link:
    """A document behind a line: its number, and its address for those who may open it."""

    number: str
    url: str


@dataclass(frozen=True)
class When:
    """What happens next to a part of a line, with a badge that says whether it is in time."""

    words: str
    badge: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """A line of the tracker's table."""

    line: RequestLine
    received: Decimal
    in_transit: Decimal
    when: list[When]
    links: list[Link]
    given_up: Decimal
    shares: list[str] = field(default_factory=list)


def rows(tracks: Sequence[Track], actor: Actor) -> list[Row]:
    """The tracker's table."""
    shared = shared_by([track for track in tracks if track.parts])
    return [_row(track, actor, shared.get(track.line.pk, [])) for track in tracks]


def _row(track: Track, actor: Actor, shared: Sequence[Shared]) -> Row:
    links = [link_of(part, actor) for part in track.documents[:3]]
    told = [share_in_words(one, track.line) for one in shared]
    return Row(track.line, track.received, track.in_transit, when(track), links, track.at("given_up"), told)


def share_in_words(shared: Shared, line: RequestLine) -> str:
    """ "Your 40 of 60 pc that came: by need-by date"."""
    words = {
        "mine": formats.quantity(shared.mine), "whole": formats.quantity(shared.whole, line.base_unit),
        "rule": str(ShareRule(shared.rule).label).lower() if shared.rule else "",
    }  # fmt: skip
    if shared.stage == "received":
        return _("your %(mine)s of %(whole)s that came, shared %(rule)s") % words
    return _("your %(mine)s of %(whole)s confirmed, shared %(rule)s") % words


def when(track: Track) -> list[When]:
    """Stock first, then what is ordered, then what is still asked for; one sentence for each part."""
    line = track.line
    if line.state in {"draft", "returned", "submitted", "rejected", "cancelled"}:
        return [When(line.state_label)]
    found = []
    if stock := track.at("stock"):
        found.append(
            When(_("%(n)s from stock, ready") % {"n": formats.quantity(stock, line.base_unit)}, _("in time"), "good")
        )
    found += _deliveries(track)
    if words := _asked_for(track):
        found.append(When(words, *_overdue(line)))
    if not found and track.received:
        return [When(_("all there"))]
    return found or [When(str(LABELS["given_up"]).lower())]


def _deliveries(track: Track) -> list[When]:
    """One entry per day on which something ordered is expected."""
    days = sorted({part.expected_on for part in track.parts if part.place in ON_ORDER and part.expected_on})
    found = []
    for day in days[:3]:
        late = (day - track.line.need_by).days
        badge = ngettext("%(n)d day late", "%(n)d days late", late) % {"n": late} if late > 0 else _("in time")
        found.append(When(formats.day(day), badge, "wait" if late > 0 else "good"))
    if not days and track.at(*ON_ORDER):
        found.append(When(_("ordered, no date yet"), *_overdue(track.line)))
    return found


def _asked_for(track: Track) -> str:
    deadlines = [part.expected_on for part in track.parts if part.place == "tendered" and part.expected_on]
    if track.at("tendered"):
        if deadlines and max(deadlines) >= clock.today():
            return _("in tender, answers until %(day)s") % {"day": formats.day(max(deadlines))}
        return _("in tender, offers are being compared")
    for place in ("planned", "open"):
        if track.at(place):
            held = track.line.held_reason if place == "open" else ""
            return _("held back: %(reason)s") % {"reason": held} if held else str(LABELS[place]).lower()
    return ""


def _overdue(line: RequestLine) -> tuple[str, str]:
    """Nothing is ordered and the day is over."""
    left = (line.need_by - clock.today()).days
    return (ngettext("%(n)d day over", "%(n)d days over", -left) % {"n": -left}, "bad") if left < 0 else ("", "")


def link_of(part: Part, actor: Actor) -> Link:
    """A document of an upper room, linked only for those who may look at such documents."""
    model = apps.get_model(part.document_kind)
    room = room_of(model.__module__)
    address = ""
    if actor.may(f"{room}.view"):
        stand_in = model(public_id=part.document_id)
        address = url_of(stand_in) or ""
    return Link(part.document_number, address)


# ------------------------------------------------------------------------------------------------ stages


def steps(request: PurchaseRequest, route: ApprovalRoute | None, tracks: Sequence[Track]) -> list[Step]:
    """Draft, approval, purchasing, delivery: where it stands, with who and when."""
    state = HeaderState(request.state)
    made = Step(_("Draft"), "done", who=_by(request.created_by), when=request.created_at)
    if state in {HeaderState.REJECTED, HeaderState.CANCELLED, HeaderState.CLOSED}:
        return [made, Step(state.label, "now")]
    if state == HeaderState.RETURNED:
        return [made, Step(state.label, "now"), *_ahead("approval", "buying", "received")]
    if state == HeaderState.DRAFT:
        return [
            Step(_("Draft"), "now", who=_by(request.created_by), when=request.created_at),
            *_ahead("approval", "buying", "received"),
        ]
    if state == HeaderState.SUBMITTED:
        return [made, Step(_("Approval"), "now", note=_waits_for(route)), *_ahead("buying", "received")]
    approved = _approved(route)
    if state == HeaderState.RECEIVED:
        return [made, approved, Step(_("Bought"), "done"), Step(_("Received"), "now")]
    buying = Step(_("Purchasing"), "now", note=_due(tracks))
    return [made, approved, buying, *_ahead("received")]


_AHEAD = {
    "approval": gettext_lazy("Approval"),
    "buying": gettext_lazy("Purchasing"),
    "received": gettext_lazy("Received"),
}


def _ahead(*names: str) -> list[Step]:
    return [Step(_AHEAD[name], "next") for name in names]


def _by(user: User | None) -> str:
    return user.short_name if user else ""


def _waits_for(route: ApprovalRoute | None) -> str:
    from srm.approvals.selectors import steps_now

    names = [step.decider for step in steps_now(route)] if route else []
    return _("waits for %(who)s") % {"who": ", ".join(names)} if names else ""


def _approved(route: ApprovalRoute | None) -> Step:
    decided = [(step.decided_at, step.pk, step) for step in route.steps.all() if step.decided_at] if route else []
    if not decided:
        return Step(_("Approved"), "done")
    when, _pk, last = max(decided)
    return Step(_("Approved"), "done", who=_by(last.decided_by), when=when)


def _due(tracks: Sequence[Track]) -> str:
    days: list[dt.date] = [track.expected_on for track in tracks if track.expected_on]
    return _("next delivery %(day)s") % {"day": formats.day(min(days))} if days else ""


# ------------------------------------------------------------------------------------------------ who would decide


def would_decide(request: PurchaseRequest, lines: Sequence[RequestLine]) -> list[str]:
    """Names in the order in which they would be asked."""
    needs = [Need.of(line) for line in lines]
    return _deciders(needs, request.department, request.people(), but=request.public_id, way=request.route)


def would_decide_needs(needs: Sequence[Need], department: Department | None, actor: Actor, way: str = "") -> list[str]:
    """The same for what is only typed."""
    return _deciders(needs, department, {actor.person_id}, way=way) if needs and department else []


def _deciders(
    needs: Sequence[Need], department: Department, barred: set[str], *, but: str = "", way: str = ""
) -> list[str]:
    parts: dict[Category, Decimal] = defaultdict(Decimal)
    for need in needs:
        if need.category:
            parts[need.category] += need.amount
    steps = who_decides(
        KIND, amount=sum((need.amount for need in needs), Decimal(0)), department=department, barred=barred,
        cost_centers=list({need.cost_center.pk: need.cost_center for need in needs if need.cost_center}.values()),
        categories=list(parts), parts=parts, entity=department.legal_entity, but=but, way=way,
    )  # fmt: skip
    return [step.decider for step in steps]
