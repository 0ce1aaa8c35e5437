"""The supplier's pages: his articles and prices, and what he proposes."""

from __future__ import annotations

import io
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.exchange import exports
from srm.files import selectors as files
from srm.files import services as attaching
from srm.flow.perform import available, perform
from srm.ui import forms as ui_forms
from srm.ui.pages.edit import lines_of as initial_of
from srm.ui.slots import unit_of_work
from suppliers.portal.home import HomeEntry, home_entry, home_link
from suppliers.portal.pages import (
    SupplierActionPage,
    SupplierCreatePage,
    SupplierEditPage,
    SupplierPage,
    portal_url,
)
from suppliers.proposals import forms, selectors, services, sheets
from suppliers.proposals.lifecycle import ProposalState
from suppliers.proposals.models import PROPOSE, PriceProposal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {ProposalState.SENT: "wait", ProposalState.ACCEPTED: "good", ProposalState.PARTLY: "good",
         ProposalState.DECLINED: "bad"}  # fmt: skip
SHOWN = 30
HELD = "portal.view"
home_link(_("Our articles and prices"), "portal-proposals:articles")


@home_entry(40)
def my_proposals(actor: Actor) -> list[HomeEntry]:
    """Drafts to be sent, and the latest others."""
    if actor.kind == "link" or not actor.is_supplier:
        return []
    rows = PriceProposal.objects.visible_to(actor).order_by("-pk")[:SHOWN]
    return [
        HomeEntry(
            title=_("Price proposal"), url=portal_url(one), hint=one.title, state=one.state_label,
            tone=TONES.get(one.state, "idle"), action=_("Open"), waiting=one.state == ProposalState.DRAFT,
            at=one.decided_at or one.sent_at or one.created_at,
        )
        for one in rows
    ]  # fmt: skip


class PortalArticles(SupplierPage):
    """What the supplier sells us, with the prices that hold and that come."""

    permission, title, name, route = HELD, _("Our articles and prices"), "articles", "articles/"
    template = "suppliers/proposals/portal_articles.html"
    for_links = False

    def rows(self) -> QuerySet:
        """As the address asks."""
        return selectors.own_articles(
            self.actor, self.request.GET.get("q", "").strip(), self.request.GET.get("show", "")
        )

    def context(self) -> dict[str, Any]:
        sent = self.request.GET
        page = Paginator(self.rows(), SHOWN).get_page(sent.get("page"))
        proposals = PriceProposal.objects.visible_to(self.actor).order_by("-pk")[:SHOWN]
        return {
            **super().context(), "rows": page, "q": sent.get("q", ""), "show": sent.get("show", ""),
            "proposals": proposals if self.actor.is_supplier else (), "may_propose": self.actor.may(PROPOSE),
        }  # fmt: skip


class PortalArticlesExport(PortalArticles):
    """The same as a file."""

    name, route = "articles-xlsx", "articles.xlsx"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        file = io.BytesIO()
        query = request.GET.urlencode()
        made = exports.write(file, sheets.OwnPricesSheet, self.rows(), self.actor, kind="xlsx", query=query)
        with unit_of_work():
            exports.note(made, actor=self.actor)
        return _sheet(file.getvalue(), "articles")


class PortalTemplate(PortalArticles):
    """The sheet to fill in with new prices."""

    name, route, permission = "template", "template.xlsx", PROPOSE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _sheet(sheets.template(list(self.rows()), self.actor), "prices")


def _sheet(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    )


class PortalProposal(SupplierPage):
    """One proposal, with what became of each price."""

    model, permission, title, name = PriceProposal, HELD, _("Price proposal"), "proposal"
    route = "<str:public_id>/"
    template = "suppliers/proposals/portal_proposal.html"
    main = True
    for_links = False
    loads_object = True

    def heading(self) -> Any:
        return self.object.title

    def eyebrow(self) -> list[Any]:
        return [self.title]

    def context(self) -> dict[str, Any]:
        draft = self.object.state == ProposalState.DRAFT
        return {
            **super().context(), "proposal": self.object, "rows": list(selectors.lines_of(self.object)),
            "files": list(files.files_of(self.object)), "offers": available(self.object, self.actor),
            "may_edit": draft and self.actor.may(PROPOSE),
            "may_attach": files.may_change(self.object, self.actor),
        }  # fmt: skip


class PortalProposalCreate(SupplierCreatePage):
    """Type new prices."""

    model, permission, title, name, route = PriceProposal, PROPOSE, _("Propose prices"), "new", "new/"
    form, lines, service = forms.ProposalForm, forms.ProposalLines, services.create_proposal
    hint = _("Nothing is sent yet: you will see it once more.")
    for_links = False

    def initial_lines(self) -> list[dict[str, Any]]:
        """The article of the address, as its row in the list names it."""
        named = {name: self.request.GET[name] for name in ("article", "our_article") if self.request.GET.get(name)}
        return [named] if named else []

    def initial(self) -> dict[str, Any]:
        """A subject is the supplier's to choose."""
        return {}

    def back_url(self) -> str:
        """The articles."""
        return reverse("portal-proposals:articles")


class PortalProposalEdit(SupplierEditPage):
    """Change a draft."""

    model, permission, name, route = PriceProposal, PROPOSE, "edit", "<str:public_id>/edit/"
    form, lines, service = forms.ProposalForm, forms.ProposalLines, services.update_proposal
    for_links = False

    def initial_lines(self) -> list[dict[str, Any]]:
        return initial_of(selectors.lines_of(self.object), forms.ProposalLines)


class PortalSheet(SupplierActionPage):
    """A draft out of a filled-in sheet."""

    permission, title, name, route = PROPOSE, _("Propose prices by a sheet"), "sheet", "sheet/"
    form = forms.SheetForm
    ask = _("Download the sheet of your articles, fill in the new prices, and send it back here.")
    submit = _("Read the sheet")
    for_links = False

    def act(self, form: Any) -> PriceProposal:
        """Its lines, as if they were typed; a fault names the row of the new prices, counted from one."""
        upload = form.cleaned_data["file"]
        if upload.size > sheets.LARGEST:
            raise InvalidInput({"file": [_("This file is too large.")]})
        lines = sheets.read(upload.read(), upload.name, self.actor)
        try:
            return services.create_proposal(actor=self.actor, title=form.cleaned_data["title"], lines=lines)
        except InvalidInput as fault:
            raise InvalidInput({"file": [_words(*pair) for pair in fault.errors.items()]}) from fault

    def back_url(self) -> str:
        """The articles."""
        return reverse("portal-proposals:articles")


def _words(name: str, sentences: Any) -> str:
    """A fault of a line as a sentence over the form."""
    place = name.split(".")[1] if name.startswith("lines.") else ""
    said = " ".join(str(one) for one in sentences)
    return f"{_('New price')} {int(place) + 1}: {said}" if place.isdigit() else said


class _Move(SupplierActionPage):
    """A move of a proposal that its supplier makes."""

    abstract = True
    model, permission = PriceProposal, PROPOSE
    form = None
    for_links = False
    loads_object = True
    move = ""

    def act(self, form: Any) -> PriceProposal:
        return perform(self.object, self.move, actor=self.actor)


class PortalSend(_Move):
    """Send it."""

    title, ask, submit = _("Send the proposal"), _("The buyer sees your prices and decides on each."), _("Send")
    name, move, done = "send", "send", _("Sent. We write to you when the buyer has decided.")


class PortalWithdraw(_Move):
    """Take it back."""

    title, ask, submit = _("Withdraw the proposal"), _("The buyer can no longer accept these prices."), _("Withdraw")
    name, move, tone, done = "withdraw", "withdraw", "danger", _("Withdrawn.")


class FileForm(ui_forms.Form):
    """A file."""

    file = ui_forms.FileField(label=_("File"))


class PortalAttach(SupplierActionPage):
    """A price list as it was printed."""

    model, permission, title, name = PriceProposal, PROPOSE, _("Attach a file"), "attach"
    form = FileForm
    submit = _("Attach")
    for_links = False
    loads_object = True

    def act(self, form: Any) -> PriceProposal:
        attaching.attach(self.object, form.cleaned_data["file"], actor=self.actor)
        return self.object


patterns = [
    page.pattern()
    for page in (
        PortalArticles, PortalArticlesExport, PortalTemplate, PortalProposalCreate, PortalSheet, PortalProposal,
        PortalProposalEdit, PortalSend, PortalWithdraw, PortalAttach,
    )
]  # fmt: skip
