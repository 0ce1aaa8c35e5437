"""On the page of an import: where its lines are now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from procurement.integrations.history.exchange import HistoryImport
from procurement.integrations.history.selectors import find_line
from srm.core.actor import Actor
from srm.exchange.models import ImportRun
from srm.ui.panels import panel

LONGEST = 60


def of_the_past(document: Any) -> bool:
    """Imports of this kind that have been checked."""
    return bool(document.kind == HistoryImport.name and document.total)


@panel(ImportRun, _("Find a line"), order=10, permission="orders.view", key="line", when=of_the_past)
def line_panel(document: ImportRun, actor: Actor, request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """One line of the file, as it stood there and as what it is here."""
    asked = request.GET.get("line", "").strip()[:LONGEST]
    found = find_line(document, asked, actor) if asked else None
    titles = document.info.get("titles", [])
    said = list(zip(titles, found.row.raw, strict=False)) if found else []
    return "procurement/integrations/_history_line.html", {"asked": asked, "found": found, "said": said}
