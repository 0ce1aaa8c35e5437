"""Staff pages of awards."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from procurement.awards import services
from procurement.awards.exchange import AwardSheet
from procurement.awards.filters import AwardFilter
from procurement.awards.forms import ProposeForm
from procurement.awards.letters import approvers
from procurement.awards.lifecycle import AwardState
from procurement.awards.models import Award
from procurement.awards.tables import AwardLineTable, AwardTable
from procurement.bids import selectors as bids
from procurement.bids.comparing import Choice
from procurement.tenders.models import Tender
from srm.core.errors import InvalidInput
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage

PREFIX = "choice-"


@menu("sourcing", gettext_lazy("Awards"), order=40, key="w")
class AwardList(ListPage):
    """All awards."""

    model = Award
    permission = "awards.view"
    title = gettext_lazy("Awards")
    table = AwardTable
    filterset = AwardFilter
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id")}
    empty = (
        gettext_lazy("No awards yet."),
        gettext_lazy("An award is proposed on the comparison of a tender whose offers are open."),
    )
    sheet = AwardSheet
    views = [
        ("waiting", gettext_lazy("Waiting for approval"), {"state": "proposed"}),
        ("final", gettext_lazy("Final"), {"state": "final"}),
    ]

    def queryset(self) -> QuerySet:
        """With the names the list shows."""
        return super().queryset().select_related("tender", "created_by")


class AwardDetail(DetailPage):
    """One award."""

    model = Award
    permission = "awards.view"
    facts = [
        "tender", "total", "baseline_total", ("saving", gettext_lazy("Below baseline")), "cheapest_total",
        ("extra", gettext_lazy("More than the cheapest")), "reason", "created_by",
        ("waits_for", gettext_lazy("Waits for")),
    ]  # fmt: skip
    lines = ("decided", AwardLineTable)
    lines_title = gettext_lazy("Who delivers what")

    def queryset(self) -> QuerySet:
        """With the names the page shows."""
        return super().queryset().select_related("tender", "tender__category", "created_by", "legal_entity")

    def heading(self) -> str:
        """The tender's title."""
        return self.object.tender.title

    def quadrant(self) -> str:
        """Where the tender's category lies."""
        category = self.object.tender.category
        return category.segment if category else ""

    def fact_saving(self) -> str:
        """Amount and share."""
        award = self.object
        if not award.baseline_total:
            return ""
        return f"{formats.money(award.saving, award.currency)} ({formats.percent(award.saving_part)})"

    def fact_extra(self) -> str:
        """What the choice costs over the cheapest offers."""
        extra = self.object.total - self.object.cheapest_total
        return formats.money(extra, self.object.currency) if extra else ""

    def fact_waits_for(self) -> str:
        """Who may approve it, while it waits."""
        if self.object.state != AwardState.PROPOSED:
            return ""
        people = [one for one in approvers() if one.pk != self.object.created_by_id]
        return ", ".join(one.name for one in people[:5])

    def decided(self) -> QuerySet:
        """The lines with their names."""
        rows = self.object.lines.select_related(
            "lot_line__item", "lot_line__unit", "lot_line__lot", "supplier", "bid_line"
        )
        return rows.order_by("lot_line__lot__position", "lot_line__position")


class ProposeAward(ActionPage):
    """What was chosen on the comparison, once more before it goes to the approver."""

    model = Tender
    permission = "awards.propose"
    name = "propose"
    title = gettext_lazy("Propose this award")
    form = ProposeForm
    template = "procurement/awards/propose.html"
    submit = gettext_lazy("Send for approval")
    done = gettext_lazy("Proposed. Somebody else has to approve it.")
    drafts = False

    def eyebrow(self) -> list[Any]:
        """The tender."""
        return [self.object.number, self.object.title]

    @cached_property
    def choice(self) -> dict[str, str]:
        """Line -> offer line, as ticked."""
        return {
            name.removeprefix(PREFIX): value
            for name, value in self.request.POST.dict().items()
            if name.startswith(PREFIX) and value
        }

    @cached_property
    def board(self) -> bids.Board:
        """The offers."""
        return bids.board(self.object, self.actor)

    @cached_property
    def judged(self) -> Choice:
        """What the choice comes to.

        Raises:
            InvalidInput: nothing is chosen, or something that cannot be.
        """
        return services.judge(self.board.comparison, self.choice)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing is chosen yet: back to the comparison."""
        return HttpResponseRedirect(self.back_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The comparison sends the choice; this page sends it again with a reason."""
        if "confirmed" in request.POST:
            return super().post(request, *args, **kwargs)
        _known = self.judged
        return self.show()

    def form_options(self) -> dict[str, Any]:
        """The first time there is nothing to judge."""
        return {"initial": {}, "actor": self.actor}

    @cached_property
    def bound(self) -> Any:
        """Bound only when it was sent from here."""
        sent = self.request.POST if "confirmed" in self.request.POST else None
        return self.form(sent, **self.form_options())

    def act(self, form: ProposeForm) -> Award:
        """Propose it."""
        reason = form.cleaned_data["reason"]
        return services.propose(actor=self.actor, tender=self.object, choice=self.choice, reason=reason)

    def back_url(self) -> str:
        """The comparison."""
        return f"{url_of(self.object)}?tab=comparison"

    def chosen_lines(self) -> list[dict[str, Any]]:
        """The chosen offers, line by line."""
        self.board.mark(self.choice, {})
        return [
            {"line": row.line, "bid": cell.bid, "cell": cell}
            for block in self.board.lots
            for row in block.rows
            for cell in row.cells
            if cell and cell.chosen
        ]

    def context(self) -> dict[str, Any]:
        """The choice and its figures."""
        try:
            judged = self.judged
        except InvalidInput as fault:
            self.reasons = [*self.reasons, *fault.errors.get("choice", [])]
            judged = None
        return {
            **super().context(), "choice": self.choice, "judged": judged, "chosen": self.chosen_lines(), "tender": self.object,
            "left_out": sum(len(block.rows) for block in self.board.lots) - len(self.choice),
        }  # fmt: skip
