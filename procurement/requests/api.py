"""Requests over the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.requests import favourites, filters, pasting, selectors, services, views
from procurement.requests.deliveries import Delivery
from procurement.requests.models import PurchaseRequest, RequestLine
from procurement.requests.states import HeaderState
from procurement.requests.work import WORK
from srm.approvals import services as approvals
from srm.approvals.api import DecideInput
from srm.catalog.models import Item
from srm.core.errors import Missing
from srm.rest.fields import QuantityField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, LineSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class LineDeliverySerializer(InputSerializer):
    """So much of a line on one day."""

    need_by = serializers.DateField()
    quantity = QuantityField()
    line = serializers.CharField(
        required=False, max_length=22, default="", help_text="The line that it is kept as; left out for new deliveries"
    )

    def to_internal_value(self, data: Any) -> Delivery:
        """As the services take it."""
        return Delivery(**super().to_internal_value(data))


class RequestLineSerializer(LineSerializer):
    """A need. `need_by`, `place` and `cost_center` may be left out where the request names them.

    Written with `deliveries`, which add up to its quantity, it becomes a line for each of them; each then names all.
    """

    deliveries = LineDeliverySerializer(many=True, required=False)

    class Meta:
        model = RequestLine
        fields = (
            "position", "item", "description", "category", "quantity", "unit", "base_quantity", "base_unit", "need_by",
            "place", "cost_center", "estimate", "currency", "amount", "note", "state", "open_quantity",
            "coming_quantity", "done_quantity", "next_on", *WORK, "accepts_by", "deliveries",
        )  # fmt: skip
        writable = (
            "item", "description", "category", "quantity", "unit", "need_by", "place", "cost_center", "estimate", "note",
            *WORK, "accepts_by", "deliveries",
        )  # fmt: skip
        extra_kwargs = {
            "unit": {"required": False, "allow_null": True}, "need_by": {"required": False, "allow_null": True},
            "place": {"required": False, "allow_null": True}, "cost_center": {"required": False, "allow_null": True},
        }  # fmt: skip


class RequestSerializer(Serializer):
    """A request with its lines."""

    state = serializers.ChoiceField(choices=HeaderState.choices, read_only=True)
    need_by = serializers.DateField(required=False, allow_null=True)
    lines = RequestLineSerializer(many=True)

    class Meta:
        model = PurchaseRequest
        fields = (
            "number", "state", "title", "department", "requester", "route", "route_reason", "seller", "note", "place",
            "cost_center", "need_by", "total", "currency", "legal_entity", "lines", "version", "sent_on", "created_at",
        )  # fmt: skip
        writable = (
            "title", "department", "requester", "route", "route_reason", "seller", "note", "place", "cost_center", "need_by", "lines",
        )  # fmt: skip
        extra_kwargs = {"requester": {"required": False}}


class RequestViewSet(DocumentViewSet):
    """What departments ask for. The state of a request is read from its lines."""

    model = PurchaseRequest
    serializer_class = RequestSerializer
    permissions = {"view": "requests.view", "create": "requests.create", "update": "requests.edit"}
    filterset_class = filters.RequestFilter
    sorts = views.RequestList.sorts
    create_service = services.create_request
    update_service = services.update_request

    def queryset(self) -> Any:
        parts = ("item", "category", "unit", "base_unit", "place", "cost_center", "accepts_by")
        return super().queryset().prefetch_related(*(f"lines__{part}" for part in parts))


class DecideView(ApiView):
    """Approve, return or reject a request that waits for the caller."""

    permission = "approvals.decide"

    @extend_schema(request=DecideInput, responses=RequestSerializer, operation_id="requests_decide")
    def post(self, request: Any, id: str) -> Any:
        """The decided request."""

        def work() -> Response:
            document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
            if document is None:
                raise Missing()
            values = DecideInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            decided = approvals.decide(document, actor=self.actor, **values.validated_data)
            fresh = PurchaseRequest.objects.visible_to(self.actor).get(pk=decided.pk)
            return Response(RequestSerializer(fresh, context=self.get_serializer_context()).data)

        return self.write(work)


class PartSerializer(serializers.Serializer):
    """A part of a line that is in one place."""

    place = serializers.CharField(
        help_text="received, issued, stock, shipped, confirmed, ordered, tendered, planned, open, given_up"
    )
    quantity = serializers.CharField(help_text="In the line's base unit")
    document_kind = serializers.CharField(allow_blank=True)
    document_number = serializers.CharField(allow_blank=True)
    expected_on = serializers.DateField(allow_null=True)


class SharedSerializer(serializers.Serializer):
    """The line's part of a quantity that several needs share."""

    stage = serializers.CharField(help_text="received or confirmed")
    mine = serializers.CharField(help_text="In the line's base unit")
    whole = serializers.CharField(help_text="Of all needs together")
    rule = serializers.CharField(help_text="need_by, priority or pro_rata")


class TrackSerializer(serializers.Serializer):
    """Where one line is."""

    line = serializers.CharField(help_text="The line's id")
    cancellable = serializers.CharField(
        help_text="What `cancel-quantity` would still take, in the line's base unit: open, or planned and not yet tendered or ordered"
    )
    parts = PartSerializer(many=True)
    shared = SharedSerializer(many=True)


class TrackView(ApiView):
    """Where everything of a request is, line by line; the parts of a line add up to its base quantity."""

    permission = "requests.view"

    @extend_schema(responses=TrackSerializer(many=True), operation_id="requests_track")
    def get(self, request: Any, id: str) -> Response:
        """The tracker."""
        document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
        if document is None:
            raise Missing()
        tracks = selectors.tracker(document)
        shared = selectors.shared_by(tracks)
        return Response([_track(track, shared.get(track.line.pk, [])) for track in tracks])


def _track(track: selectors.Track, shared: Sequence[selectors.Shared]) -> dict[str, Any]:
    return {
        "line": track.line.public_id,
        "cancellable": format(track.cancellable.normalize(), "f"),
        "parts": [
            {"place": part.place, "quantity": format(part.quantity.normalize(), "f"), "document_kind": part.document_kind,
             "document_number": part.document_number, "expected_on": part.expected_on}
            for part in track.parts
        ],
        "shared": [
            {"stage": one.stage, "mine": format(one.mine.normalize(), "f"), "whole": format(one.whole.normalize(), "f"),
             "rule": one.rule}
            for one in shared
        ],
    }  # fmt: skip


class CancelPartInput(InputSerializer):
    """Lines that are not needed any more."""

    lines = serializers.ListField(child=serializers.CharField(max_length=22), min_length=1, max_length=1000)
    reason = serializers.CharField(min_length=3, max_length=500)


class CancelPartView(ApiView):
    """Withdraw lines: what nothing was bought for is cancelled, of the rest what is still open is given up."""

    permission = "requests.cancel"

    @extend_schema(request=CancelPartInput, responses=RequestSerializer, operation_id="requests_cancel_part")
    def post(self, request: Any, id: str) -> Any:
        """The request without them."""

        def work() -> Response:
            document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
            if document is None:
                raise Missing()
            values = CancelPartInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            wanted = set(values.validated_data["lines"])
            lines = [line for line in document.lines.all() if line.public_id in wanted]
            if len(lines) != len(wanted):
                raise Missing()
            services.cancel_part(document, actor=self.actor, lines=lines, reason=values.validated_data["reason"])
            fresh = PurchaseRequest.objects.visible_to(self.actor).get(pk=document.pk)
            return Response(RequestSerializer(fresh, context=self.get_serializer_context()).data)

        return self.write(work)


class AmendInput(InputSerializer):
    """The whole new list of the lines that may still change; one left out is cancelled, one without `id` is added."""

    lines = RequestLineSerializer(many=True)
    reason = serializers.CharField(min_length=3, max_length=500)
    version = serializers.IntegerField(required=False)


class GiveBackInput(InputSerializer):
    """Approved lines that the requester has to change."""

    lines = serializers.ListField(child=serializers.CharField(max_length=22), min_length=1, max_length=1000)
    reason = serializers.CharField(min_length=3, max_length=500)


class LineSplitInput(InputSerializer):
    """How much of a line, in its unit, becomes a line of its own."""

    line = serializers.CharField(max_length=22)
    quantity = serializers.CharField(max_length=40)


class NameItemInput(InputSerializer):
    """The item that a line in words means."""

    line = serializers.CharField(max_length=22)
    item = RefField(model=Item)


class CancelQuantityInput(LineSplitInput):
    """How much of a line, in its unit, is not needed any more."""

    reason = serializers.CharField(min_length=3, max_length=500)


class _RequestView(ApiView):
    """A write on one request the caller sees; answers with the request."""

    abstract = True

    def change(self, id: str, input_class: type, work: Callable[[PurchaseRequest, dict[str, Any]], object]) -> Any:
        """Read the body by `input_class`, do `work(request, values)`."""

        def write() -> Response:
            document = PurchaseRequest.objects.visible_to(self.actor).filter(public_id=id).first()
            if document is None:
                raise Missing()
            values = input_class(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            work(document, values.validated_data)
            fresh = PurchaseRequest.objects.visible_to(self.actor).get(pk=document.pk)
            return Response(RequestSerializer(fresh, context=self.get_serializer_context()).data)

        return self.write(write)


def _chosen(document: PurchaseRequest, ids: list[str]) -> list[RequestLine]:
    lines = [line for line in document.lines.all() if line.public_id in ids]
    if len(lines) != len(set(ids)):
        raise Missing()
    return lines


class AmendView(_RequestView):
    """Change what was sent or approved; what is different or more is decided again."""

    permission = "requests.edit"

    @extend_schema(request=AmendInput, responses=RequestSerializer, operation_id="requests_amend")
    def post(self, request: Any, id: str) -> Any:
        """The request as it is asked for now."""
        return self.change(
            id, AmendInput, lambda document, values: services.amend_request(document, actor=self.actor, **values)
        )


class GiveBackView(_RequestView):
    """Return approved lines that nobody plans yet to their requester."""

    permission = "requests.process"

    @extend_schema(request=GiveBackInput, responses=RequestSerializer, operation_id="requests_give_back")
    def post(self, request: Any, id: str) -> Any:
        """The request with the lines returned."""
        return self.change(
            id, GiveBackInput,
            lambda document, values: services.give_back(
                document, actor=self.actor, lines=_chosen(document, values["lines"]), reason=values["reason"]
            ),
        )  # fmt: skip


class SplitView(_RequestView):
    """Make two lines of an approved one."""

    permission = "requests.process"

    @extend_schema(request=LineSplitInput, responses=RequestSerializer, operation_id="requests_split")
    def post(self, request: Any, id: str) -> Any:
        """The request with one line more."""
        return self.change(id, LineSplitInput, lambda document, values: services.split_line(
            document, actor=self.actor, line=_chosen(document, [values["line"]])[0], quantity=values["quantity"]
        ))  # fmt: skip


class CancelQuantityView(_RequestView):
    """Give up a quantity of one line, or all of it, as far as it is in no tender and no order.

    What is planned leaves its demand. How much is possible: `cancellable` of `track`.
    """

    permission = "requests.cancel"

    @extend_schema(request=CancelQuantityInput, responses=RequestSerializer, operation_id="requests_cancel_quantity")
    def post(self, request: Any, id: str) -> Any:
        """The request; what was given up of a line is a cancelled line of its own."""
        return self.change(id, CancelQuantityInput, lambda document, values: services.cancel_quantity(
            document, actor=self.actor, line=_chosen(document, [values["line"]])[0], quantity=values["quantity"],
            reason=values["reason"],
        ))  # fmt: skip


class NameItemView(_RequestView):
    """Say which item an approved line in words means."""

    permission = "requests.process"

    @extend_schema(request=NameItemInput, responses=RequestSerializer, operation_id="requests_name_item")
    def post(self, request: Any, id: str) -> Any:
        """The request with the item."""
        return self.change(id, NameItemInput, lambda document, values: services.name_item(
            document, actor=self.actor, line=_chosen(document, [values["line"]])[0], item=values["item"]
        ))  # fmt: skip


class ListInput(InputSerializer):
    """A list as Excel copies it: tabs between cells."""

    text = serializers.CharField(max_length=pasting.MOST_SIGNS, trim_whitespace=False)


class OfferSerializer(serializers.Serializer):
    """An item that may be meant."""

    id = serializers.CharField()
    article = serializers.CharField()
    name = serializers.CharField()


class ReadRowSerializer(serializers.Serializer):
    """One row as it was understood, ready to be sent as a line once it has no faults."""

    row = serializers.IntegerField()
    text = serializers.CharField()
    item = serializers.CharField(allow_null=True)
    quantity = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    need_by = serializers.DateField(allow_null=True)
    estimate = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    faults = serializers.DictField(child=serializers.CharField())
    offers = OfferSerializer(many=True)


class ReadListView(ApiView):
    """Understand a list before it becomes a request; nothing is written."""

    permission = "requests.create"

    @extend_schema(request=ListInput, responses=ReadRowSerializer(many=True), operation_id="requests_read_list")
    def post(self, request: Any) -> Any:
        """The rows, with faults by cell and the items that may be meant."""
        values = ListInput(data=self.body(), context=self.get_serializer_context())
        values.is_valid(raise_exception=True)
        return Response([_row(row) for row in pasting.read_list(values.validated_data["text"], actor=self.actor)])


def _row(row: pasting.Pasted) -> dict[str, Any]:
    item, unit = row.item, row.values.get("unit") or (row.item.base_unit if row.item else None)
    numbers = {name: row.values.get(name) for name in ("quantity", "estimate")}
    return {
        "row": row.row, "text": row.text, "item": item.public_id if item else None, "unit": unit.code if unit else None,
        **{name: None if value is None else format(value.normalize(), "f") for name, value in numbers.items()},
        "need_by": row.values.get("need_by"), "note": row.values.get("note"), "faults": row.faults,
        "offers": [{"id": one.public_id, "article": one.article, "name": one.name} for one in row.offers],
    }  # fmt: skip


class FavouriteInput(InputSerializer):
    """An item to be starred, or not any more."""

    item = RefField(model=Item)
    starred = serializers.BooleanField(required=False, default=True)


class FavouritesView(ApiView):
    """The items the caller asks for often."""

    permission = "requests.create"

    @extend_schema(responses=OfferSerializer(many=True), operation_id="favourites_list")
    def get(self, request: Any) -> Response:
        """The caller's favourites that are in use."""
        found = favourites.starred_items(self.actor)
        return Response([{"id": one.public_id, "article": one.article, "name": one.name} for one in found])

    @extend_schema(request=FavouriteInput, responses=OfferSerializer(many=True), operation_id="favourites_change")
    def post(self, request: Any) -> Any:
        """The favourites after the change."""

        def work() -> Response:
            values = FavouriteInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            favourites.star(values.validated_data["item"], actor=self.actor, starred=values.validated_data["starred"])
            return self.get(request)

        return self.write(work)


register("requests", RequestViewSet)
register_view("requests/read-list/", ReadListView, "requests-read-list")
register_view("favourites/", FavouritesView, "favourites")
register_view("requests/<str:id>/decide/", DecideView, "requests-decide")
register_view("requests/<str:id>/track/", TrackView, "requests-track")
register_view("requests/<str:id>/cancel-part/", CancelPartView, "requests-cancel-part")
register_view("requests/<str:id>/amend/", AmendView, "requests-amend")
register_view("requests/<str:id>/give-back/", GiveBackView, "requests-give-back")
register_view("requests/<str:id>/split/", SplitView, "requests-split")
register_view("requests/<str:id>/cancel-quantity/", CancelQuantityView, "requests-cancel-quantity")
register_view("requests/<str:id>/name-item/", NameItemView, "requests-name-item")
