"""The comparison on a tender's page: offers side by side, and the choice."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.awards import services
from procurement.bids import selectors as bids
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender
from srm.core.actor import Actor
from srm.ui.panels import panel
from srm.ui.slots import Action, provides


@provides("actions")
def to_comparison(document: Any, actor: Actor) -> list[Action]:
    """While an award waits to be proposed, the way to it is the first button."""
    if not isinstance(document, Tender) or document.state != TenderState.EVALUATION or not actor.may("awards.propose"):
        return []
    return [Action("compare", _("Compare and award"), f"{document.get_absolute_url()}?tab=comparison", tone="primary")]


@panel(
    Tender, _("Comparison"), order=10, permission="bids.view", key="comparison", when=lambda tender: not tender.sealed,
    count=lambda tender, actor: bids.bids_of(tender, actor).count(),
)  # fmt: skip
def comparison_panel(tender: Tender, actor: Actor, _request: object) -> tuple[str, dict[str, Any]]:
    """All lines by all suppliers; whoever may propose an award chooses here."""
    board = bids.board(tender, actor)
    award = services.live_award(tender)
    choosing = award is None and tender.state == TenderState.EVALUATION and actor.may("awards.propose")
    chosen = services.chosen_of(award) if award else board.comparison.best_per_line() if choosing else {}
    single = board.comparison.best_single()
    board.mark(chosen, single)
    return "procurement/awards/_comparison.html", {
        "board": board, "tender": tender, "award": award, "choosing": choosing,
        "judged": board.comparison.judge(chosen) if chosen else None,
        "best": board.comparison.judge(board.comparison.best_per_line()),
        "single": single,
        "propose_url": reverse("awards:tender-propose", args=[tender.public_id]),
        "file_url": reverse("bids:tender-comparison-file", args=[tender.public_id]) if actor.may("exchange.export") else "",
    }  # fmt: skip


@panel(Tender, _("Result"), order=10, permission="portal.read_bids", key="result", place="main")
def result_panel(tender: Tender, actor: Actor, _request: object) -> tuple[str, dict[str, Any]] | None:
    """What a supplier learns of the decision: which of its own lines were chosen, and nothing of others."""
    own = bids.own_result(tender, actor)
    if own is None:
        return None
    return "procurement/awards/_result.html", {"bid": own, "lines": services.lines_won(tender, actor)}
