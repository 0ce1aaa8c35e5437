"""The document behind a row, named by kind, id and number instead of a foreign key.

Ledgers of lower rooms (stock, budget) are written for documents of upper rooms, which they may not know. A row with
`document_kind`, `document_id` and `document_number` keeps the name; pages lead from it back to the document.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from srm.audit.services import public_id_of
from srm.ui import tables
from srm.ui.links import url_of


def named(document: Model | None) -> dict[str, str]:
    """The three fields that name `document`; empty for what was written by hand."""
    if document is None:
        return {}
    return {
        "document_kind": document._meta.label_lower,
        "document_id": public_id_of(document),
        "document_number": str(getattr(document, "number", "") or "")[:40],
    }


def address_of(row: Any) -> str | None:
    """The page of the document that `row` names, or None when there is none (any more)."""
    try:
        model = apps.get_model(row.document_kind)
    except (LookupError, ValueError):
        return None
    return url_of(model(public_id=row.document_id)) if hasattr(model, "public_id") else None


class OriginColumn(tables.TextColumn):
    """The number of the document behind a row, as a link."""

    def cell(self, row: Any, name: str) -> SafeString:
        """Number and link; a dash for what was written by hand."""
        if not row.document_kind:
            return tables.NONE
        address = address_of(row)
        text = row.document_number or (pgettext("verb", "open") if address else tables.NONE)
        return format_html('<a href="{}">{}</a>', address, text) if address else format_html("{}", text)
