"""Stock over the API: what lies where and how it moved, read; issuing and counting, as commands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from srm.catalog.models import Item, Unit
from srm.catalog.units import to_base
from srm.core import clock
from srm.core.errors import Missing
from srm.rest.fields import DecimalField, QuantityField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from srm.stock import moving, placing, services
from srm.stock.filters import LevelFilter, LocationFilter, LocationLevelFilter, MoveFilter, WarehouseFilter
from srm.stock.models import Location, LocationLevel, StockLevel, StockMove, Warehouse
from srm.stock.views import MOVE, VIEW, LevelList, MoveList
from srm.stock.warehouses import MANAGE, LocationList, WarehouseList


class SignedField(DecimalField):
    """A quantity or an amount that may be below zero."""


class WarehouseSerializer(Serializer):
    """A store of the firm."""

    name = serializers.CharField()

    class Meta:
        model = Warehouse
        fields = (
            "code",
            "name",
            "name_en",
            "name_ru",
            "name_bg",
            "place",
            "legal_entity",
            "holder",
            "is_active",
            "version",
        )
        writable = ("code", "name_en", "name_ru", "name_bg", "place", "legal_entity", "is_active")


class WarehouseViewSet(DocumentViewSet):
    """The firm's stores."""

    model, serializer_class = Warehouse, WarehouseSerializer
    permissions = {"view": VIEW, "create": MANAGE, "update": MANAGE}
    filterset_class, sorts = WarehouseFilter, WarehouseList.sorts
    create_service, update_service = services.create_warehouse, services.update_warehouse


class LocationSerializer(Serializer):
    """A rack, a shelf, a yard of a warehouse."""

    class Meta:
        model = Location
        fields = ("warehouse", "parent", "code", "name", "role", "is_active", "version")
        writable = ("warehouse", "parent", "code", "name", "role", "is_active")


class LocationViewSet(DocumentViewSet):
    """Locations of warehouses."""

    model, serializer_class = Location, LocationSerializer
    permissions = {"view": VIEW, "create": MANAGE, "update": MANAGE}
    filterset_class, sorts = LocationFilter, LocationList.sorts
    create_service, update_service = placing.create_location, placing.update_location


class LocationLevelSerializer(Serializer):
    """What lies in one location of one item, in its base unit."""

    article = serializers.CharField(source="item.article")
    unit = serializers.CharField(source="item.base_unit.code")

    class Meta:
        model = LocationLevel
        fields = ("location", "item", "article", "on_hand", "unit")


class LocationLevelViewSet(DocumentViewSet):
    """What lies in which location. What no location claims lies in the warehouse unplaced."""

    model, serializer_class = LocationLevel, LocationLevelSerializer
    permissions = {"view": VIEW}
    filterset_class = LocationLevelFilter

    def queryset(self) -> QuerySet:
        return super().queryset().filter(on_hand__gt=0).select_related("item__base_unit")


class LevelSerializer(Serializer):
    """What lies in a store of one item, in its base unit; `free` is promised to nobody."""

    article = serializers.CharField(source="item.article")
    unit = serializers.CharField(source="item.base_unit.code")
    on_hand = SignedField(places=4)
    reserved = SignedField(places=4)
    free = SignedField(places=4)

    class Meta:
        model = StockLevel
        fields = ("item", "article", "warehouse", "on_hand", "reserved", "free", "unit", "value")


class LevelViewSet(DocumentViewSet):
    """Stock levels. Used-up ones are listed with `empty=true` only."""

    model, serializer_class = StockLevel, LevelSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = LevelFilter, LevelList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item__base_unit")


class MoveSerializer(Serializer):
    """One movement in base units: in is positive, out negative, and so is its value."""

    article = serializers.CharField(source="item.article")
    unit = serializers.CharField(source="item.base_unit.code")
    quantity = SignedField(places=4)
    value = SignedField(places=2)

    class Meta:
        model = StockMove
        fields = (
            "kind", "warehouse", "item", "article", "quantity", "unit", "value", "moved_on", "document_kind", "document_id",
            "document_number", "counterpart", "reason", "created_at",
        )  # fmt: skip


class MoveViewSet(DocumentViewSet):
    """Stock moves. They are never changed; a mistake gets a counter-move."""

    model, serializer_class = StockMove, MoveSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = MoveFilter, MoveList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("item__base_unit")


class MoveInput(InputSerializer):
    """What every movement says."""

    warehouse = RefField(Warehouse)
    item = RefField(Item)
    moved_on = serializers.DateField(required=False, help_text=_("Today when left out."))

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """Goods that will move tomorrow have not moved."""
        values.setdefault("moved_on", clock.today())
        services.require_past(values["moved_on"])
        return values


class QuantityInput(MoveInput):
    """So much, in any unit that converts, the base unit by default; `location` is where it lies or goes."""

    quantity = QuantityField()
    unit = RefField(Unit, required=False)
    location = RefField(Location, required=False, allow_null=True)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The quantity in the item's base unit."""
        values = super().validate(values)
        unit = values.pop("unit", None)
        if unit is not None:
            values["quantity"] = to_base(values["item"], values["quantity"], unit)
        return values


class TransferInput(QuantityInput):
    """From a store or location to another."""

    to_warehouse = RefField(Warehouse)
    to_location = RefField(Location, required=False, allow_null=True)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AdjustInput(MoveInput):
    """How much more (or, negative, less) there is than the books say, in base units."""

    quantity = SignedField(places=4)
    location = RefField(Location, required=False, allow_null=True)
    reason = serializers.CharField(max_length=300)


class ReverseInput(InputSerializer):
    """Why."""

    reason = serializers.CharField(min_length=3, max_length=300)


class IssueInput(QuantityInput):
    """Handing goods out."""

    counterpart = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class CountInput(MoveInput):
    """What was counted, in base units; `seen` is what the books said when the counting began."""

    counted = DecimalField(places=4, minimum=0)
    reason = serializers.CharField(max_length=300)
    seen = DecimalField(places=4, minimum=0, required=False)


class _Command(ApiView):
    """A movement by command."""

    abstract = True
    permission = MOVE
    input_class: type[InputSerializer]

    def run(self, values: dict[str, Any]) -> StockMove | None:
        """What the command does, said by each of them; None when nothing had to move."""
        raise NotImplementedError

    def answer(self) -> Response | HttpResponse:
        """Do it once per Idempotency-Key; 204 when nothing had to move."""

        def work() -> Response:
            body = self.input_class(data=self.body(), context=self.get_serializer_context())
            body.is_valid(raise_exception=True)
            move = self.run(dict(body.validated_data))
            if move is None:
                return Response(status=204)
            return Response(MoveSerializer(move, context=self.get_serializer_context()).data, status=201)

        return self.write(work)


class IssueView(_Command):
    """Hand goods out of a store."""

    permission, input_class = MOVE, IssueInput

    @extend_schema(
        request=IssueInput, responses={201: MoveSerializer}, operation_id="stock_issue", summary=_("Issue from stock")
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """The move that was written."""
        return self.answer()

    def run(self, values: dict[str, Any]) -> StockMove:
        return services.issue(actor=self.actor, **values)


class CountView(_Command):
    """Write what was counted in a store."""

    permission, input_class = MOVE, CountInput

    @extend_schema(
        request=CountInput, responses={201: MoveSerializer, 204: None}, operation_id="stock_count", summary=_("Count stock"),
    )  # fmt: skip
    def post(self, request: Request) -> Response | HttpResponse:
        """The adjustment that was written, or nothing when the books were right."""
        return self.answer()

    def run(self, values: dict[str, Any]) -> StockMove | None:
        return services.count(actor=self.actor, **values)


class TransferView(_Command):
    """Move goods to another store or location, both sides at once."""

    permission, input_class = MOVE, TransferInput

    @extend_schema(
        request=TransferInput, responses={201: MoveSerializer, 204: None}, operation_id="stock_transfer",
        summary=_("Transfer"),
    )  # fmt: skip
    def post(self, request: Request) -> Response | HttpResponse:
        """The move that came in; nothing when goods were only carried within one warehouse."""
        return self.answer()

    def run(self, values: dict[str, Any]) -> StockMove | None:
        return moving.transfer(actor=self.actor, **values)


class AdjustView(_Command):
    """Put the books right by a difference."""

    permission, input_class = MOVE, AdjustInput

    @extend_schema(
        request=AdjustInput, responses={201: MoveSerializer}, operation_id="stock_adjust", summary=_("Put stock right")
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """The adjustment that was written."""
        return self.answer()

    def run(self, values: dict[str, Any]) -> StockMove:
        return services.adjust(actor=self.actor, **values)


class ReverseView(_Command):
    """Undo a move written by hand with a counter-move."""

    permission, input_class = MOVE, ReverseInput
    public_id = ""

    @extend_schema(
        request=ReverseInput, responses={201: MoveSerializer}, operation_id="stock_moves_reverse", summary=_("Reverse")
    )
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The counter-move."""
        self.public_id = id
        return self.answer()

    def run(self, values: dict[str, Any]) -> StockMove:
        rows = StockMove.objects.visible_to(self.actor).select_related("warehouse", "item__base_unit", "pair")
        move = rows.filter(public_id=self.public_id).first()
        if move is None:
            raise Missing()
        return moving.reverse(move, actor=self.actor, **values)


register("warehouses", WarehouseViewSet)
register("locations", LocationViewSet)
register("stock-locations", LocationLevelViewSet)
register("stock-levels", LevelViewSet)
register("stock-moves", MoveViewSet)
register_view("stock/issue/", IssueView, "stock-issue")
register_view("stock/count/", CountView, "stock-count")
register_view("stock/transfer/", TransferView, "stock-transfer")
register_view("stock/adjust/", AdjustView, "stock-adjust")
register_view("stock-moves/<str:id>/reverse/", ReverseView, "stock-moves-reverse")
