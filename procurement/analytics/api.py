"""Reports over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.analytics import exceptions
from procurement.analytics.forms import ExceptionsForm
from srm.rest.errors import InvalidParameters
from srm.rest.router import register_view
from srm.rest.viewsets import ApiView

ASKED = [
    OpenApiParameter("legal_entity", OpenApiTypes.STR, description="Its id; the caller's own by default"),
    OpenApiParameter("since", OpenApiTypes.DATE, description="First day; this year's by default"),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Last day; today by default"),
]


class FigureSerializer(serializers.Serializer):
    """So many documents, and what they come to."""

    count = serializers.IntegerField()
    amount = serializers.CharField(help_text="In the legal entity's currency")


class DepartmentExceptionsSerializer(serializers.Serializer):
    """A department's requests of a period by route, what was thought of those after the fact, and orders of the shop."""

    department = serializers.CharField(source="department.public_id")
    department_name = serializers.CharField(source="department.name")
    all = FigureSerializer()
    urgent = FigureSerializer()
    low_value = FigureSerializer()
    after_fact = FigureSerializer()
    justified = FigureSerializer()
    unjustified = FigureSerializer()
    unreviewed = FigureSerializer()
    shop = FigureSerializer(help_text="Orders that were written without a buyer")
    once = FigureSerializer(help_text="Orders to one-time suppliers")
    share = serializers.CharField(allow_null=True, help_text="Urgent, low value and after the fact among all, 0 to 1")
    amount_share = serializers.CharField(allow_null=True, help_text="The same of the amounts")


class ExceptionsSerializer(serializers.Serializer):
    """The report."""

    legal_entity = serializers.CharField()
    currency = serializers.CharField()
    since = serializers.DateField()
    until = serializers.DateField()
    departments = DepartmentExceptionsSerializer(many=True)


class ExceptionsView(ApiView):
    """How often departments leave the usual way, and what that comes to."""

    permission, parameters = "analytics.view", ("legal_entity", "since", "until")

    @extend_schema(parameters=ASKED, responses=ExceptionsSerializer, operation_id="exceptions")
    def get(self, request: Any) -> Response:
        """The departments, those with the most exceptions first."""
        form = ExceptionsForm(request.query_params, actor=self.actor)
        if not form.is_valid():
            raise InvalidParameters({name: list(found) for name, found in form.errors.items()})
        entity, (since, until) = form.entity(), form.period()
        report = {
            "legal_entity": entity.public_id, "currency": entity.currency, "since": since, "until": until,
            "departments": exceptions.by_department(entity, since, until),
        }  # fmt: skip
        return Response(ExceptionsSerializer(report).data)


register_view("exceptions/", ExceptionsView, "exceptions")
