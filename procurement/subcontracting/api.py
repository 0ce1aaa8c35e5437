"""Materials over the API: the list and its moves, stating, sending, taking back, putting right, writing off."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from procurement.orders.models import PurchaseOrder
from procurement.subcontracting import filters, selectors, services, stating
from procurement.subcontracting.models import MOVE, STATE, VIEW, MaterialMove, SuppliedMaterial
from procurement.subcontracting.views import MaterialList
from srm.catalog.models import Item
from srm.core.errors import Missing
from srm.rest.fields import DecimalField, QuantityField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet
from srm.stock.models import Warehouse

SUMS = ("needed", "sent", "consumed", "by_bill", "returned", "written_off", "left")


class _WithSums(Serializer):
    """What both sides see, in the item's base unit."""

    order = serializers.CharField(source="order.public_id")
    order_number = serializers.CharField(source="order.number")
    line = serializers.CharField(source="line.public_id")
    line_what = serializers.CharField(source="line.what")
    article = serializers.CharField(source="item.article")
    name = serializers.CharField(source="item.name")
    unit = serializers.CharField(source="item.base_unit.code")
    needed = DecimalField(places=4)
    by_bill = DecimalField(places=4, help_text=_("What should have been used for what was received"))


class MaterialSerializer(_WithSums):
    """A material that we supply for an order's line; at every moment `sent` is what was used, returned, written off, left."""

    supplier = serializers.CharField(source="order.supplier.public_id")
    supplier_name = serializers.CharField(source="order.supplier.name")
    to_send = DecimalField(places=4)

    class Meta:
        model = SuppliedMaterial
        fields = (
            "order", "order_number", "supplier", "supplier_name", "line", "line_what", "item", "article", "name", "unit",
            "basis", "quantity", *SUMS, "to_send", "created_at", "version",
        )  # fmt: skip


class MaterialViewSet(DocumentViewSet):
    """Materials at suppliers."""

    model, serializer_class = SuppliedMaterial, MaterialSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = filters.MaterialFilter, MaterialList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN)


class OwnMaterialSerializer(_WithSums):
    """A material that the caller gets from us for his order."""

    class Meta:
        model = SuppliedMaterial
        fields = (
            "order", "order_number", "line", "line_what", "article", "name", "unit", "basis", "quantity", *SUMS,
        )  # fmt: skip


class OwnMaterialViewSet(DocumentViewSet):
    """What the calling supplier got from us; other suppliers' materials do not exist for him."""

    model, serializer_class = SuppliedMaterial, OwnMaterialSerializer
    permissions = {"view": "portal.orders"}
    filterset_class, sorts = filters.OwnMaterialFilter, {"-created": ("-id",), "created": ("id",)}

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN)


class MaterialMoveSerializer(Serializer):
    """So much was sent, used, returned, written off, in the item's base unit; below zero where it was taken back."""

    material = serializers.CharField(source="material.public_id")
    quantity = DecimalField(places=4)

    class Meta:
        model = MaterialMove
        fields = ("material", "kind", "quantity", "moved_on", "warehouse", "document_number", "reason", "created_at")


class MaterialMoveViewSet(DocumentViewSet):
    """How materials moved; `?material=` of one of them."""

    model, serializer_class = MaterialMove, MaterialMoveSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = filters.MoveFilter, {"-written": ("-id",), "written": ("id",)}

    def queryset(self) -> QuerySet:
        return super().queryset().select_related("material")


class BillLineInput(InputSerializer):
    """A material of one line of the order; `id` of a known row, or null."""

    id = serializers.CharField(max_length=22, required=False, allow_null=True, default=None)
    line = serializers.CharField(max_length=22)
    item = RefField(Item)
    basis = serializers.ChoiceField(choices=SuppliedMaterial.Basis.choices, default=SuppliedMaterial.Basis.UNIT)
    quantity = QuantityField(help_text=_("In the item's base unit"))


class BillInput(InputSerializer):
    """The whole list. With `seen`, rows that are not named there stay, whoever added them meanwhile."""

    lines = BillLineInput(many=True)
    seen = serializers.ListField(
        child=serializers.CharField(max_length=22), required=False, allow_null=True, default=None, max_length=1000
    )


class MovedLineInput(InputSerializer):
    """How much of a material, in the item's base unit."""

    id = serializers.CharField(max_length=22)
    quantity = DecimalField(places=4, minimum=0)


class MovedInput(InputSerializer):
    """From or into which warehouse, when (today when left out), and how much of what."""

    warehouse = RefField(Warehouse)
    moved_on = serializers.DateField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    lines = MovedLineInput(many=True)


class CorrectInput(InputSerializer):
    """What the supplier used in all since the beginning, and how that is known."""

    used = DecimalField(places=4, minimum=0)
    reason = serializers.CharField(min_length=3, max_length=300)
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=10**9)


class WriteOffInput(InputSerializer):
    """How much is lost, and why."""

    quantity = QuantityField()
    reason = serializers.CharField(min_length=3, max_length=300)
    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=10**9)


class _OnOrder(ApiView):
    """A write on the materials of one order; answers with all of them."""

    abstract = True

    def change(self, id: str, kind: type[InputSerializer], work: Callable[..., object]) -> Response | HttpResponse:
        """Read the body by `kind`, do `work(order, actor=..., **values)`."""

        def write() -> Response:
            order = PurchaseOrder.objects.visible_to(self.actor).filter(public_id=id).first()
            if order is None:
                raise Missing()
            work(order, actor=self.actor, **self.values(kind))
            rows = selectors.materials_of(order, self.actor)
            return Response(MaterialSerializer(rows, many=True, context=self.get_serializer_context()).data)

        return self.write(write)


class BillView(_OnOrder):
    """State which materials we supply for an order."""

    permission = STATE

    @extend_schema(request=BillInput, responses=MaterialSerializer(many=True), operation_id="orders_materials")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The materials of the order."""
        return self.change(id, BillInput, stating.state)


class SendView(_OnOrder):
    """Send materials from a warehouse to the supplier of an order."""

    permission = MOVE

    @extend_schema(request=MovedInput, responses=MaterialSerializer(many=True), operation_id="orders_materials_send")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The materials of the order."""
        return self.change(id, MovedInput, services.send)


class ReturnView(_OnOrder):
    """Take back into a warehouse what was left at the supplier of an order."""

    permission = MOVE

    @extend_schema(request=MovedInput, responses=MaterialSerializer(many=True), operation_id="orders_materials_return")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The materials of the order."""
        return self.change(id, MovedInput, services.take_back)


class _OnMaterial(ApiView):
    """A write on one material the caller sees; answers with it."""

    abstract = True

    def change(self, id: str, kind: type[InputSerializer], work: Callable[..., object]) -> Response | HttpResponse:
        """Read the body by `kind`, do `work(material, actor=..., **values)`."""

        def write() -> Response:
            rows = SuppliedMaterial.objects.visible_to(self.actor).select_related(*selectors.SHOWN)
            row = rows.filter(public_id=id).first()
            if row is None:
                raise Missing()
            work(row, actor=self.actor, **self.values(kind))
            return Response(MaterialSerializer(rows.get(pk=row.pk), context=self.get_serializer_context()).data)

        return self.write(write)


class CorrectView(_OnMaterial):
    """Put right what the supplier used."""

    permission = MOVE

    @extend_schema(request=CorrectInput, responses=MaterialSerializer, operation_id="materials_correct")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The material as it is now."""
        return self.change(id, CorrectInput, services.correct)


class WriteOffView(_OnMaterial):
    """Write off what was left and does not come back."""

    permission = MOVE

    @extend_schema(request=WriteOffInput, responses=MaterialSerializer, operation_id="materials_write_off")
    def post(self, request: Request, id: str) -> Response | HttpResponse:
        """The material as it is now."""
        return self.change(id, WriteOffInput, services.write_off)


register("materials-at-suppliers", MaterialViewSet)
register("material-moves", MaterialMoveViewSet)
register("portal-materials", OwnMaterialViewSet)
register_view("orders/<str:id>/materials/", BillView, "orders-materials")
register_view("orders/<str:id>/materials/send/", SendView, "orders-materials-send")
register_view("orders/<str:id>/materials/return/", ReturnView, "orders-materials-return")
register_view("materials-at-suppliers/<str:id>/correct/", CorrectView, "materials-at-suppliers-correct")
register_view("materials-at-suppliers/<str:id>/write-off/", WriteOffView, "materials-at-suppliers-write-off")
