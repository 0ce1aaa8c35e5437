"""Requests as sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.models import PurchaseRequest
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class RequestSheet(Sheet):
    """What the list of requests gives away."""

    model = PurchaseRequest
    columns = [
        Col("number", way="out"),
        Col("title", way="out"),
        Col("department", _("Department"), source="department.name", way="out"),
        Col("requester", _("Requester"), source="requester.name", way="out"),
        Col("need_by", kind="date", way="out"),
        Col("line_count", kind="whole", way="out"),
        Col("total", kind="amount", way="out"),
        Col("currency", _("Currency"), way="out"),
        Col("route", kind="choice", way="out"),
        Col("sent_on", kind="date", way="out"),
        Col("state", _("State"), source=lambda row: row.get_state_display(), way="out"),
        Col("created_at", kind="moment", way="out"),
    ]


class NeedSheet(Sheet):
    """A list of needs as people keep it in Excel: read only. `item` is an article, a name, or a supplier's words."""

    title = _("What do you need?")
    columns = [
        Col("item", _("Article or name"), max_length=300, synonyms=("article", "артикул", "позиция"), way="in"),
        Col("name", _("Item name"), max_length=300, synonyms=("наименование", "название", "име", "описание"), way="in"),
        Col(
            "quantity",
            _("Quantity"),
            kind="quantity",
            required=True,
            synonyms=("qty", "кол-во", "кол.", "к-во"),
            way="in",
        ),
        Col("unit", _("Unit"), synonyms=("uom", "ед.", "ед. изм.", "мярка", "м.ед."), way="in"),
        Col("need_by", _("Needed by"), kind="date", synonyms=("date", "дата", "срок"), way="in"),
        Col("estimate", _("Price, about"), kind="price", synonyms=("price", "цена", "ед. цена"), way="in"),
        Col("note", _("Note"), max_length=300, synonyms=("comment", "комментарий", "забележка"), way="in"),
    ]
