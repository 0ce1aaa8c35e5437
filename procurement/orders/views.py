"""Staff pages of orders."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.orders import costs, dates, deciding, money, printing, services
from procurement.orders.exchange import OrderSheet
from procurement.orders.filters import OrderFilter
from procurement.orders.forms import OrderForm, OrderLines, PayerForm, PeriodForm
from procurement.orders.models import OrderConfirmation, OrderLine, OrderState, PurchaseOrder
from procurement.orders.tables import OrderLineTable, OrderTable
from procurement.requests import selectors as requests
from srm.core import clock
from srm.core.actor import Actor
from srm.core.money import real
from srm.people.models import LegalEntity
from srm.ui.charts import Chart
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, CreatePage, DetailPage, EditPage, ListPage, Page
from srm.ui.panels import Content, panel
from srm.ui.slots import Action

SORTS = {
    "-created": ("-created_at", "-id"), "created": ("created_at", "id"), "-ordered_on": ("-ordered_on", "-id"),
    "ordered_on": ("ordered_on", "id"), "due_on": ("due_on", "id"), "-due_on": ("-due_on", "-id"),
}  # fmt: skip


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BARS = 12


def with_received(rows: QuerySet) -> QuerySet:
    """Annotate the share of the value that came, and 1 as its whole, for the bar."""
    lines = OrderLine.objects.unscoped("own lines of rows already scoped").filter(order=OuterRef("pk"))
    came = lines.values("order").annotate(
        value=Sum(real("base_net") * F("received_quantity") / F("base_quantity"), output_field=DecimalField())
    )
    share = Coalesce(Subquery(came.values("value")), Value(0), output_field=DecimalField())
    return rows.annotate(
        whole=Value(1, output_field=DecimalField()),
        received_share=Case(
            When(base_total__gt=0, then=share / F("base_total")), default=Value(0), output_field=DecimalField()
        ),
    )


@menu("buying", _("Orders"), order=20, key="o")
class OrderList(ListPage):
    """All orders one may see."""

    model = PurchaseOrder
    permission = "orders.view"
    title = _("Orders")
    table = OrderTable
    filterset = OrderFilter
    sorts = SORTS
    create_label = _("New order")
    empty = (_("No orders yet."), _("Orders come from awards, or are written by hand."))
    sheet = OrderSheet
    export_permission = "exchange.export"
    bulk_moves = ("approve", "send")
    views = [("mine", _("Mine"), {"mine": "1"}), ("late", _("Late"), {"late": "1"})]

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("supplier", "buyer")

    def decorate(self, rows: QuerySet) -> QuerySet:
        return with_received(rows)


class OrderDetail(DetailPage):
    """One order: what, from whom, where it is."""

    model = PurchaseOrder
    permission = "orders.view"
    facts = [
        "supplier",
        "award",
        "buyer",
        "place",
        "cost_center",
        ("terms", _("Terms")),
        "ordered_on",
        "due_on",
        ("money", _("Net")),
        "external_number",
        "note",
    ]
    lines = ("line_rows", OrderLineTable)

    def queryset(self) -> QuerySet:
        return (
            super()
            .queryset()
            .select_related(
                "supplier", "award", "buyer", "place", "legal_entity", "cost_center", "department", "created_by"
            )
        )

    def line_rows(self) -> QuerySet:
        """Lines with item and unit."""
        return self.object.lines.select_related("item", "unit")

    def heading(self) -> str:
        return f"{self.object.supplier}"

    def quadrant(self) -> str:
        return self.object.supplier.segment

    def fact_terms(self) -> str:
        """Incoterm and payment in one line."""
        days = _("%(days)d days") % {"days": self.object.payment_days}
        return " · ".join(filter(None, [self.object.incoterm, str(days)]))

    def fact_money(self) -> str:
        from srm.ui import formats

        return formats.money(self.object.net_total, self.object.currency)

    def warnings(self) -> list[Any]:
        late = [line for line in self.line_rows() if line.outstanding and _late(line)]
        if not late or self.object.state not in {OrderState.SENT, OrderState.CONFIRMED}:
            return []
        return [_("%(count)d of its lines should have come already.") % {"count": len(late)}]

    def actions(self) -> list[Action]:
        pdf = reverse("orders:purchaseorder-pdf", args=[self.object.public_id])
        found = [*super().actions(), *self.asking(), Action("pdf", _("PDF"), pdf)]
        if self.object.state == OrderState.APPROVED and self.actor.may("orders.edit"):
            payer = reverse("orders:purchaseorder-payer", args=[self.object.public_id])
            found.append(Action("payer", _("Who pays"), payer))
        return found

    def asking(self) -> list[Action]:
        """Send for approval, where the rules ask others."""
        order = self.object
        if order.state != OrderState.DRAFT or not self.actor.may("orders.edit") or not deciding.asks_others(order):
            return []
        reason = deciding.why_not_sendable(order)
        return [
            Action(
                "ask", _("Send for approval"), url_of(order, "ask") or "", allowed=not reason,
                reasons=[reason] if reason else [],
            )
        ]  # fmt: skip


def _late(line: OrderLine) -> bool:
    on = line.confirmed_on or line.need_by
    return bool(on and on < clock.today())


class OrderPdf(Page):
    """The order as a letter."""

    model = PurchaseOrder
    permission = "orders.view"
    title = _("PDF")
    name = "pdf"
    loads_object = True
    route = "<str:public_id>/order.pdf"

    def get(self, request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return pdf_answer(self.object)


def pdf_answer(order: PurchaseOrder) -> HttpResponse:
    """The PDF as a download under the order's number."""
    body = printing.order_pdf(order)
    headers = {
        "Content-Disposition": f'inline; filename="{order.number or "order"}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(body, content_type="application/pdf", headers=headers)


class OrderCreate(CreatePage):
    """An order written by hand."""

    model = PurchaseOrder
    permission = "orders.edit"
    title = _("New order")
    form = OrderForm
    lines = OrderLines
    service = services.create_order
    submit = _("Save draft")

    def initial(self) -> dict[str, Any]:
        entity = LegalEntity.objects.filter(is_active=True).first()
        return {"legal_entity": entity, **super().initial()}


class OrderAsk(ActionPage):
    """A draft goes to those whom the approval rules name."""

    model, permission, name = PurchaseOrder, "orders.edit", "ask"
    title, submit, done = _("Send for approval"), _("Send for approval"), _("Sent for approval.")
    ask = _("Those whom the approval rules name decide. The order stays a draft until then.")

    def eyebrow(self) -> list[Any]:
        return [self.object]

    def act(self, form: Any) -> PurchaseOrder:
        return deciding.ask(self.object, actor=self.actor)


class OrderEdit(EditPage):
    """A draft, changed."""

    model = PurchaseOrder
    permission = "orders.edit"
    form = OrderForm
    lines = OrderLines
    service = services.update_order

    @staticmethod
    def guard(document: PurchaseOrder, actor) -> object:
        """Only drafts are edited; what was approved stays as it was."""
        return None if document.state == OrderState.DRAFT else _("Only a draft can be changed.")

    def initial_lines(self) -> list[dict]:
        return OrderLines.initial_of(self.object)


class OrderPayer(EditPage):
    """Who pays for what no request asked for; also of an approved order, until it is sent."""

    model = PurchaseOrder
    permission = "orders.edit"
    title = _("Who pays")
    name = "payer"
    route = "<str:public_id>/payer/"
    form = PayerForm
    service = services.name_payer

    @staticmethod
    def guard(document: PurchaseOrder, actor) -> object:
        """Until it is sent."""
        return None if document.state in money.UNSENT else _("The order was sent already.")


@menu("work", _("Costs by department"), order=65)
class Costs(Page):
    """What each department's needs came to: approved, ordered, received, saved."""

    permission = "requests.view"
    title = _("Costs by department")
    name = "costs"
    route = "costs/"
    template = "procurement/orders/costs.html"

    def context(self) -> dict[str, Any]:
        form = PeriodForm(self.request.GET or None)
        since, until = form.period()
        rows = costs.by_department(self.actor, since, until)
        return {
            **super().context(), "form": form if form.is_bound else PeriodForm(initial={"since": since, "until": until}),
            "rows": rows, "since": since, "until": until, "chart": costs_chart(rows),
            "file_url": f"{reverse('orders:costs-file')}?since={since.isoformat()}&until={until.isoformat()}",
        }  # fmt: skip


class CostsFile(Page):
    """The needs behind it as a workbook; each reader gets those he sees."""

    permission = "requests.view"
    name = "costs-file"
    route = "costs.xlsx"

    def get(self, request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        since, until = PeriodForm(request.GET or None).period()
        body = costs.workbook(self.actor, since, until)
        name = f"costs-{since.isoformat()}-{until.isoformat()}.xlsx"
        return HttpResponse(
            body, content_type=XLSX,
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
        )  # fmt: skip


def costs_chart(rows: list[costs.Cost]) -> Chart | None:
    """Ordered and received beside what was approved, of the largest departments; of one currency only."""
    if not rows or len({row.currency for row in rows}) > 1:
        return None
    columns = [
        ("department", _("Department")), ("approved", _("At approved prices")), ("ordered", _("Ordered for")),
        ("received", _("Received for")),
    ]  # fmt: skip
    shown = [[str(row.department), row.approved, row.ordered, row.received] for row in rows[:MOST_BARS]]
    return Chart("bar", "", columns, shown, unit=rows[0].currency)


@panel(PurchaseOrder, _("For whom"), order=20, permission="requests.view", place="main")
def for_whom(order: PurchaseOrder, actor: Actor, request: HttpRequest) -> Content:
    """Which departments' needs the order serves."""
    lines, behind = money.shown_needs(order)
    came = requests.came_of(services.KIND, list(behind))
    rows = [
        {"line": line, "quantity": quantity, "came": came.get((line_id, line.pk), 0)}
        for line_id, shares in behind.items()
        for line, quantity in shares
    ]
    shared = order.sharing_label if len(rows) > 1 else ""
    plans = [(lines[line_id], plan) for line_id, plan in dates.plans_from(behind).items()]
    return ("procurement/orders/_for_whom.html", {"rows": rows, "shared": shared, "plans": plans}) if rows else None


@panel(PurchaseOrder, _("Confirmations"), order=30, place="side")
def confirmations(order: PurchaseOrder, actor: Actor, request: HttpRequest) -> Content:
    """What the supplier answered."""
    rows = list(OrderConfirmation.objects.visible_to(actor).filter(order=order)[:5])
    return ("procurement/orders/_confirmations.html", {"confirmations": rows}) if rows else None
