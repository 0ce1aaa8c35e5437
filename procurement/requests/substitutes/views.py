"""Pages of proposed substitutes: proposing, answering, taking back, and what was proposed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.requests.lifecycle import LineState
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.substitutes import exchange, filters, forms, selectors, services, tables
from procurement.requests.substitutes.models import Outcome, SubstituteProposal
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.menu import menu
from srm.ui.pages import ActionPage, ListPage
from srm.ui.slots import Action

VIEW, PROCESS, EDIT = "requests.view", "requests.process", "requests.edit"
SHOWN = 8


def substitute_actions(lines: list[RequestLine], actor: Actor) -> list[Action]:
    """Proposing another item, answering, taking back; what is open is only looked up where a line is held back."""
    found = []
    held = [line for line in lines if line.held_reason]
    if actor.may(PROCESS) and any(map(selectors.can_get_substitute, lines)):
        address = reverse("requests:purchaserequest-propose", args=[lines[0].request.public_id])
        found.append(Action("propose", _("Propose another item"), address))
    for row in selectors.proposals_of(held, actor) if held else []:
        if actor.may(EDIT) and services.why_not_answerable(row, actor) is None:
            address = reverse("requests:substituteproposal-answer", args=[row.public_id])
            found.append(Action("answer", _("Answer: %(item)s?") % {"item": row.item.article}, address, tone="primary"))
        if actor.may(PROCESS):
            address = reverse("requests:substituteproposal-withdraw", args=[row.public_id])
            found.append(Action("withdraw", _("Withdraw %(item)s") % {"item": row.item.article}, address))
    return found


@menu("buying", gettext_lazy("Proposed substitutes"), order=58, permission=PROCESS)
class SubstituteList(ListPage):
    """What was proposed instead of what was asked for, and what became of it."""

    model, permission, title = SubstituteProposal, VIEW, gettext_lazy("Proposed substitutes")
    table, filterset, sheet = tables.SubstituteTable, filters.SubstituteFilter, exchange.SubstituteSheet
    sorts = {"-created": ("-created_at", "-id"), "created": ("created_at", "id")}
    views = [(Outcome.OPEN.value, Outcome.OPEN.label, {"outcome": "open"})]
    empty = (
        gettext_lazy("No substitutes proposed yet."),
        gettext_lazy("Where what is asked for cannot be had, open its request and propose another item."),
    )

    def queryset(self) -> QuerySet:
        rows = super().queryset()
        return rows.select_related("line__request", "item", "unit", "base_unit", "created_by", "answered_by")

    def row_url(self, row: SubstituteProposal) -> str | None:
        return url_of(row.line.request)


class RequestPropose(ActionPage):
    """Which line, and what instead."""

    model, permission, name, form = PurchaseRequest, PROCESS, "propose", forms.ProposeForm
    title, submit = gettext_lazy("Propose another item"), gettext_lazy("Propose it")
    done = gettext_lazy("Proposed. The requester is asked.")

    def candidates(self) -> list[RequestLine]:
        """Lines of which something is open."""
        rows = self.object.lines.filter(state=LineState.APPROVED, open_quantity__gt=0, item__isnull=False)
        return list(rows.select_related("item__base_unit", "item__replaced_by__base_unit", "unit", "base_unit"))

    @property
    def ask(self) -> str:  # type: ignore[override]
        """What the catalog would take, line by line."""
        lines = self.candidates()[:SHOWN]
        known = selectors.suggestions_for(lines)
        sentences = [
            _("%(line)s: %(items)s.")
            % {"line": line.what, "items": ", ".join(_suggested(one) for one in known[line.item_id][:3])}
            for line in lines if line.item_id and known.get(line.item_id)
        ]  # fmt: skip
        if not sentences:
            return _("The requester accepts or declines. Until then the line is held back from planning.")
        return " ".join([_("The catalog suggests for"), *sentences])

    def initial(self) -> dict[str, Any]:
        lines = self.candidates()
        return {"line": lines[0].public_id if len(lines) == 1 else None, **super().initial()}

    def form_options(self) -> dict[str, Any]:
        choices = [
            (line.public_id, f"{line}: {formats.quantity(line.open_quantity, line.base_unit)}")
            for line in self.candidates()
        ]
        return {**super().form_options(), "choices": choices}

    def act(self, form: Any) -> Any:
        values = dict(form.cleaned_data)
        line = next((one for one in self.candidates() if one.public_id == values["line"]), None)
        if line is None:
            raise RuleBroken([_("This cannot be done with the line any more. Look at the request again.")])
        services.propose(self.object, actor=self.actor, **{**values, "line": line})
        return self.object


def _suggested(one: selectors.Suggestion) -> str:
    words = [_("its successor")] if one.is_successor else [_("an equivalent")]
    if one.free:
        words.append(_("%(n)s free") % {"n": formats.quantity(one.free, one.item.base_unit)})
    return f"{one.item} ({', '.join(words)})"


class _OfProposal(ActionPage):
    """A question about one open proposal."""

    abstract = True
    model = SubstituteProposal

    def queryset(self) -> QuerySet:
        shown = ("line__request__requester", "line__category", "item__category", "unit", "base_unit", "created_by")
        return super().queryset().select_related(*shown)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if reason := self.why_not():
            raise RuleBroken([reason])
        return super().get(request, *args, **kwargs)

    def why_not(self) -> str | None:
        """Why it cannot be asked now."""
        if self.object.outcome != Outcome.OPEN:
            return _("This proposal was answered already, or has run out.")
        return None

    def back_url(self) -> str:
        return url_of(self.object.line.request) or "/"


class SubstituteAnswer(_OfProposal):
    """Yes or no, on a phone as at a desk."""

    permission, name, form = EDIT, "answer", forms.AnswerForm
    title, submit, done = gettext_lazy("Another item is proposed"), gettext_lazy("Answer"), gettext_lazy("Answered.")

    def why_not(self) -> str | None:
        return super().why_not() or services.why_not_answerable(self.object, self.actor)

    def heading(self) -> Any:
        return _("%(item)s instead?") % {"item": self.object.item}

    @property
    def ask(self) -> str:  # type: ignore[override]
        """What it would be, what it costs, why, and who is asked again."""
        row = self.object
        words = {
            "who": row.created_by, "old": formats.quantity(row.base_quantity, row.base_unit), "asked": row.asked_for,
            "new": formats.quantity(row.quantity, row.unit), "item": row.item, "reason": row.reason,
        }  # fmt: skip
        sentences = [_("%(who)s proposes %(new)s %(item)s instead of %(old)s %(asked)s: “%(reason)s”.") % words]
        if row.amount or row.amount_before:
            money = {
                "now": formats.money(row.amount, row.currency),
                "was": formats.money(row.amount_before, row.currency),
            }
            sentences.append(_("It costs about %(now)s; approved was %(was)s.") % money)
        if services.asks_more(row):
            sentences.append(_("If you accept, it is approved anew."))
        return " ".join(sentences)

    def act(self, form: Any) -> Any:
        values = form.cleaned_data
        if values["decision"] == "accept":
            services.accept(self.object, actor=self.actor)
        else:
            services.decline(self.object, actor=self.actor, reason=values["reason"])
        return self.object.line.request


class SubstituteWithdraw(_OfProposal):
    permission, name, form = PROCESS, "withdraw", forms.WithdrawForm
    title, submit = gettext_lazy("Withdraw the proposal"), gettext_lazy("Withdraw")
    done = gettext_lazy("Withdrawn.")
    ask = gettext_lazy("The line stays what it is, and may be planned again.")

    def act(self, form: Any) -> Any:
        services.withdraw(self.object, actor=self.actor, reason=form.cleaned_data["reason"])
        return self.object.line.request
