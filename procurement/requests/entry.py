"""Pages that make asking quick: a list pasted from Excel, a copy of an earlier request, starred items."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from procurement.requests import favourites, forms, services
from procurement.requests.models import PurchaseRequest
from procurement.requests.pasting import Pasted, as_form, read_list
from procurement.requests.views import CREATE, RequestCreate, home_of
from srm.catalog.lookups import offers_of
from srm.catalog.models import Item
from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.ui.pages import ActionPage
from srm.ui.pages.edit import UNPROCESSABLE
from srm.ui.slots import Action, provides


class RequestPaste(RequestCreate):
    """First the list; then the request form, filled in by it, with every fault at its cell. Nothing is written yet."""

    name, route, title = "paste", "paste/", gettext_lazy("Request from a list")
    pasted: list[Pasted] | None = None

    @classmethod
    def url_name(cls) -> str:
        return "requests:purchaserequest-paste"

    @property
    def template(self) -> str:  # type: ignore[override]
        return "procurement/requests/form.html" if self.has_lines else "procurement/requests/paste.html"

    @property
    def has_lines(self) -> bool:
        """Whether the list was read already."""
        return self.pasted is not None or (self.request.method == "POST" and "pasted" not in self.request.POST)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "pasted" not in request.POST:
            return super().post(request, *args, **kwargs)
        if not self.bound.is_valid():
            return self.show(status=UNPROCESSABLE)
        try:
            rows = read_list(self.bound.cleaned_data["pasted"], actor=self.actor)
        except InvalidInput as fault:
            self.mark(fault)
            return self.show(status=UNPROCESSABLE)
        self.pasted = rows
        del self.bound
        self._say(rows)
        return self.show()

    def _say(self, rows: list[Pasted]) -> None:
        faulty = sum(bool(row.faults) for row in rows)
        read = ngettext("%(n)d row was read.", "%(n)d rows were read.", len(rows)) % {"n": len(rows)}
        wrong = ngettext("%(n)d row needs a look.", "%(n)d rows need a look.", faulty) % {"n": faulty}
        (messages.warning if faulty else messages.success)(self.request, f"{read} {wrong}" if faulty else read)

    @cached_property
    def bound(self) -> Any:
        """The list's form, then the request's: open, as nobody has sent it yet."""
        if self.pasted is not None:
            return self.form(initial=home_of(self.actor), actor=self.actor)
        if self.has_lines:
            return self.form(self.request.POST, self.request.FILES, initial=self.initial(), actor=self.actor)
        return forms.PasteForm(self.request.POST if self.request.method == "POST" else None, actor=self.actor)

    @cached_property
    def formset(self) -> Any:
        if self.pasted is not None:
            return filled(self.pasted, self.actor)
        if not self.has_lines:
            return None
        return self.lines(self.request.POST, self.request.FILES, actor=self.actor, initial=[])  # type: ignore[misc]

    def draft_key(self) -> str:
        return ""


def filled(rows: list[Pasted], actor: Actor) -> forms.RequestLines:
    """The line form, filled in by a list: faults at their cells, likely items offered."""
    lines = forms.RequestLines(as_form(rows), actor=actor)
    lines.is_valid()
    likely = {item.public_id: item for row in rows for item in row.offers}
    options = {
        offer[0]: dict(zip(("value", "text", "hint", "data"), offer, strict=True))
        for offer in offers_of(likely.values())
    }
    for form, row in zip(lines.forms, rows, strict=True):
        for name, sentence in row.faults.items():
            # What the list said replaces what the form makes of the cell that was left empty for it.
            form.errors[name] = form.error_class([sentence])
        if row.offers:
            offers = [options[item.public_id] for item in row.offers]
            form.fields["item"].widget.attrs["data-offers"] = json.dumps(offers)
    return lines


class RequestCopy(ActionPage):
    model, permission, name = PurchaseRequest, CREATE, "copy"
    title, submit, done = gettext_lazy("Copy request"), gettext_lazy("Copy"), gettext_lazy("Copied. Check the dates.")
    ask = gettext_lazy("A new draft with the same lines is made. Dates move as far ahead as they were.")

    def act(self, form: Any) -> Any:
        return services.copy_request(self.object, actor=self.actor)


class StarItem(ActionPage):
    """Make an item one's favourite, or end that."""

    model, permission, name, route = Item, CREATE, "star", "items/<str:public_id>/star/"
    title, submit, done = gettext_lazy("My favourites"), gettext_lazy("Change"), gettext_lazy("Changed.")
    ask = gettext_lazy("Favourites are offered first when you make a request.")

    def act(self, form: Any) -> Any:
        favourites.star(self.object, actor=self.actor, starred=not favourites.is_starred(self.object, self.actor))
        return self.object


@provides("actions")
def star_action(document: Any, actor: Actor) -> list[Action]:
    """On an item's page: the star."""
    if not isinstance(document, Item) or not actor.may(CREATE):
        return []
    label = _("★ My favourite") if favourites.is_starred(document, actor) else _("☆ Add to favourites")
    return [Action("star", label, reverse("requests:item-star", args=[document.public_id]), direct=True)]
