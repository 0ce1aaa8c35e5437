"""The production schedule over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.requests.schedule import services
from procurement.requests.schedule.filters import ScheduleFilter
from procurement.requests.schedule.judging import Outcome, Row, Verdict
from procurement.requests.schedule.models import ScheduledNeed
from procurement.requests.schedule.views import SHOWN, VIEW, ScheduleList
from srm.catalog.models import Item, Unit
from srm.core.errors import Missing
from srm.people.models import CostCenter, Place
from srm.rest.fields import QuantityField, RefField
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class ScheduledNeedSerializer(Serializer):
    """What a schedule said last; nothing is needed any more where `quantity` is 0."""

    class Meta:
        model = ScheduledNeed
        fields = (
            "source", "reference", "item", "quantity", "unit", "base_quantity", "need_by", "department", "place",
            "cost_center", "origin", "seen_at", "is_gone",
        )  # fmt: skip


class ScheduledNeedViewSet(DocumentViewSet):
    """What production needs on which day; `?is_gone=1` is not named any more."""

    model, serializer_class = ScheduledNeed, ScheduledNeedSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = ScheduleFilter, ScheduleList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*SHOWN)


class ScheduleRowInput(InputSerializer):
    """So much of an item on one day for one production order."""

    reference = serializers.CharField(max_length=60)
    item = RefField(model=Item)
    quantity = QuantityField()
    unit = RefField(model=Unit, required=False, allow_null=True, default=None)
    need_by = serializers.DateField()
    cost_center = RefField(model=CostCenter)
    place = RefField(model=Place, required=False, allow_null=True, default=None)


class ScheduleInput(InputSerializer):
    """Rows of one source, at most 500 at a time; longer schedules are uploaded as a file to imports/."""

    source = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")  # type: ignore[assignment]
    rows = ScheduleRowInput(many=True)
    whole = serializers.BooleanField(
        required=False, default=False, help_text="The rows are all that the source names for their departments"
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only say what would happen")


class ScheduleFaultSerializer(serializers.Serializer):
    """Why a row is refused."""

    column = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class ScheduleVerdictSerializer(serializers.Serializer):
    """What becomes of a row, counted from 1."""

    row = serializers.IntegerField()
    reference = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = serializers.CharField(allow_blank=True, help_text="What could not be taken back")
    faults = ScheduleFaultSerializer(many=True)
    request = serializers.CharField(allow_null=True, help_text="The draft that asks for it now")


class ScheduleAnswerSerializer(serializers.Serializer):
    """What became of the rows, or would; what the source does not name any more."""

    dry_run = serializers.BooleanField()
    rows = ScheduleVerdictSerializer(many=True)
    gone = ScheduledNeedSerializer(many=True)


class ScheduleTakeView(ApiView):
    """Take in a schedule: new rows are raised, changed ones followed; the same again changes nothing."""

    permission = services.EDIT

    @extend_schema(request=ScheduleInput, responses=ScheduleAnswerSerializer, operation_id="schedule_take")
    def post(self, request: Any) -> Any:
        """What became of every row."""

        def work() -> Response:
            values = ScheduleInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            return self._answer(values.validated_data)

        return self.write(work)

    def _answer(self, values: dict[str, Any]) -> Response:
        rows = [self._row(no, values["source"], row) for no, row in enumerate(values["rows"], 1)]
        if values["dry_run"]:
            taken = services.look(rows, actor=self.actor, whole=values["whole"])
        else:
            taken = services.take(rows, actor=self.actor, origin="API", whole=values["whole"])
        gone = ScheduledNeedSerializer(taken.gone, many=True, context=self.get_serializer_context()).data
        return Response({"dry_run": values["dry_run"], "rows": [_told(one) for one in taken.verdicts], "gone": gone})

    @staticmethod
    def _row(no: int, source: str, row: dict[str, Any]) -> Row:
        unit = row["unit"] or row["item"].base_unit
        return Row(
            no,
            row["reference"],
            row["item"],
            row["quantity"],
            unit,
            row["need_by"],
            row["cost_center"],
            row["place"],
            source,
        )


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "row": verdict.row.no, "reference": verdict.row.reference, "outcome": verdict.outcome.value, "note": verdict.note,
        "faults": [{"column": cell, "message": sentence} for cell, sentence in verdict.faults.items()],
        "request": verdict.line.request.public_id if verdict.line is not None else None,
    }  # fmt: skip


class WithdrawNeedInput(InputSerializer):
    """Why it is not needed any more."""

    reason = serializers.CharField(min_length=3, max_length=500)


class ScheduleWithdrawView(ApiView):
    """Take back what nobody buys yet of a need."""

    permission = services.EDIT

    @extend_schema(request=WithdrawNeedInput, responses=ScheduledNeedSerializer, operation_id="schedule_withdraw")
    def post(self, request: Any, id: str) -> Any:
        """The need, of which nothing is needed any more."""

        def work() -> Response:
            rows = ScheduledNeed.objects.visible_to(self.actor).select_related(*SHOWN)
            need = rows.filter(public_id=id).first()
            if need is None:
                raise Missing()
            values = WithdrawNeedInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            services.withdraw(need, actor=self.actor, reason=values.validated_data["reason"])
            return Response(ScheduledNeedSerializer(rows.get(pk=need.pk), context=self.get_serializer_context()).data)

        return self.write(work)


register("production-schedule", ScheduledNeedViewSet)
register_view("production-schedule/take/", ScheduleTakeView, "production-schedule-take")
register_view("production-schedule/<str:id>/withdraw/", ScheduleWithdrawView, "production-schedule-withdraw")
