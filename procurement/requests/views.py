"""Pages of requests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.requests import checks, exchange, filters, forms, money, pictures, selectors, services, tables
from procurement.requests.afterwards import later_actions
from procurement.requests.checks import Need
from procurement.requests.history import entries
from procurement.requests.instead import instead_here
from procurement.requests.lines import FIELDS
from procurement.requests.lowvalue.limits import outlook_for
from procurement.requests.models import PurchaseRequest
from procurement.requests.spreading import as_typed
from procurement.requests.states import HeaderState
from procurement.requests.typed import typed_needs
from srm.approvals import selectors as approvals
from srm.approvals.models import ApprovalRoute
from srm.core.actor import Actor
from srm.flow.perform import perform
from srm.people.models import CostCenter, User
from srm.stock.selectors import free_quantities
from srm.ui import formats
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage, Page
from srm.ui.slots import Action, Entry, Step

VIEW, CREATE, EDIT = "requests.view", "requests.create", "requests.edit"
EARLY = {HeaderState.DRAFT, HeaderState.RETURNED, HeaderState.SUBMITTED}


@menu("work", gettext_lazy("Requests"), order=20, key="r", count=selectors.awaiting_me)
class RequestList(ListPage):
    model, permission, title = PurchaseRequest, VIEW, gettext_lazy("Requests")
    table, filterset, sheet = tables.RequestTable, filters.RequestFilter, exchange.RequestSheet
    sorts = {
        "-created": ("-created_at", "-id"), "created": ("created_at", "id"),
        "need_by": ("need_by", "id"), "-need_by": ("-need_by", "-id"),
        "total": ("total", "id"), "-total": ("-total", "-id"),
    }  # fmt: skip
    create_label = gettext_lazy("New request")
    bulk_moves = ("submit", "cancel")
    views = [
        ("mine", gettext_lazy("Mine"), {"mine": "1"}),
        ("department", gettext_lazy("My department"), {"my_department": "1"}),
        ("waiting", gettext_lazy("Waiting for approval"), {"state": "submitted"}),
        ("buying", gettext_lazy("Being bought"), {"state": "buying"}),
    ]
    empty = (
        gettext_lazy("No requests yet."),
        gettext_lazy("Ask for what your department needs. For example: 200 bolts M8×40 for Plovdiv by 12 May."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("department", "requester")

    def decorate(self, rows: QuerySet) -> QuerySet:
        return selectors.with_state(rows)

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.actor.may(CREATE):
            found.insert(0, Action("paste", _("From a list"), reverse("requests:purchaserequest-paste")))
        return found

    def rows(self) -> QuerySet:
        return selectors.with_state(super().rows()) if self.request.GET.get("export") else super().rows()


class RequestDetail(DetailPage):
    """The tracker: where everything is, what it costs, who did what."""

    model, permission = PurchaseRequest, VIEW
    template = "procurement/requests/detail.html"
    overview_template = "procurement/requests/_overview.html"
    facts = [
        "department", "requester", ("delivery", gettext_lazy("Delivery")), ("paid_by", gettext_lazy("Paid by")),
        ("amount", gettext_lazy("Amount, about")), ("route", gettext_lazy("Route")), "seller", "note",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        rows = (
            super()
            .queryset()
            .select_related(
                "department__place", "department__legal_entity", "requester", "created_by", "place", "cost_center"
            )
        )
        return rows.prefetch_related(selectors.WHOLE_LINES)

    def eyebrow(self) -> list[Any]:
        day = self.object.need_by
        words = [self.object.number or _("Request"), self.object.department.name]
        return [*words, _("needed by %(day)s") % {"day": formats.day(day)}] if day else words

    def fact_requester(self) -> str:
        """Both names, where one asked for the other."""
        request = self.object
        if request.created_by is None or request.created_by_id == request.requester_id:
            return request.requester.name
        return _("%(who)s, written down by %(writer)s") % {"who": request.requester, "writer": request.created_by}

    def fact_delivery(self) -> str:
        places = {line.place_id: line.place for line in self.lines_shown}
        return ", ".join(place.name for place in places.values())

    def fact_paid_by(self) -> str:
        centers = {line.cost_center_id: line.cost_center for line in self.lines_shown}
        return ", ".join(str(center.code) for center in centers.values())

    def fact_amount(self) -> str:
        return formats.money(self.object.total, self.object.currency) if self.object.total else ""

    def fact_route(self) -> str:
        if self.object.route == PurchaseRequest.Route.NORMAL:
            return ""
        return f"{self.object.get_route_display()}: {self.object.route_reason}"

    @property
    def lines_shown(self) -> list:
        return [track.line for track in self.tracks]

    @cached_property
    def tracks(self) -> list[selectors.Track]:
        """Where everything is."""
        return selectors.tracker(self.object)

    def actions(self) -> list[Action]:
        """The moves; what can never come back (editing, cancelling as a whole) is left out once it is bought."""
        found = super().actions()
        if self.object.state not in EARLY:
            found = [one for one in found if one.allowed or one.name not in {"edit", "cancel"}]
        if self.actor.may(CREATE):
            address = reverse("requests:purchaserequest-copy", args=[self.object.public_id])
            found.append(Action("copy", _("Copy"), address))
        if self.actor.may("requests.cancel") and any(_can_be_withdrawn(track.line) for track in self.tracks):
            address = reverse("requests:purchaserequest-cancel-part", args=[self.object.public_id])
            found.append(Action("cancel-part", _("Cancel part"), address))
        return [*found, *later_actions(self.object, self.tracks, self.actor)]

    def oddities(self) -> list[str]:
        """What to look at before it is sent; later it is the approver's page that shows it."""
        if self.object.state not in {HeaderState.DRAFT, HeaderState.RETURNED}:
            return []
        needs = [Need.of(line) for line in self.lines_shown]
        request = self.object
        return checks.oddities(needs, department=request.department, route=request.route, own=request.public_id)

    def steps(self) -> list[Step]:
        return pictures.steps(self.object, self.approval, self.tracks)

    @cached_property
    def approval(self) -> ApprovalRoute | None:
        """The route of its approvals, if it was ever sent."""
        return approvals.shown_route(self.object)

    def history(self, limit: int) -> list[Entry]:
        return entries(self.object, limit)

    def tab_context(self) -> dict[str, Any]:
        if self.tab != "overview":
            return super().tab_context()
        decided = any(track.parts for track in self.tracks)
        return {
            **super().tab_context(),
            "chart": pictures.where_chart(self.tracks) if decided else None,
            "rows": pictures.rows(self.tracks, self.actor), "decided": decided,
            "shares": money.with_way_out(money.shown_shares(self.object), self.actor, self.object),
            "deciders": self.deciders(), "approval": self.approval, "returned": self.returned_because(), "oddities": self.oddities(),
        }  # fmt: skip

    def deciders(self) -> list[str]:
        """Who would be asked if it were sent now."""
        if self.object.state not in {HeaderState.DRAFT, HeaderState.RETURNED}:
            return []
        return pictures.would_decide(self.object, self.lines_shown)

    def returned_because(self) -> str:
        """The approver's words, while they wait for the requester."""
        if self.object.state != HeaderState.RETURNED or self.approval is None:
            return ""
        return next((step.reason for step in self.approval.steps.all() if step.outcome == "returned"), "")


def _can_be_withdrawn(line: Any) -> bool:
    return line.state in {"draft", "submitted", "returned"} or (line.state == "approved" and line.open_quantity > 0)


class _RequestForm:
    """What the create and edit forms share: the look while typing, and sending at once."""

    template = "procurement/requests/form.html"

    def call(self, cleaned: dict[str, Any]) -> Any:
        request = super().call(cleaned)  # type: ignore[misc]
        if "send" in self.request.POST:  # type: ignore[attr-defined]
            request = perform(request, "submit", actor=self.actor)  # type: ignore[attr-defined]
        return request


class RequestCreate(_RequestForm, CreatePage):
    model, permission, title = PurchaseRequest, CREATE, gettext_lazy("New request")
    form, lines, service = forms.RequestForm, forms.RequestLines, services.create_request
    submit = gettext_lazy("Save draft")

    def initial(self) -> dict[str, Any]:
        return {**home_of(self.actor), **super().initial()}

    def initial_lines(self) -> list[dict[str, Any]]:
        """An item's page may bring its item along."""
        from srm.ui import lookups

        item = lookups.get("items").resolve(self.actor, self.request.GET.get("item", ""))
        return [{"item": item, "unit": item.base_unit}] if item else []


class RequestEdit(_RequestForm, EditPage):
    model, permission = PurchaseRequest, EDIT
    form, lines, service = forms.RequestForm, forms.RequestLines, services.update_request

    @staticmethod
    def guard(document: Any, actor: Actor) -> Any:
        return services.why_not_editable(document, actor)

    def heading(self) -> Any:
        return self.object.title

    def initial(self) -> dict[str, Any]:
        return {"need_by": self.object.need_by}

    def initial_lines(self) -> list[dict[str, Any]]:
        rows = self.object.lines.select_related("item", "unit", "category", "place", "cost_center", "accepts_by")
        return [self.without_defaults(line) for line in as_typed(rows, FIELDS)]

    def without_defaults(self, line: dict[str, Any]) -> dict[str, Any]:
        """What a line has from the header or its item stays empty, so that it follows when they change."""
        header = {name: getattr(self.object, name) for name in ("need_by", "place", "cost_center")}
        kept = {name: value for name, value in line.items() if name not in header or value != header[name]}
        return {**kept, "category": None} if line["item"] else kept


def home_of(actor: Actor) -> dict[str, Any]:
    """Where a user's requests usually go: his department, its place and its cost centre."""
    user = User.objects.filter(pk=actor.user_id).select_related("department__place").first()
    department = user.department if user else None
    if department is None:
        return {}
    center = CostCenter.objects.filter(department=department, is_active=True).order_by("code").first()
    return {"department": department, "place": department.place, "cost_center": center}


class RequestLook(Page):
    """A look at what is typed: money, stock, oddities, who would decide. Nothing is written."""

    permission, name, route, title = CREATE, "look", "look/", gettext_lazy("A look at what you typed")
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        needs, department = typed_needs(request.POST, self.actor)
        own = request.POST.get("own", "")
        shares = money.shares_wanted(needs)
        way = request.POST.get("route", "")
        context = {
            "needs": needs, "shares": shares, "over": [share for share in shares if not share.outlook.fits],
            "oddities": checks.oddities(needs, department=department, route=way, own=own),
            "low_value": outlook_for(needs, department, way, own),
            "stock": free_here(needs), "instead": instead_here(needs), "deciders": pictures.would_decide_needs(needs, department, self.actor, way),
            "total": sum((need.amount for need in needs), 0), "currency": department.legal_entity.currency if department else "",
        }  # fmt: skip
        return render(request, "procurement/requests/_look.html", context)


def free_here(needs: list[Need]) -> list[tuple[Need, Decimal, Decimal]]:
    """(need, from stock, to buy) of the needs of which something lies free at their own place, the earliest first."""
    by_place: dict[Any, list[Need]] = {}
    for need in needs:
        if need.item is not None and need.place is not None:
            by_place.setdefault(need.place, []).append(need)
    found = []
    for place, some in by_place.items():
        free = free_quantities([need.item.pk for need in some if need.item], place)
        for need in sorted(some, key=lambda need: (need.need_by or dt.date.max, need.no)):
            part = min(free.get(need.item.pk, Decimal(0)), need.base_quantity) if need.item else Decimal(0)
            if part > 0 and need.item:
                free[need.item.pk] -= part
                found.append((need, part, need.base_quantity - part))
    return sorted(found, key=lambda one: one[0].no)


class RequestCancelPart(ActionPage):
    model, permission, name = PurchaseRequest, "requests.cancel", "cancel-part"
    form = forms.CancelPartForm
    title, submit, tone = gettext_lazy("Cancel part"), gettext_lazy("Cancel what is ticked"), "danger"
    done = gettext_lazy("Cancelled.")
    ask = gettext_lazy("What is on its way still comes; what is not bought yet is given up.")

    def candidates(self) -> list[Any]:
        """Lines of which something can still be withdrawn."""
        lines = self.object.lines.select_related("item", "unit", "base_unit")
        return [line for line in lines if _can_be_withdrawn(line)]

    def form_options(self) -> dict[str, Any]:
        choices = [
            (line.public_id, f"{line.what}: {formats.quantity(_withdrawable(line), line.base_unit)}")
            for line in self.candidates()
        ]
        return {**super().form_options(), "choices": choices}

    def act(self, form: Any) -> Any:
        ticked = set(form.cleaned_data["lines"])
        lines = [line for line in self.candidates() if line.public_id in ticked]
        return services.cancel_part(self.object, actor=self.actor, lines=lines, reason=form.cleaned_data["reason"])


def _withdrawable(line: Any) -> Any:
    return line.open_quantity if line.state == "approved" else line.base_quantity
