"""The order as a PDF letter, in the supplier's language."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from procurement.orders import dates
from procurement.orders.models import OrderLine, PurchaseOrder
from srm.ui import formats, printing


def order_pdf(order: PurchaseOrder) -> bytes:
    """The letter a supplier gets: lines, terms, totals, letterhead of the legal entity."""
    with translation.override(order.supplier.language):
        return printing.pdf("order", letter(order))


def letter(order: PurchaseOrder) -> dict:
    """Everything the template prints, as text in the active language."""
    entity, supplier = order.legal_entity, order.supplier
    lines = list(order.lines.select_related("item", "unit"))
    plans = dates.plans_of(lines)
    link = f"{settings.BASE_URL}{order.get_absolute_url()}"
    return {
        "title": _("Purchase order"),
        "number": order.number or _("draft"),
        "edition": _("version %(version)d") % {"version": order.version},
        "page": _("page"), "of": _("of"),
        "firm": {"name": entity.name, "address": entity.address, "tax_id": entity.tax_id},
        "supplier": {"name": supplier.legal_name or supplier.name, "address": supplier.address,
                     "tax_id": supplier.tax_id},
        "labels": {"to": pgettext("letter", "To"), "tax": _("Tax number"), "no": _("No."), "item": _("Item"),
                   "quantity": _("Quantity"), "price": _("Price"), "net": _("Net"), "wanted": _("Wanted"),
                   "total": _("Total net of VAT"), "note": _("Note")},
        "facts": [
            [_("Date"), formats.day(order.ordered_on) if order.ordered_on else "–"],
            [_("Delivery place"), f"{order.place}, {order.place.address}".strip(", ") if order.place else "–"],
            [_("Delivery terms"), order.incoterm or "–"],
            [_("Payment"), _("%(days)d days") % {"days": order.payment_days}],
            [_("Buyer"), order.buyer.name if order.buyer else "–"],
        ],
        "lines": [
            [str(line.position), _described(line, plans.get(line.pk, [])), formats.quantity(line.quantity, line.unit.symbol),
             formats.price(line.price, per=line.price_basis), formats.day(line.need_by) if line.need_by else "–",
             formats.money(line.net, "")]
            for line in lines
        ],
        "total": formats.money(order.net_total, order.currency),
        "note": order.note,
        "code": printing.code_svg(link),
    }  # fmt: skip


def _described(line: OrderLine, plan: list[dates.Due]) -> str:
    """What is ordered; of a service also the work; when how much is needed, where it is on several days."""
    parts = [line.what, *(f"{label}: {text}" for label, text in line.work_facts), dates.said(plan)]
    return "\n".join(filter(None, parts))
