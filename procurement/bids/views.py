"""Staff pages of offers: one opened offer, a quote entered for a supplier, the comparison as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from procurement.bids import formdata, receipts, selectors, services
from procurement.bids.exchange import comparison_file
from procurement.bids.models import Bid
from procurement.bids.opening import total_of
from procurement.bids.tables import BidLineTable
from procurement.tenders import sealing
from procurement.tenders.lifecycle import TenderState
from procurement.tenders.models import Tender
from srm.audit import services as audit
from srm.core.errors import InvalidInput, NotAllowed, RuleBroken
from srm.core.ids import new_public_id
from srm.ui import formats
from srm.ui.links import url_of
from srm.ui.pages import DetailPage, Page
from srm.ui.slots import Action, unit_of_work
from suppliers.registry.models import Supplier

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BidDetail(DetailPage):
    """One opened offer."""

    model = Bid
    permission = "bids.view"
    facts = [
        "supplier", "submitted_at", ("total", gettext_lazy("Total with freight")), "freight", "valid_until", "note",
        "entered_by", "evidence", "fault",
    ]  # fmt: skip
    lines = ("offered", BidLineTable)

    def queryset(self) -> QuerySet:
        """With the names the page shows."""
        return super().queryset().select_related("tender", "supplier", "entered_by")

    def eyebrow(self) -> list[Any]:
        """The tender it answers."""
        return [self.object.tender.number, _("Offer")]

    def heading(self) -> str:
        """Whose offer for what."""
        return f"{self.object.supplier}: {self.object.tender.title}"

    def fact_total(self) -> str:
        """With its currency."""
        return formats.money(total_of(self.object), self.object.currency) if self.object.net_total is not None else ""

    def offered(self) -> QuerySet:
        """Its lines with their items."""
        return self.object.lines.select_related("lot_line__item", "lot_line__unit").order_by(
            "lot_line__lot__position", "lot_line__position"
        )

    def warnings(self) -> list[Any]:
        """A fault is said on top."""
        found = [self.object.fault] if self.object.fault else []
        if self.object.by_buyer:
            found.append(_("Entered by the buyer, not sent by the supplier."))
        return found

    def actions(self) -> list[Action]:
        """Moves, and back to the comparison."""
        back = Action("comparison", _("Comparison"), f"{url_of(self.object.tender)}?tab=comparison")
        return [back, *super().actions()]


@method_decorator(sensitive_post_parameters(), name="dispatch")
class EnterOffer(Page):
    """A quote that came by mail or phone, entered for the supplier and sealed like any other."""

    model = Tender
    permission = "tenders.edit"
    name = "enter"
    title = gettext_lazy("Enter a quote for a supplier")
    template = "procurement/bids/enter.html"
    typed: dict[str, Any] | None = None
    errors: dict[str, Any]
    reasons: list[Any]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Nothing is wrong yet."""
        super().setup(request, *args, **kwargs)
        self.errors, self.reasons = {}, []

    def eyebrow(self) -> list[Any]:
        """The tender."""
        return [self.object.number, self.object.title]

    def context(self) -> dict[str, Any]:
        """The invited suppliers and the lines."""
        lines = list(self.object.all_lines())
        invited = self.object.invited().select_related("supplier").order_by("supplier__name")
        return {
            **super().context(), "tender": self.object, "suppliers": [row.supplier for row in invited], "typed": self.typed or {},
            "rows": formdata.rows_for(lines, self.typed, errors=self.errors), "errors": self.errors, "reasons": self.reasons,
            "chosen": self.request.POST.get("supplier", ""), "evidence": self.request.POST.get("evidence", ""),
            "request_key": self.request.POST.get("request_key") or new_public_id(), "back_url": url_of(self.object),
            "closed": self.closed(), "over_all": self.errors.get("__all__", []),
        }  # fmt: skip

    def closed(self) -> str:
        """Why nothing can be entered, or nothing."""
        if not self.object.flags.buyer_enters:
            return _("In this procedure suppliers make their offers themselves.")
        return "" if self.object.state == TenderState.PUBLISHED else _("This tender takes no offers now.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Seal it."""
        post = request.POST
        self.typed = formdata.typed_from(post, list(self.object.all_lines()))
        supplier = Supplier.objects.visible_to(self.actor).filter(public_id=post.get("supplier", "")).first()
        if supplier is None:
            self.errors = {"supplier": [_("Choose the supplier.")]}
            return self.show(status=422)
        try:
            with unit_of_work():
                receipt = services.enter_for_supplier(
                    self.object, actor=self.actor, supplier=supplier, typed=self.typed, evidence=post.get("evidence", ""),
                    key=post.get("request_key", ""),
                )  # fmt: skip
        except InvalidInput as fault:
            self.errors = fault.errors
            return self.show(status=422)
        except RuleBroken as fault:
            self.reasons = fault.reasons
            return self.show(status=409)
        words = {"supplier": supplier.name, "code": sealing.code_of(receipt.body)}
        messages.success(request, _("The quote of %(supplier)s is sealed. Verification code: %(code)s") % words)
        return HttpResponseRedirect(url_of(self.object) or "/")


class ComparisonFile(Page):
    """The comparison as a workbook; taking figures out of the house is a right of its own and noted."""

    model = Tender
    permission = "bids.view"
    name = "comparison-file"
    route = "<str:public_id>/comparison.xlsx"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.actor.may("exchange.export"):
            raise NotAllowed()
        if self.object.sealed:
            raise RuleBroken([_("Offers stay sealed until the deadline.")])
        content = comparison_file(selectors.board(self.object, self.actor), self.actor)
        with unit_of_work():
            audit.record(actor=self.actor, verb="exported", subject=self.object)
        name = slugify(f"{self.object.number}-comparison")
        return HttpResponse(
            content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
        )


class VerifyReceipt(Page):
    """Anybody checks a receipt: whether we signed it, and whether the envelope it speaks of is still as it was."""

    public = True
    name = "verify"
    route = "receipts/verify/"
    title = gettext_lazy("Check a receipt")
    template = "procurement/bids/verify.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Judge what was pasted."""
        sent = request.POST.get("receipt", "")[:20_000]
        return self.show(sent=sent, verdict=receipts.verdict(sent))
