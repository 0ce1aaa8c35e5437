"""The supplier's pages of a tender: what is wanted, the offer as it is typed, the check, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.contrib import messages
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from procurement.bids import formdata, offers, receipts, selectors, services, sheets
from procurement.bids.forms import DeclineForm
from procurement.bids.models import Bid, BidReceipt
from procurement.bids.services import Copy, TooLate
from procurement.tenders import sealing
from procurement.tenders import services as tenders
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Invitation, Tender
from srm.core import clock
from srm.core.errors import DomainError, InvalidInput, Missing, RuleBroken, TooLarge
from srm.core.ids import new_public_id
from srm.ui.panels import panels_of
from srm.ui.slots import tell_security, unit_of_work
from suppliers.portal.pages import SupplierActionPage, SupplierPage, portal_url

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@method_decorator(sensitive_post_parameters(), name="dispatch")
class TenderPage(SupplierPage):
    """Shared by the pages of one tender."""

    abstract = True
    model = Tender
    permission = "portal.view"

    def eyebrow(self) -> list[Any]:
        """The tender's number and who asks."""
        return [self.object.number, self.object.legal_entity.name]

    def heading(self) -> Any:
        """What it is about."""
        return self.title or self.object.title

    @cached_property
    def lines(self) -> list[Any]:
        """What is asked for."""
        return list(self.object.all_lines())

    @cached_property
    def copy(self) -> Copy | None:
        """What this supplier has typed and sent, as far as it may be read again."""
        return services.load_copy(self.object, actor=self.actor)

    @cached_property
    def bid(self) -> Bid | None:
        """This supplier's own offer."""
        return selectors.own_bid(self.object, self.actor)

    @property
    def running(self) -> bool:
        """Whether offers are taken; the server's clock decides again when one is sent."""
        return self.object.state == TenderState.PUBLISHED and not self.object.over_at(clock.now())

    @property
    def may_bid(self) -> bool:
        """Whether the reader may type and send."""
        return self.actor.may("portal.bid")

    def url(self, name: str, **more: str) -> str:
        """The address of another page of this tender."""
        return reverse(f"portal-bids:tender-{name}", kwargs={"public_id": self.object.public_id, **more})

    def context(self) -> dict[str, Any]:
        return {
            **super().context(), "tender": self.object, "running": self.running, "may_bid": self.may_bid,
            "offer_url": portal_url(self.object), "fingerprint": getattr(tenders.key_of(self.object), "fingerprint", ""),
        }  # fmt: skip

    def refused(self, fault: RuleBroken) -> HttpResponseBase:
        """Say why it was not taken, on the tender's page; a late try leaves a trace."""
        if isinstance(fault, TooLate):
            tell_security(self.actor, "offer.late", {"tender": self.object.number}, self.request.path)
        for reason in fault.reasons:
            messages.warning(self.request, str(reason))
        return HttpResponseRedirect(portal_url(self.object))


class OfferPage(TenderPage):
    """What is wanted and, while there is time, the form; after sending, the state of the offer."""

    name = "offer"
    route = "<str:public_id>/"
    main = True
    template = "procurement/bids/portal/offer.html"

    def context(self) -> dict[str, Any]:
        """The form, or what became of the offer."""
        return {**super().context(), **self.form_context(), **self.state_context()}

    @property
    def editing(self) -> bool:
        """Whether the form is shown: at first, and again when an offer that was sent is to be replaced."""
        sent = self.bid is not None and self.bid.state == "submitted"
        return self.running and self.may_bid and not self.declined and (not sent or "edit" in self.request.GET)

    @cached_property
    def invitation(self) -> Invitation | None:
        """The supplier's own invitation."""
        return Invitation.objects.visible_to(self.actor).filter(tender=self.object).first()

    @property
    def declined(self) -> bool:
        """Whether the supplier has said no."""
        return self.invitation is not None and self.invitation.declined_at is not None

    def form_context(
        self, typed: Mapping[str, Any] | None = None, errors: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The rows of the form, or the offer as it was sent."""
        shown = (
            typed if typed is not None else (self.copy.typed if self.editing else self.copy.sent) if self.copy else None
        )
        last = selectors.last_prices(self.object, self.supplier.pk) if self.editing else {}
        offer = doubted = None
        if shown and not errors:
            try:
                offer = services.check_typed(self.object, shown)
                doubted = offers.doubts(offer, last)
            except InvalidInput:
                offer = None
        return {
            "rows": formdata.rows_for(self.lines, shown, errors=errors, last=last, offer=offer, doubts=doubted or ()),
            "typed": shown or {}, "errors": errors or {}, "over_all": (errors or {}).get("__all__", []), "offer": offer,
        }  # fmt: skip

    def state_context(self) -> dict[str, Any]:
        """Where the offer stands."""
        own = receipts.receipts_of(self.object, self.actor)
        panels = [one for one in panels_of(self.object, self.actor) if one.permission.startswith("portal.")]
        return {
            "bid": self.bid, "editing": self.editing, "declined": self.declined, "invitation": self.invitation,
            "receipts": [(one, sealing.code_of(one.body)) for one in own if not one.bid.by_buyer],
            "entered": selectors.entered_bid(self.object, self.actor), "saved_at": self.copy.saved_at if self.copy else None,
            "unseen": self.invitation is not None and self.invitation.seen_at is None,
            "results": [html for one in panels if (html := render_panel(one, self))],
        }  # fmt: skip


def render_panel(one: Any, page: OfferPage) -> str:
    """The html of a panel that another room shows to suppliers."""
    content = one.render(page.object, page.actor, page.request)
    if not content:
        return ""
    return render_to_string(content[0], {"tender": page.object, "actor": page.actor, **content[1]}, page.request)


class OfferSeen(TenderPage):
    """The browser says that the page was really looked at; a mail scanner that follows links does not."""

    name = "seen"
    route = "<str:public_id>/seen/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Note it."""
        with unit_of_work():
            tenders.mark_seen(self.object, actor=self.actor)
        return HttpResponse(status=204)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """There is nothing to look at."""
        return HttpResponseRedirect(portal_url(self.object))


class OfferDraft(OfferSeen):
    """What is typed is kept as it is typed, locked."""

    permission = "portal.bid"
    name = "draft"
    route = "<str:public_id>/draft/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep it; the answer says when, or why not."""
        try:
            sent = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            sent = None
        if not isinstance(sent, dict):
            return JsonResponse({"text": _("This could not be read.")}, status=400)
        try:
            with unit_of_work():
                at = services.save_draft(self.object, actor=self.actor, typed=sent)
        except DomainError as fault:
            return JsonResponse({"text": str(fault)}, status=fault.status)
        return JsonResponse({"saved_at": at.isoformat()})


class OfferCheck(OfferPage):
    """The offer once more, before it is sealed: what is offered, the total, what looks odd."""

    permission = "portal.bid"
    name = "check"
    route = "<str:public_id>/check/"
    main = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing was sent: back to the form."""
        return HttpResponseRedirect(portal_url(self.object))

    @property
    def editing(self) -> bool:
        """The form is shown again when something is wrong."""
        return True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep what was typed, then show what would be sent."""
        typed = formdata.typed_from(request.POST, self.lines)
        try:
            with unit_of_work():
                services.save_draft(self.object, actor=self.actor, typed=typed)
        except RuleBroken as fault:
            return self.refused(fault)
        typed = offers.clean_typed(typed, services.wanted_of(self.object))
        try:
            offer = services.check_typed(self.object, typed)
        except InvalidInput as fault:
            self.template = OfferPage.template
            return self.show(status=422, **self.form_context(typed, fault.errors))
        self.template = "procurement/bids/portal/check.html"
        return self.show(
            **self.form_context(typed), offered=self.offered(offer), mark=mark_of(typed), request_key=new_public_id()
        )

    def offered(self, offer: offers.Offer) -> dict[str, Any]:
        """How much of what is asked for is in the offer."""
        return {"lines": len(offer.lines), "of": len(self.lines), "missing": len(self.lines) - len(offer.lines)}


def mark_of(typed: Mapping[str, Any]) -> str:
    """Ties the confirmation to what was shown; keyed, so that nothing can be guessed from it."""
    text = orjson.dumps(typed, option=orjson.OPT_SORT_KEYS)
    return salted_hmac("procurement.bids.check", text, algorithm="sha256").hexdigest()


class OfferSubmit(OfferSeen):
    """Seal and send what was checked."""

    permission = "portal.bid"
    name = "submit"
    route = "<str:public_id>/submit/"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Submit the kept draft; pressing twice sends once."""
        key, typed = request.POST.get("request_key", "")[:64], self.copy.typed if self.copy else {}
        same = constant_time_compare(request.POST.get("mark", ""), mark_of(typed))
        try:
            with unit_of_work():
                receipt = services.submit(self.object, actor=self.actor, typed=typed if same else {}, key=key)
        except InvalidInput:
            messages.warning(request, _("The offer was changed in another window meanwhile. Check it again."))
            return HttpResponseRedirect(f"{portal_url(self.object)}?edit=1")
        except RuleBroken as fault:
            return self.refused(fault)
        return HttpResponseRedirect(self.url("receipt", receipt=receipt.public_id))


class ReceiptPage(TenderPage):
    """What was received when, with the code to compare."""

    permission = "portal.read_bids"
    name = "receipt"
    route = "<str:public_id>/receipts/<str:receipt>/"
    template = "procurement/bids/portal/receipt.html"

    @cached_property
    def receipt(self) -> BidReceipt:
        """The receipt in the address, of this supplier and this tender."""
        wanted = self.kwargs["receipt"]
        for one in receipts.receipts_of(self.object, self.actor):
            if one.public_id == wanted:
                return one
        raise Missing()

    def heading(self) -> Any:
        """What happened."""
        return _("Your offer was withdrawn") if self.receipt.kind == "withdrawn" else _("Your offer was received")

    def context(self) -> dict[str, Any]:
        """The receipt and its code."""
        return {**super().context(), "receipt": self.receipt, "code": sealing.code_of(self.receipt.body),
                "file_url": self.url("receipt-file", receipt=self.receipt.public_id)}  # fmt: skip


class ReceiptFile(ReceiptPage):
    """The receipt as a file that can be checked without this program."""

    name = "receipt-file"
    route = "<str:public_id>/receipts/<str:receipt>/receipt.json"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        copy = self.copy
        nonce = copy.nonce if copy and copy.edition == self.receipt.edition and not self.receipt.bid.by_buyer else ""
        body = orjson.dumps(receipts.as_file(self.receipt, nonce), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        name = f"receipt-{self.object.number}-{self.receipt.edition}.json"
        return HttpResponse(
            body, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )


class OfferWithdraw(SupplierActionPage):
    """Take the offer back."""

    model = Tender
    permission = "portal.bid"
    name = "withdraw"
    title = gettext_lazy("Withdraw your offer")
    form = None
    ask = gettext_lazy("Your offer no longer counts and is not opened. You can submit again until the deadline.")
    submit = gettext_lazy("Withdraw the offer")
    tone = "danger"
    done = ""

    def act(self, form: Any) -> str:
        """Withdraw it; the answer is a receipt."""
        receipt = services.withdraw(self.object, actor=self.actor)
        return reverse(
            "portal-bids:tender-receipt", kwargs={"public_id": self.object.public_id, "receipt": receipt.public_id}
        )


class OfferDecline(SupplierActionPage):
    """Say no."""

    model = Tender
    permission = "portal.bid"
    name = "decline"
    title = gettext_lazy("We will not take part")
    form = DeclineForm
    ask = gettext_lazy("The buyer is told. You can think again until the deadline.")
    submit = gettext_lazy("Tell the buyer")
    done = gettext_lazy("The buyer is told.")

    def act(self, form: DeclineForm) -> Tender:
        """Decline."""
        services.decline(self.object, actor=self.actor, reason=form.cleaned_data["reason"])
        return self.object


class OfferTakePart(SupplierActionPage):
    """Think again."""

    model = Tender
    permission = "portal.bid"
    name = "take-part"
    title = gettext_lazy("We take part after all")
    form = None
    ask = gettext_lazy("You can then make an offer until the deadline.")
    submit = gettext_lazy("Take part")
    done = ""

    def act(self, form: Any) -> Tender:
        """Take the refusal back."""
        tenders.take_part(self.object, actor=self.actor)
        return self.object


class OfferSheetPage(TenderPage):
    """The lines as a workbook to fill in."""

    permission = "portal.read_bids"
    name = "sheet"
    route = "<str:public_id>/offer.xlsx"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        content = sheets.workbook(self.lines, self.copy.typed if self.copy else None, self.actor)
        headers = {"Content-Disposition": f'attachment; filename="{self.object.number}.xlsx"'}
        return HttpResponse(content, content_type=XLSX, headers=headers)


@method_decorator(csrf_exempt, name="dispatch")
class OfferUpload(OfferSeen):
    """A filled-in workbook, read in memory; its prices become the draft.

    The usual upload handlers write larger files to a disk, in the clear. So the handler is chosen before the body is
    read, and the token, which lies in the body, is checked after that.
    """

    permission = "portal.bid"
    name = "upload"
    route = "<str:public_id>/upload/"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.upload_handlers = [MemoryFileUploadHandler(request)]
        return csrf_protect(super().dispatch)(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take the prices over."""
        try:
            found = self.read(request)
            typed = dict(self.copy.typed) if self.copy else {}
            typed["lines"] = {**typed.get("lines", {}), **found}
            with unit_of_work():
                services.save_draft(self.object, actor=self.actor, typed=typed)
        except RuleBroken as fault:
            return self.refused(fault)
        except (InvalidInput, TooLarge) as fault:
            sentences = fault.errors.get("file", [str(fault)]) if isinstance(fault, InvalidInput) else [str(fault)]
            for sentence in sentences:
                messages.error(request, str(sentence))
            return HttpResponseRedirect(f"{portal_url(self.object)}?edit=1")
        messages.success(request, sheets.summary(len(found)))
        return HttpResponseRedirect(f"{portal_url(self.object)}?edit=1")

    def read(self, request: HttpRequest) -> dict[str, dict[str, str]]:
        """The sheet's lines.

        Raises:
            InvalidInput, TooLarge: it is refused.
        """
        upload = request.FILES.get("file")
        if upload is None:
            if int(request.META.get("CONTENT_LENGTH") or 0) > sheets.LARGEST:
                raise TooLarge()
            raise InvalidInput({"file": _("Choose the filled-in sheet first.")})
        return sheets.read(upload.read(), upload.name or "", self.lines, self.actor)


class Protection(SupplierPage):
    """What is protected, and what is not: said plainly."""

    permission = "portal.view"
    title = gettext_lazy("How your offer is protected")
    template = "procurement/bids/portal/protection.html"
    name = "protection"
    route = "protection/"
