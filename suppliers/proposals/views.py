"""Staff pages of price proposals."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.core.errors import InvalidInput, RuleBroken
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, DetailPage, ListPage
from srm.ui.slots import Action
from suppliers.proposals import accepting, filters, forms, selectors, services, sheets, tables
from suppliers.proposals.lifecycle import ProposalState
from suppliers.proposals.models import DECIDE, VIEW, PriceProposal

SORTS = {"-sent": ("-sent_at", "-id"), "sent": ("sent_at", "id")}


@menu("suppliers", _("Price proposals"), order=32)
class ProposalList(ListPage):
    model, permission, title, sorts = PriceProposal, VIEW, _("Price proposals"), SORTS
    table, filterset, sheet = tables.ProposalsTable, filters.ProposalsFilter, sheets.ProposalListSheet
    views = [("waiting", _("To decide"), {"state": "sent"})]
    empty = (_("No price proposals yet."), _("Suppliers write them in their portal; what they send shows here."))

    def queryset(self) -> QuerySet:
        return selectors.counted(super().queryset())


class ProposalDetail(DetailPage):
    """Proposed prices beside the present ones."""

    model, permission = PriceProposal, VIEW
    facts = ["supplier", "sent_at", "decided_at", "note", "reason"]
    lines = ("compared", tables.ComparedTable)
    lines_title = _("Prices")

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("supplier", "created_by")

    def heading(self) -> Any:
        return self.object.title

    def compared(self) -> list[selectors.Compared]:
        """The lines."""
        return selectors.compared(self.object, self.actor)

    def actions(self) -> list[Action]:
        found = super().actions()
        if self.object.state == ProposalState.SENT and self.actor.may(DECIDE):
            address = reverse("proposals:priceproposal-decide", args=[self.object.public_id])
            found.append(Action("decide", _("Decide by line"), address))
        return found


class ProposalDecide(ActionPage):
    """Yes or no to each line."""

    model, permission, title, name = PriceProposal, DECIDE, _("Decide by line"), "decide"
    template = "suppliers/proposals/decide.html"
    submit = _("Decide")
    done = _("Decided. The supplier has been told.")
    loads_object = True

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("supplier")

    @property
    def line_forms(self) -> list[forms.LineDecisionForm]:
        """One small form per line; made once per request."""
        if not hasattr(self, "_line_forms"):
            data = self.request.POST if self.request.method == "POST" else None
            self._rows = selectors.compared(self.object, self.actor)
            self._line_forms = [
                forms.LineDecisionForm(data, line=one.line, prefix=one.line.public_id) for one in self._rows
            ]
        return self._line_forms

    def is_valid(self) -> bool:
        return all([super().is_valid(), *[form.is_valid() for form in self.line_forms]])

    def act(self, form: Any) -> PriceProposal:
        lines = {one.line.public_id: one.cleaned_data for one in self.line_forms}
        return services.decide(self.object, actor=self.actor, lines=lines, version=self.seen_version)

    @property
    def seen_version(self) -> int:
        """The version the page was opened with."""
        sent = self.request.POST.get("version", "")
        return int(sent) if sent.isdigit() else 0

    def mark(self, fault: InvalidInput) -> None:
        """Put each sentence onto its line."""
        by_line = {f"lines.{one.line.public_id}": one for one in self.line_forms}
        for name, sentences in fault.errors.items():
            if name in by_line:
                by_line[name].add_error("reason", [str(sentence) for sentence in sentences])
            else:
                super().mark(InvalidInput({name: sentences}))

    def context(self) -> dict[str, Any]:
        pairs = list(zip(self.line_forms, self._rows, strict=True))
        rows = [(form, row, tables.present(row), tables.proposed(row), tables.change(row), tables.item(row))
                for form, row in pairs]  # fmt: skip
        return {**super().context(), "rows": rows, "may_rise": self.actor.may(accepting.RISE),
                "version": self.object.version}  # fmt: skip

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.object.state != ProposalState.SENT:
            raise RuleBroken([_("This proposal waits for no decision.")])
        return super().get(request, *args, **kwargs)
