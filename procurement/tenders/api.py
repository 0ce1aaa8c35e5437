"""Tenders over the API: documents with their lines, lots, invitations, and two commands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from procurement.planning.models import DemandLine
from procurement.requests.work import WORK
from procurement.tenders import deciding, services
from procurement.tenders.filters import TenderFilter
from procurement.tenders.models import Invitation, Lot, LotLine, Tender
from procurement.tenders.policy import override_policy
from procurement.tenders.views import TenderList
from srm.catalog.policy.api import OverrideSerializer
from srm.catalog.policy.models import OVERRIDE
from srm.core.errors import Missing
from srm.rest.fields import PUBLIC_ID, AmountField, CurrencyField, PriceField, QuantityField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from srm.ui import filters
from suppliers.registry.models import Contact, Supplier


class LotTitle(serializers.CharField):
    """The lot a line belongs to, by title; the titles make the lots."""

    def get_attribute(self, instance: LotLine) -> str:
        return instance.lot.title


class LotLineSerializer(LineSerializer):
    """What suppliers quote for. A line with an item is kept in the item's base unit."""

    lot = LotTitle(required=False, allow_blank=True, max_length=150)
    quantity = QuantityField()
    baseline = PriceField(required=False, allow_null=True)
    from_demand = serializers.SerializerMethodField()

    class Meta:
        model = LotLine
        fields = (
            "lot",
            "position",
            "item",
            "description",
            "quantity",
            "unit",
            "need_by",
            "place",
            "baseline",
            "from_demand",
            *WORK,
        )
        writable = ("lot", "item", "description", "quantity", "unit", "need_by", "place", "baseline")
        extra_kwargs = {"unit": {"required": False}}

    def get_from_demand(self, line: LotLine) -> bool:
        """Whether it takes up demand; then item, unit and place are fixed."""
        return line.demand_line_id is not None


class TenderSerializer(Serializer):
    """A tender with its lines."""

    currency = CurrencyField(required=False)
    lines = LotLineSerializer(many=True, required=False)
    suppliers = serializers.ListField(child=RefField(Supplier), write_only=True, required=False)
    key_fingerprint = serializers.SerializerMethodField()

    class Meta:
        model = Tender
        fields = (
            "number", "state", "title", "method", "legal_entity", "buyer", "category", "currency", "incoterm", "payment_days",
            "deadline", "description", "lines", "suppliers", "published_at", "opened_at", "key_fingerprint", "version",
            "created_at",
        )  # fmt: skip
        writable = (
            "title", "method", "legal_entity", "buyer", "category", "currency", "incoterm", "payment_days", "deadline",
            "description", "lines", "suppliers",
        )  # fmt: skip
        extra_kwargs = {"legal_entity": {"required": False}, "buyer": {"required": False}}

    def get_key_fingerprint(self, tender: Tender) -> str | None:
        """As printed in the notice; only shown with one document."""
        if self.parent is not None:
            return None
        key = services.key_of(tender)
        return key.fingerprint if key else None


class TenderViewSet(DocumentViewSet):
    """Tenders: drafts are written, then published, opened and cancelled by moves. Offers are not shown here."""

    model = Tender
    serializer_class = TenderSerializer
    permissions = {"view": "tenders.view", "create": "tenders.edit", "update": "tenders.edit"}
    filterset_class = TenderFilter
    sorts = TenderList.sorts
    create_service = services.create_tender

    @staticmethod
    def update_service(
        tender: Tender, *, actor: Any, version: int | None, suppliers: Any = (), **changes: Any
    ) -> Tender:
        """Change a draft; suppliers named are asked beside those already on the list."""
        changed = services.update_tender(tender, actor=actor, version=version, **changes)
        services.invite(changed, actor=actor, suppliers=suppliers)
        return changed

    def queryset(self) -> QuerySet:
        """With lots and lines."""
        parts = ("lots__lines__lot", "lots__lines__item", "lots__lines__unit", "lots__lines__place")
        return super().queryset().prefetch_related(*parts)


class OfTenderFilter(filters.FilterSet):
    """Parts of one tender."""

    tender = filters.PickerFilter("tenders")


class LotSerializer(Serializer):
    """A part of a tender."""

    class Meta:
        model = Lot
        fields = ("tender", "position", "title")


class LotFilter(OfTenderFilter):
    """Lots of a tender."""

    class Meta:
        model = Lot
        fields: list[str] = []


class LotViewSet(DocumentViewSet):
    """Lots; they are written with the lines of their tender."""

    model = Lot
    serializer_class = LotSerializer
    permissions = {"view": "tenders.view"}
    filterset_class = LotFilter
    sorts = {"-id": ("-id",), "id": ("id",)}


class InvitationSerializer(Serializer):
    """Who was asked, and whether he looked or declined; never whether there is an offer."""

    class Meta:
        model = Invitation
        fields = ("tender", "supplier", "contact", "sent_at", "seen_at", "declined_at", "decline_reason")


class InvitationFilter(OfTenderFilter):
    """Invitations to a tender."""

    class Meta:
        model = Invitation
        fields: list[str] = []


class InvitationViewSet(DocumentViewSet):
    """Invitations; more are made by POST to a tender's invitations."""

    model = Invitation
    serializer_class = InvitationSerializer
    permissions = {"view": "tenders.view"}
    filterset_class = InvitationFilter
    sorts = {"-id": ("-id",), "id": ("id",)}


class InviteInput(InputSerializer):
    """Whom to ask."""

    suppliers = serializers.ListField(child=RefField(Supplier), min_length=1, max_length=200)
    contact = RefField(Contact, required=False, allow_null=True)


class DeadlineInput(InputSerializer):
    """A later deadline."""

    deadline = serializers.DateTimeField()
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class TenderCommand(ApiView):
    """Shared by commands on one tender."""

    abstract = True
    permission = "tenders.edit"

    def tender(self) -> Tender:
        """The tender of the address, for who may see it."""
        wanted = self.kwargs["id"]
        rows = Tender.objects.visible_to(self.actor)
        found = rows.filter(public_id=wanted).first() if PUBLIC_ID.fullmatch(wanted) else None
        if found is None:
            raise Missing()
        return found


class InviteView(TenderCommand):
    """Ask more suppliers; a published tender writes to them at once."""

    @extend_schema(request=InviteInput, responses={201: InvitationSerializer(many=True)}, operation_id="tenders_invite")
    def post(self, request: Request, id: str) -> Any:
        """Invite."""

        def work() -> Response:
            rows = services.invite(self.tender(), actor=self.actor, **self.values(InviteInput))
            return Response(
                InvitationSerializer(rows, many=True, context=self.get_serializer_context()).data, status=201
            )

        return self.write(work)


class DeadlineView(TenderCommand):
    """Move the deadline of a published tender to a later time; everybody asked is told."""

    permission = "tenders.publish"

    @extend_schema(request=DeadlineInput, responses=TenderSerializer, operation_id="tenders_deadline")
    def post(self, request: Request, id: str) -> Any:
        """Move it."""

        def work() -> Response:
            moved = services.set_deadline(self.tender(), actor=self.actor, **self.values(DeadlineInput))
            return Response(TenderSerializer(moved, context=self.get_serializer_context()).data)

        return self.write(work)


class AskView(TenderCommand):
    """Send a draft to those whom the approval rules name."""

    permission = "tenders.publish"

    @extend_schema(request=None, responses=TenderSerializer, operation_id="tenders_ask_approval")
    def post(self, request: Request, id: str) -> Any:
        """The tender, still a draft."""

        def work() -> Response:
            asked = deciding.ask(self.tender(), actor=self.actor)
            return Response(TenderSerializer(asked, context=self.get_serializer_context()).data)

        return self.write(work)


class LimitSerializer(serializers.Serializer):
    """An amount from which on a rule asks somebody, and what of the tender is compared with it."""

    rule = serializers.CharField(source="rule.public_id")
    asked = serializers.CharField(source="rule.decider", help_text="A person's or a role's name")
    order = serializers.IntegerField(source="rule.order", help_text="Step")
    min_amount = AmountField(source="rule.min_amount")
    compared = AmountField(help_text="Its own amount, or the sum of the year where the rule goes by that")
    reached = serializers.BooleanField()


class YearSumSerializer(serializers.Serializer):
    """What a category comes to this year, in the firm's base currency."""

    category = serializers.CharField(source="category.public_id")
    name = serializers.CharField(source="category.name")
    own = AmountField(help_text="Of this tender")
    others = AmountField(help_text="Of other tenders, and of orders that came out of none")
    total = AmountField()


class TenderApprovalSerializer(serializers.Serializer):
    """What the approval rules say of a tender as it is now. Amounts are in the firm's base currency."""

    asks = serializers.BooleanField(help_text="Whether anybody has to approve it before it is published")
    missing = serializers.ListField(child=serializers.CharField(), help_text="What the rules go by and is not known")
    amount = AmountField(source="worth.total")
    currency = serializers.CharField()
    years = YearSumSerializer(many=True)
    limits = LimitSerializer(many=True)
    waits_for = serializers.ListField(child=serializers.CharField(), help_text="Who is asked now")


class ApprovalView(TenderCommand):
    """What the approval rules say of a tender, and for whom it waits."""

    permission = "tenders.view"

    @extend_schema(responses=TenderApprovalSerializer, operation_id="tenders_approval")
    def get(self, request: Request, id: str) -> Any:
        """The sums, the limits, the people."""
        tender = self.tender()
        return Response(TenderApprovalSerializer(deciding.standing(tender)).data)


class OverrideInput(InputSerializer):
    """Why the category's policy is not followed."""

    reason = serializers.CharField(max_length=500)


class OverrideView(TenderCommand):
    """Let a draft past every rule of its category's policy that it breaks now."""

    permission = OVERRIDE

    @extend_schema(
        request=OverrideInput, responses={201: OverrideSerializer(many=True)}, operation_id="tenders_override_policy"
    )
    def post(self, request: Request, id: str) -> Any:
        """Write the overrides."""

        def work() -> Response:
            rows = override_policy(self.tender(), actor=self.actor, **self.values(OverrideInput))
            shown = OverrideSerializer(rows, many=True, context=self.get_serializer_context())
            return Response(shown.data, status=201)

        return self.write(work)


class FromDemandInput(InputSerializer):
    """The lines of the demand to ask suppliers for; what is open of them is taken."""

    demand_lines = serializers.ListField(child=RefField(DemandLine), min_length=1, max_length=500)
    title = serializers.CharField(max_length=150, required=False, allow_blank=True)
    deadline = serializers.DateTimeField(required=False)


class FromDemandView(TenderCommand):
    """A draft request for quotation for chosen lines of the demand."""

    @extend_schema(request=FromDemandInput, responses={201: TenderSerializer}, operation_id="tenders_from_demand")
    def post(self, request: Request) -> Any:
        """The draft."""

        def work() -> Response:
            tender = services.create_from_demand(actor=self.actor, **self.values(FromDemandInput))
            return Response(TenderSerializer(tender, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


register("tenders", TenderViewSet)
register_view("tenders/from-demand/", FromDemandView, "tenders-from-demand")
register("lots", LotViewSet)
register("invitations", InvitationViewSet)
register_view("tenders/<str:id>/invitations/", InviteView, "tenders-invite")
register_view("tenders/<str:id>/ask-approval/", AskView, "tenders-ask-approval")
register_view("tenders/<str:id>/approval/", ApprovalView, "tenders-approval")
register_view("tenders/<str:id>/deadline/", DeadlineView, "tenders-deadline")
register_view("tenders/<str:id>/override-policy/", OverrideView, "tenders-override-policy")
