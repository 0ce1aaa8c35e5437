"""Pages for a request that was sent already: amend, give back, split, cancel a quantity."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.requests import cancelling, forms, selectors, services
from procurement.requests.lifecycle import LineState
from procurement.requests.lines import FIELDS
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.reviews.views import review_actions
from procurement.requests.spreading import as_typed
from procurement.requests.substitutes.views import substitute_actions
from srm.core.actor import Actor
from srm.core.errors import RuleBroken
from srm.ui import formats
from srm.ui.pages import ActionPage
from srm.ui.slots import Action

PROCESS = "requests.process"


def later_actions(request: PurchaseRequest, tracks: list[selectors.Track], actor: Actor) -> list[Action]:
    """What can be done with a sent request besides its moves; only what is possible now is shown."""
    address, lines = "requests:purchaserequest-", [track.line for track in tracks]
    found = []
    if actor.may("requests.edit") and services.why_not_amendable(request, actor) is None:
        found.append(Action("amend", _("Amend"), reverse(f"{address}amend", args=[request.public_id])))
    if actor.may("requests.cancel") and may_withdraw(request, actor) and any(track.cancellable for track in tracks):
        name = "cancel-quantity"
        found.append(Action(name, _("Cancel a quantity"), reverse(address + name, args=[request.public_id])))
    if actor.may(PROCESS) and any(_untouched(line) for line in lines):
        found.append(Action("give-back", _("Give back"), reverse(f"{address}give-back", args=[request.public_id])))
    if actor.may(PROCESS) and any(map(_splittable, lines)):
        found.append(Action("split", _("Split a line"), reverse(f"{address}split", args=[request.public_id])))
    if actor.may(PROCESS) and any(services.can_be_named(line) for line in lines):
        found.append(Action("name-item", _("Find the item"), reverse(f"{address}name-item", args=[request.public_id])))
    return [*found, *substitute_actions(lines, actor), *review_actions(request, actor)]


def may_withdraw(request: PurchaseRequest, actor: Actor) -> bool:
    """Its requester, who wrote it down, or a buyer."""
    return actor.may(PROCESS) or actor.user_id in {request.requester_id, request.created_by_id}


def _untouched(line: RequestLine) -> bool:
    return line.state == LineState.APPROVED and line.open_quantity == line.base_quantity


def _splittable(line: RequestLine) -> bool:
    return line.state == LineState.APPROVED and line.open_quantity > 0


class RequestAmend(ActionPage):
    """The lines that may still change, and why they do."""

    model, permission, name = PurchaseRequest, "requests.edit", "amend"
    form, lines = forms.AmendForm, forms.RequestLines
    template = "ui/form.html"
    title, submit, done = gettext_lazy("Amend"), gettext_lazy("Send the change"), gettext_lazy("Changed.")
    hint = gettext_lazy(
        "What is different or more is decided again. Less of the same, or a note, is not. A line you remove is cancelled."
    )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if reason := services.why_not_amendable(self.object, self.actor):
            raise RuleBroken([reason])
        return super().get(request, *args, **kwargs)

    def initial(self) -> dict[str, Any]:
        return {"version": self.object.version}

    def initial_lines(self) -> list[dict[str, Any]]:
        return as_typed(services.amendable_lines(self.object), FIELDS)

    def act(self, form: Any) -> Any:
        assert self.formset is not None
        return services.amend_request(
            self.object, actor=self.actor, lines=self.formset.cleaned_lines(), reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
        )  # fmt: skip


class _OfLines(ActionPage):
    """A question about those of a request's lines that fit."""

    abstract = True
    model = PurchaseRequest
    fits: Any  # whether this can be done with a line

    def candidates(self) -> list[RequestLine]:
        """The lines one can choose from."""
        lines = self.object.lines.select_related("item", "unit", "base_unit")
        return [line for line in lines if self.fits(line)]

    def choices(self) -> list[tuple[str, str]]:
        """The candidates as the form names them."""
        return [(line.public_id, f"{line}: {formats.quantity(line.quantity, line.unit)}") for line in self.candidates()]

    def form_options(self) -> dict[str, Any]:
        return {**super().form_options(), "choices": self.choices()}

    def chosen(self, ids: set[str]) -> list[RequestLine]:
        """The candidates that were chosen."""
        return [line for line in self.candidates() if line.public_id in ids]

    def one(self, form: Any) -> RequestLine:
        """The candidate that was chosen; the form offers no other.

        Raises:
            RuleBroken: it ceased to be one at this very moment.
        """
        found = self.chosen({form.cleaned_data["line"]})
        if not found:
            raise RuleBroken([_("This cannot be done with the line any more. Look at the request again.")])
        return found[0]


class RequestGiveBack(_OfLines):
    permission, name, form = PROCESS, "give-back", forms.GiveBackForm
    fits = staticmethod(_untouched)
    title, submit = gettext_lazy("Give back"), gettext_lazy("Give back what is ticked")
    done = gettext_lazy("Given back.")
    ask = gettext_lazy("The requester changes it and sends it again.")

    def act(self, form: Any) -> Any:
        lines = self.chosen(set(form.cleaned_data["lines"]))
        return services.give_back(self.object, actor=self.actor, lines=lines, reason=form.cleaned_data["reason"])


class RequestSplit(_OfLines):
    permission, name, form = PROCESS, "split", forms.SplitForm
    fits = staticmethod(_splittable)
    title, submit = gettext_lazy("Split a line"), gettext_lazy("Split")
    done = gettext_lazy("Split.")
    ask = gettext_lazy("Both lines stay approved; together they are what was asked for.")

    def act(self, form: Any) -> Any:
        line = self.one(form)
        quantity = form.cleaned_data["quantity"]
        services.split_line(self.object, actor=self.actor, line=line, quantity=quantity)
        return self.object


class RequestCancelQuantity(_OfLines):
    permission, name, form = "requests.cancel", "cancel-quantity", forms.CancelQuantityForm
    title, submit, tone = gettext_lazy("Cancel a quantity"), gettext_lazy("Cancel so much"), "danger"
    done = gettext_lazy("Cancelled.")
    ask = gettext_lazy(
        "What nobody tenders or orders yet can be cancelled. What is planned leaves its demand, and its buyer is told."
    )

    @cached_property
    def tracks(self) -> list[selectors.Track]:
        """The lines of which something can be cancelled; read anew once they may have changed."""
        return [track for track in selectors.tracker(self.object) if track.cancellable]

    def candidates(self) -> list[RequestLine]:
        return [track.line for track in self.tracks]

    def choices(self) -> list[tuple[str, str]]:
        """Each line with how much of it can be cancelled in all."""
        found = []
        for track in self.tracks:
            line = track.line
            which = f"{line}, {formats.day(line.need_by)}" if line.delivery_of else line
            words = {"line": which, "n": cancelling.shown(line, track.cancellable)}
            found.append((line.public_id, _("at most %(n)s: %(line)s") % words))
        return found

    def act(self, form: Any) -> Any:
        line = self.one(form)
        values = form.cleaned_data
        return services.cancel_quantity(
            self.object, actor=self.actor, line=line, quantity=values["quantity"], reason=values["reason"]
        )


class RequestNameItem(_OfLines):
    permission, name, form = PROCESS, "name-item", forms.NameItemForm
    fits = staticmethod(services.can_be_named)
    title, submit = gettext_lazy("Find the item"), gettext_lazy("It is this item")
    done = gettext_lazy("Saved.")
    ask = gettext_lazy("What was asked for in words is merged and bought with its like. The words stay.")

    def act(self, form: Any) -> Any:
        line = self.one(form)
        return services.name_item(self.object, actor=self.actor, line=line, item=form.cleaned_data["item"])
