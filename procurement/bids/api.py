"""Offers over the API: the comparison for the buyer, one's own tenders and offers for the supplier.

An offer that is submitted here is sealed like one typed in the portal. A repeat with the same Idempotency-Key is told
the receipt's id and nothing of what was sent.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from procurement.bids import receipts, selectors, services
from procurement.bids.models import Bid, BidLine, BidReceipt
from procurement.bids.services import TooLate
from procurement.tenders.api import LotLineSerializer, TenderCommand
from procurement.tenders.models import Tender
from procurement.tenders.services import key_of
from srm.core.errors import Missing, RuleBroken
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from srm.ui import filters
from srm.ui.slots import tell_security

MOST = 200

# ---------------------------------------------------------------------------------------------- the buyer's side


class BidLineSerializer(LineSerializer):
    """The offer for one line."""

    lot_line = serializers.CharField(source="lot_line.public_id")

    class Meta:
        model = BidLine
        fields = ("lot_line", "price", "price_basis", "quantity", "net", "landed", "deliver_on", "note")


class BidSerializer(Serializer):
    """An opened offer."""

    lines = BidLineSerializer(many=True)

    class Meta:
        model = Bid
        fields = (
            "tender", "supplier", "state", "submitted_at", "by_buyer", "evidence", "currency", "net_total", "freight",
            "valid_until", "note", "fault", "lines", "version",
        )  # fmt: skip


class BidFilter(filters.FilterSet):
    """Offers of one tender, or of one supplier."""

    tender = filters.PickerFilter("tenders")
    supplier = filters.PickerFilter("suppliers")

    class Meta:
        model = Bid
        fields: list[str] = []


class BidViewSet(DocumentViewSet):
    """Offers of opened tenders; before the opening there are none, for anybody."""

    model = Bid
    serializer_class = BidSerializer
    permissions = {"view": "bids.view"}
    filterset_class = BidFilter
    sorts = {"-id": ("-id",), "id": ("id",)}

    def queryset(self) -> Any:
        """With the lines."""
        return super().queryset().prefetch_related("lines__lot_line")


class ComparisonView(TenderCommand):
    """Opened offers side by side: every line by every supplier, the best of each, the cheapest complete offer."""

    permission = "bids.view"

    @extend_schema(responses={200: {"type": "object"}}, operation_id="tenders_comparison")
    def get(self, request: Request, id: str) -> Response:
        """The comparison."""
        tender = self.tender()
        if tender.sealed:
            raise RuleBroken([_("Offers stay sealed until the deadline.")])
        found = selectors.comparison(tender, self.actor)
        return Response(
            {
                "tender": tender.public_id, "currency": tender.currency, "best": found.best_per_line(),
                "best_single": found.single.offer.id if found.single else None,
                "offers": [_lane(lane) for lane in found.lanes],
            }
        )  # fmt: skip


def _lane(lane: Any) -> dict[str, Any]:
    return {
        "id": lane.offer.id, "supplier": lane.offer.supplier, "admitted": lane.offer.admitted, "comparable": lane.comparable,
        "missing": lane.missing, "partial": lane.partial, "landed_total": str(lane.total), "best_lines": lane.wins,
        "lines": [
            {
                "line": quote.line, "offer_line": quote.id, "unit_price": _plain(quote.price), "landed": str(quote.landed),
                "landed_price": _plain(round(quote.unit, 6)), "quantity": _plain(quote.quantity), "deliver_on": quote.deliver_on,
            }
            for quote in lane.offer.quotes.values()
        ],
    }  # fmt: skip


def _plain(number: Any) -> str:
    return format(number.normalize() if number else number, "f")


# ------------------------------------------------------------------------------------------- the supplier's side


class AskedSerializer(Serializer):
    """A tender as an invited supplier sees it."""

    lines = LotLineSerializer(many=True)
    key_fingerprint = serializers.SerializerMethodField()
    own_state = serializers.SerializerMethodField(help_text="Where the caller's own offer stands, null without one.")

    class Meta:
        model = Tender
        fields = (
            "number", "state", "title", "description", "currency", "incoterm", "payment_days", "deadline", "published_at",
            "opened_at", "key_fingerprint", "own_state", "lines",
        )  # fmt: skip

    def get_fields(self) -> dict[str, serializers.Field]:
        """Suppliers learn neither our baseline nor where a need comes from."""
        fields = super().get_fields()
        child = fields["lines"].child  # type: ignore[attr-defined]
        for name in ("baseline", "from_demand", "item"):
            child.fields.pop(name, None)
        child.fields["what"] = serializers.CharField(read_only=True)
        return fields

    def get_key_fingerprint(self, tender: Tender) -> str | None:
        """As in the notice and every receipt."""
        key = key_of(tender)
        return key.fingerprint if key else None

    def get_own_state(self, tender: Tender) -> str | None:
        """draft, submitted, withdrawn, opened, rejected, won or lost."""
        bid = selectors.own_bid(tender, self.actor)
        return bid.state if bid else None


class OfferLineInput(InputSerializer):
    """The offer for one line. Without a quantity everything is offered; the price is for `basis` units."""

    line = serializers.CharField(max_length=22)
    price = serializers.CharField(max_length=30)
    basis = serializers.ChoiceField(choices=[1, 10, 100, 1000], default=1)
    quantity = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    deliver_on = serializers.DateField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class OfferInput(InputSerializer):
    """An offer."""

    lines = OfferLineInput(many=True, allow_empty=False)
    freight = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")

    def typed(self) -> dict[str, Any]:
        """As the services take what people type."""
        values = self.validated_data
        lines = {
            one["line"]: {
                **{name: str(one[name]) for name in ("price", "basis", "quantity", "note")},
                "deliver_on": one["deliver_on"].isoformat(),
            }
            for one in values["lines"]
        }
        until = values["valid_until"]
        return {
            "lines": lines,
            "freight": values["freight"],
            "note": values["note"],
            "valid_until": until.isoformat() if until else "",
        }


class DeclineInput(InputSerializer):
    """Why not."""

    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class AskedTender(TenderCommand):
    """Shared by a supplier's commands on one tender."""

    abstract = True
    permission = "portal.bid"

    def tender(self) -> Tender:
        """The tender of the address, for a supplier that was invited; for staff there is none here."""
        if not self.actor.is_supplier:
            raise Missing()
        return super().tender()

    def kept_body(self, answer: Response) -> object:
        """A repeat is told which receipt it got, and nothing of the offer."""
        return {"receipt_id": answer.data["receipt_id"]} if "receipt_id" in (answer.data or {}) else answer.data

    def receipted(self, receipt: BidReceipt) -> Response:
        """The receipt as the answer."""
        return Response({"receipt_id": receipt.public_id, **receipts.as_file(receipt)}, status=201)

    def handle_exception(self, exc: Exception) -> Any:
        """A late try leaves a trace."""
        if isinstance(exc, TooLate):
            tell_security(self.actor, "offer.late", {"tender": self.kwargs["id"]}, self.request.path)
        return super().handle_exception(exc)


class AskedList(ApiView):
    """Tenders the caller's firm was invited to, the newest first."""

    permission = "portal.view"

    @extend_schema(responses=AskedSerializer(many=True), operation_id="portal_tenders")
    def get(self, request: Request) -> Response:
        """All of them, up to two hundred."""
        rows = Tender.objects.visible_to(self.actor).prefetch_related(
            "lots__lines__lot", "lots__lines__item", "lots__lines__unit"
        )
        rows = rows.order_by("-published_at") if self.actor.is_supplier else rows.none()
        data = AskedSerializer(rows[:MOST], many=True, context=self.get_serializer_context()).data
        return Response({"results": data})


class AskedDetail(AskedTender):
    """One tender, for who was invited."""

    permission = "portal.view"

    @extend_schema(responses=AskedSerializer, operation_id="portal_tender")
    def get(self, request: Request, id: str) -> Response:
        """What is asked for, until when."""
        return Response(AskedSerializer(self.tender(), context=self.get_serializer_context()).data)


class OfferView(AskedTender):
    """Seal and submit the caller's offer; a new one replaces the one before. The answer is a signed receipt."""

    @extend_schema(request=OfferInput, responses={201: {"type": "object"}}, operation_id="portal_offer")
    def post(self, request: Request, id: str) -> Any:
        """Submit."""

        def work() -> Response:
            sent = OfferInput(data=self.body(), context=self.get_serializer_context())
            sent.is_valid(raise_exception=True)
            return self.receipted(services.submit(self.tender(), actor=self.actor, typed=sent.typed()))

        return self.write(work)


class WithdrawView(AskedTender):
    """Withdraw the caller's offer; the answer is a signed receipt."""

    @extend_schema(request=None, responses={201: {"type": "object"}}, operation_id="portal_withdraw")
    def post(self, request: Request, id: str) -> Any:
        """Withdraw."""
        return self.write(lambda: self.receipted(services.withdraw(self.tender(), actor=self.actor)))


class DeclineView(AskedTender):
    """Say that the caller's firm will not take part."""

    @extend_schema(request=DeclineInput, responses={204: None}, operation_id="portal_decline")
    def post(self, request: Request, id: str) -> Any:
        """Decline."""

        def work() -> Response:
            services.decline(self.tender(), actor=self.actor, **self.values(DeclineInput))
            return Response(status=204)

        return self.write(work)


class ReceiptsView(AskedTender):
    """The caller's receipts in a tender, the newest first."""

    permission = "portal.read_bids"

    @extend_schema(responses={200: {"type": "object"}}, operation_id="portal_receipts")
    def get(self, request: Request, id: str) -> Response:
        """All of them."""
        found = receipts.receipts_of(self.tender(), self.actor)
        return Response({"results": [{"receipt_id": one.public_id, **receipts.as_file(one)} for one in found]})


register("offers", BidViewSet)
register_view("tenders/<str:id>/comparison/", ComparisonView, "tenders-comparison")
register_view("portal/tenders/", AskedList, "portal-tenders")
register_view("portal/tenders/<str:id>/", AskedDetail, "portal-tender")
register_view("portal/tenders/<str:id>/offer/", OfferView, "portal-offer")
register_view("portal/tenders/<str:id>/withdraw/", WithdrawView, "portal-withdraw")
register_view("portal/tenders/<str:id>/decline/", DeclineView, "portal-decline")
register_view("portal/tenders/<str:id>/receipts/", ReceiptsView, "portal-receipts")
