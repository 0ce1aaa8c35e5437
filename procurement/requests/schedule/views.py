"""Pages of the production schedule: what it names, what asks for it, what is not needed any more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.requests.models import RequestLine
from procurement.requests.schedule import exchange, filters, forms, services, tables
from procurement.requests.schedule.models import ScheduledNeed
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.panels import panel
from srm.ui.slots import Action

VIEW, EDIT = "schedule.view", services.EDIT
SHOWN = ("item__base_unit", "unit", "place", "cost_center", "department")


@menu("work", gettext_lazy("Production schedule"), order=24)
class ScheduleList(ListPage):
    """What production needs on which day."""

    model, permission, title = ScheduledNeed, VIEW, gettext_lazy("Production schedule")
    table, filterset, sheet = tables.ScheduleTable, filters.ScheduleFilter, exchange.ScheduleSheet
    sorts = {"need_by": ("need_by", "id"), "-need_by": ("-need_by", "-id")}
    views = [("gone", gettext_lazy("Not named any more"), {"is_gone": "1"})]
    empty = (
        gettext_lazy("No schedule was taken in yet."),
        gettext_lazy("Upload what production needs on which day: every row becomes a dated line of a request."),
    )

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.actor.may(EDIT) and self.actor.may("exchange.import"):
            template = reverse("exchange:template", args=[exchange.KIND])
            upload = f"{reverse('exchange:importrun-create')}?kind={exchange.KIND}"
            found.append(Action("template", _("Template"), template))
            found.append(Action("upload", _("Upload a schedule"), upload, tone="primary"))
        return found


class ScheduleDetail(DetailPage):
    """One need, and what asks for it."""

    model, permission = ScheduledNeed, VIEW
    facts = [
        ("item", gettext_lazy("Item")), ("wanted", gettext_lazy("Quantity")), "need_by", ("place", gettext_lazy("Delivery place")),
        ("cost_center", gettext_lazy("Cost centre")), "department", "source", "origin", "seen_at",
    ]  # fmt: skip

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def eyebrow(self) -> list[Any]:
        return [_("Production schedule"), self.object.source]

    def heading(self) -> Any:
        return self.object.reference

    def fact_item(self) -> Any:
        return str(self.object.item)

    def fact_wanted(self) -> str:
        return formats.quantity(self.object.quantity, self.object.unit) or "0"

    def warnings(self) -> list[Any]:
        if not self.object.is_gone:
            return []
        return [
            _("The last schedule of this source does not name it any more. Its lines stay until you say otherwise.")
        ]

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.actor.may(EDIT) and self.object.base_quantity:
            address = reverse("requests:scheduledneed-withdraw", args=[self.object.public_id])
            found.append(Action("withdraw", _("Not needed any more"), address, tone="danger"))
        return found


@panel(ScheduledNeed, gettext_lazy("What asks for it"), place="main", order=10, permission="requests.view")
def asking_panel(need: ScheduledNeed, actor: Actor, _request: Any) -> tuple[str, dict[str, Any]]:
    """The lines that ask for it, also those that were cancelled."""
    rows = RequestLine.objects.visible_to(actor).filter(scheduled=need).select_related("request", "base_unit", "unit")
    lines = [(line, url_of(line.request)) for line in rows.order_by("pk")]
    return "procurement/requests/_scheduled.html", {"lines": lines}


class ScheduleWithdraw(ActionPage):
    """It is not needed any more: what nobody buys yet is taken back."""

    model, permission, name, loads_object, form = ScheduledNeed, EDIT, "withdraw", True, forms.WithdrawNeedForm
    title, submit, done, tone = gettext_lazy("Not needed any more"), gettext_lazy("Take it back"), "", "danger"
    ask = gettext_lazy("What is not bought yet is taken back. What is being bought still comes.")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.object.base_quantity:
            raise RuleBroken([_("It is not needed any more already.")])
        return super().get(request, *args, **kwargs)

    def act(self, form: Any) -> Any:
        short = services.withdraw(self.object, actor=self.actor, reason=form.cleaned_data["reason"])
        if short:
            words = {"n": formats.quantity(short, self.object.item.base_unit)}
            messages.warning(self.request, _("%(n)s are being bought already and could not be taken back.") % words)
        else:
            messages.success(self.request, _("Taken back."))
        return self.object
