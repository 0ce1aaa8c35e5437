"""Pages of moves: made from the declarations, for one document or for many at once.

A move without questions is one button that posts. A move that asks (a form, a confirmation) opens as a dialog, or as a
page where scripts are off. Several documents are moved one by one, each in a unit of work of its own: what can be done is
done, and the answer names what could not, with the guard's own sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from srm.core.errors import DomainError, InvalidInput, RuleBroken, Stale
from srm.flow.api import bound, moves_of
from srm.flow.lifecycle import Move, Offer
from srm.flow.perform import available, perform
from srm.flow.uow import unit_of_work
from srm.ui.errors import sentences_of
from srm.ui.links import url_of
from srm.ui.pages import Page

MOST = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one document of a bulk move."""

    document: Any
    url: str | None
    reasons: list[str]


class MovePage(Page):
    """Ask what the move wants to know (GET), perform it (POST). One class is made per declared move."""

    abstract = True
    kind = "move"
    declared: ClassVar[Move]
    loads_object = True
    template = "ui/move.html"

    def heading(self) -> Any:
        return f"{self.declared.label}: {self.object}"

    def offer(self) -> Offer | None:
        """The move as it is offered now, or None when the state is another."""
        return next((one for one in available(self.object, self.actor) if one.name == self.declared.name), None)

    def blank_form(self, data: Any = None) -> forms.BaseForm | None:
        """The move's own form, or None."""
        return make_form(self.declared, data, self.actor)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        offer = self.offer()
        reasons = [] if offer and offer.allowed else offer.reasons if offer else [too_late(self.declared, self.object)]
        return self.page(self.blank_form(), reasons=reasons, blocked=bool(reasons))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form = self.blank_form(request.POST)
        if form is not None and not (request.POST.get("sure") and form.is_valid()):
            return self.page(form if request.POST.get("sure") else self.blank_form(), status=422)
        seen = request.POST.get("version", "")
        try:
            with unit_of_work():
                moved = perform(
                    self.object, self.declared.name, actor=self.actor, version=int(seen) if seen.isdigit() else None,
                    **(form.cleaned_data if form is not None else {}),
                )  # fmt: skip
        except InvalidInput as fault:
            mark(form, fault)
            return self.page(form, reasons=[] if form is not None else sentences_of(fault), status=422)
        except (RuleBroken, Stale) as fault:
            return self.refused(form, fault)
        messages.success(request, f"{moved}: {self.declared.past or self.declared.label}.")
        return self.leave()

    def refused(self, form: Any, fault: DomainError) -> HttpResponseBase:
        """Say why, where the user is: in the dialog, or on the document's page."""
        if form is not None or self.declared.ask:
            return self.page(form, reasons=sentences_of(fault), status=fault.status)
        for sentence in sentences_of(fault):
            messages.error(self.request, sentence)
        return self.leave()

    def leave(self) -> HttpResponseBase:
        """Back to the document."""
        address = url_of(self.object) or "/"
        if self.request.htmx:  # type: ignore[attr-defined]
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    def page(self, form: Any, *, reasons: list | None = None, status: int = 200, blocked: bool = False) -> HttpResponse:
        """The question, as a dialog's content or as a page."""
        context = {
            **self.context(), "form": form, "reasons": reasons or [], "ask": self.declared.ask, "tone": self.declared.tone,
            "label": self.declared.label, "version": getattr(self.object, "version", None), "blocked": blocked,
            "back_url": url_of(self.object) or "/",
        }  # fmt: skip
        template = "ui/_move_dialog.html" if self.request.htmx else self.template  # type: ignore[attr-defined]
        return render(self.request, template, context, status=status)


class BulkPage(Page):
    """The same move for every ticked row."""

    abstract = True
    kind = "bulk"
    declared: ClassVar[Move]
    template = "ui/bulk.html"
    http_method_names = ["post"]

    def heading(self) -> Any:
        return self.declared.label

    def chosen(self) -> list[models.Model]:
        """The ticked documents that this actor may see, in the order they were ticked."""
        ids = list(dict.fromkeys(self.request.POST.getlist("ids")))[:MOST]
        found = {row.public_id: row for row in self.queryset().filter(public_id__in=ids)}
        return [found[one] for one in ids if one in found]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        documents = self.chosen()
        if not documents:
            messages.warning(request, _("Tick some rows first."))
            return HttpResponseRedirect(self.back())
        sure = bool(request.POST.get("sure"))
        form = make_form(self.declared, request.POST if sure else None, self.actor)
        if ((form is not None or self.declared.ask) and not sure) or (
            form is not None and not form.is_valid() and sure
        ):
            return self.ask(documents, form)
        outcomes = [self.move(one, dict(form.cleaned_data) if form is not None else {}) for one in documents]
        return self.report(outcomes)

    def ask(self, documents: list, form: Any) -> HttpResponse:
        """The move's question, once for all."""
        context = {
            **self.context(), "form": form, "ask": self.declared.ask, "tone": self.declared.tone, "label": self.declared.label,
            "ids": [one.public_id for one in documents], "subjects": [str(one) for one in documents], "back_url": self.back(),
        }  # fmt: skip
        return render(self.request, "ui/move.html", context, status=422 if form is not None and form.is_bound else 200)

    def move(self, document: Any, details: dict) -> Outcome:
        """One document, in a unit of work of its own."""
        try:
            with unit_of_work():
                moved = perform(document, self.declared.name, actor=self.actor, **details)
        except DomainError as fault:
            return Outcome(document, url_of(document), sentences_of(fault))
        return Outcome(moved, url_of(moved), [])

    def report(self, outcomes: list[Outcome]) -> HttpResponseBase:
        """A short message when all went well, else a page that names what did not."""
        done = [one for one in outcomes if not one.reasons]
        text = ngettext("%(n)d document: %(past)s.", "%(n)d documents: %(past)s.", len(done)) % {
            "n": len(done), "past": self.declared.past or self.declared.label,
        }  # fmt: skip
        if len(done) == len(outcomes):
            messages.success(self.request, text)
            return HttpResponseRedirect(self.back())
        refused = [one for one in outcomes if one.reasons]
        return self.show(done=done, refused=refused, summary=text if done else "", back_url=self.back())

    def back(self) -> str:
        """The list the rows were ticked on."""
        from srm.ui.views import back

        return back(self.request, url_of(self.model, "list") or "/")


def make_form(declared: Move, data: Any, actor: Any) -> Any:
    """The form of a move over `data` (blank without), or None when it asks nothing."""
    if not declared.form:
        return None
    return bound(import_string(declared.form), data, actor)


def mark(form: Any, fault: InvalidInput) -> None:
    """Put a service's sentences onto the move's form."""
    for name, sentences in fault.errors.items():
        if form is not None:
            form.add_error(name if name in form.fields else None, [str(one) for one in sentences])


def too_late(declared: Move, document: Any) -> str:
    """Why a move is not offered at all."""
    state = getattr(document, "state_label", "")
    return _("“%(move)s” is not possible: this is already “%(state)s”.") % {"move": declared.label, "state": state}


def pages_of(detail: type[Page]) -> list[tuple[type[Page], str, str]]:
    """(page, route, move) of every declared move of a detail page's model."""
    made = []
    for name, declared in moves_of(detail.model).items():  # type: ignore[arg-type]
        common = {"model": detail.model, "declared": declared, "permission": declared.permission, "room": detail.room,
                  "__module__": detail.__module__}  # fmt: skip
        label = f"{detail.__name__}{name.title()}"
        made.append((type(f"{label}Move", (MovePage,), dict(common)), f"<str:public_id>/moves/{name}/", name))
        made.append((type(f"{label}Bulk", (BulkPage,), dict(common)), f"moves/{name}/", name))
    return made
