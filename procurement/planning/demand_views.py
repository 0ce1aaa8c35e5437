"""The page of a demand, and what is done with its ticked lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.planning import actions, selectors, services, splitting
from procurement.planning.models import Demand, DemandLine
from procurement.planning.views import RELEASE, SHOWN, VIEW, tell
from srm.core.errors import DomainError, NotAllowed, RuleBroken
from srm.flow.uow import unit_of_work
from srm.ui import keyset
from srm.ui.charts import Chart
from srm.ui.errors import sentences_of
from srm.ui.links import url_of
from srm.ui.pages import DetailPage, Page

FLOWS = 40
TOP = 12


class DemandDetail(DetailPage):
    """A demand: its lines with the departments behind each, and what can be done with those ticked."""

    model, permission = Demand, VIEW
    template = "procurement/planning/demand.html"
    overview_template = "procurement/planning/_demand.html"
    facts = [
        "buyer", "line_count", "need_count", "department_count", ("window", gettext_lazy("Need-by window")), ("worth", gettext_lazy("Worth about")),
        "created_at", "legal_entity",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("buyer", "legal_entity", "created_by")

    def heading(self) -> Any:
        return self.object.title or self.object.number

    def fact_window(self) -> str:
        """The calendar's week or month, or how many days."""
        if self.object.window != Demand.Window.DAYS:
            return str(self.object.get_window_display())
        days = self.object.window_days
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}

    def fact_worth(self) -> str:
        from srm.ui import formats

        return formats.money(selectors.worth_of(self.object), self.object.legal_entity.currency)

    def tab_context(self) -> dict[str, Any]:
        if self.tab != "overview":
            return super().tab_context()
        page = keyset.paginate(
            selectors.lines_of(self.object), sorts={"need_from": ("need_from", "id")}, sort="need_from",
            cursor=self.request.GET.get("cursor", ""), per_page=SHOWN,
        )  # fmt: skip
        shares = selectors.shares_of(page.rows, self.actor)
        return {
            **super().tab_context(), "shares": shares, "chart": flow_chart(shares), "slice": page,
            "offered": actions.actions_for(self.actor), "may_release": self.actor.may(RELEASE),
            "act_url": reverse("planning:demand-act", args=[self.object.public_id]),
        }  # fmt: skip


def flow_chart(shares: list[selectors.Behind]) -> Chart | None:
    """From departments to what they need together; the largest flows, by estimated value."""
    flows: dict[tuple[str, str], Decimal] = {}
    for one in shares:
        price = (one.line.item.reference_price if one.line.item else None) or one.line.estimate or Decimal(0)
        for department, quantity, _requests in one.shares:
            # A line and a department of one name would be one node.
            key = (department.name, f"{one.line.item.name if one.line.item else one.line.what} ")
            flows[key] = flows.get(key, Decimal(0)) + quantity * price
    if len({department for department, _what in flows}) < 2 or not any(flows.values()):
        return None
    ranked = sorted(flows.items(), key=lambda flow: -flow[1])
    kept = list(dict.fromkeys(what for (_department, what), _value in ranked))[:TOP]
    rows = [(department, what, value) for (department, what), value in ranked if what in kept and value][:FLOWS]
    columns = [("department", _("Department")), ("what", _("Item")), ("value", _("Worth about"))]
    return Chart("sankey", "", columns, rows, height=120 + 26 * len(kept))


class DemandAct(Page):
    """Something is done with ticked demand lines: an upper room's action, or their release."""

    model, permission, name, title = Demand, VIEW, "act", gettext_lazy("Demand")
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        back = HttpResponseRedirect(url_of(self.object) or "/")
        lines = self.ticked()
        if not lines:
            messages.warning(request, _("Tick some lines first."))
            return back
        try:
            with unit_of_work():
                result = self.act(request.POST.get("action", ""), lines)
        except DomainError as fault:
            for sentence in sentences_of(fault):
                messages.error(request, sentence)
            return back
        if isinstance(result, actions.Done):
            tell(request, result)
            result = result.url
        address = result if isinstance(result, str) else url_of(result) if result is not None else None
        return HttpResponseRedirect(address) if address else back

    def ticked(self) -> list[DemandLine]:
        """The ticked lines of this demand."""
        ids = self.request.POST.getlist("ids")[: SHOWN * 10]
        rows = DemandLine.objects.visible_to(self.actor).filter(demand=self.object, public_id__in=ids)
        return list(rows.select_related("demand", "item", "category", "unit", "place").order_by("pk"))

    def act(self, name: str, lines: list[DemandLine]) -> Any:
        """Run the action inside the unit of work."""
        if name in {"split", "join"}:
            return self.cut_or_join(name, lines)
        if name == "release":
            if not self.actor.may(RELEASE):
                raise NotAllowed()
            reason = self.request.POST.get("reason", "")
            services.release(actor=self.actor, demand_lines=lines, reason=reason)
            messages.success(self.request, _("Released. The needs are open again."))
            return None
        return self.run_action(name, lines)

    def cut_or_join(self, name: str, lines: list[DemandLine]) -> None:
        """Split one line, or join several."""
        if not self.actor.may(RELEASE):
            raise NotAllowed()
        if name == "join":
            splitting.join(actor=self.actor, demand_lines=lines)
            messages.success(self.request, _("Joined. The first of the lines has it all."))
            return
        if len(lines) != 1:
            raise RuleBroken([_("Tick the one line that is to be split.")])
        splitting.split(actor=self.actor, demand_line=lines[0], quantity=self.request.POST.get("quantity", ""))
        messages.success(self.request, _("Split. The latest needs are on a line of their own."))

    def run_action(self, name: str, lines: list[DemandLine]) -> Any:
        """An upper room's action."""
        chosen = next((one for one in actions.actions_for(self.actor) if one.name == name), None)
        if chosen is None:
            raise NotAllowed()
        return chosen.run(actor=self.actor, demand_lines=lines)
