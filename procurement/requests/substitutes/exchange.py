"""Proposed substitutes as a sheet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.requests.substitutes.models import SubstituteProposal
from srm.exchange.columns import Col
from srm.exchange.sheets import Sheet


class SubstituteSheet(Sheet):
    """What was proposed, and what became of it."""

    model = SubstituteProposal
    columns = [
        Col("request", _("Request"), source="line.request.number", way="out"),
        Col("title", _("What is it for"), source="line.request.title", way="out"),
        Col("asked_for", way="out"),
        Col("base_quantity", kind="quantity", way="out"),
        Col("article", _("Proposed article"), source="item.article", way="out"),
        Col("item", source="item.name", way="out"),
        Col("quantity", kind="quantity", way="out"),
        Col("unit", source="unit.symbol", way="out"),
        Col("price", kind="price", way="out"),
        Col("amount", kind="amount", way="out"),
        Col("amount_before", kind="amount", way="out"),
        Col("currency", way="out"),
        Col("reason", way="out"),
        Col("outcome", kind="choice", way="out"),
        Col("answer", way="out"),
        Col("created_by", source="created_by.name", way="out"),
        Col("created_at", kind="moment", way="out"),
        Col("answered_by", source="answered_by.name", way="out"),
        Col("answered_at", kind="moment", way="out"),
    ]
