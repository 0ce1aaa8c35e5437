"""The low-value limits over the API."""

from __future__ import annotations

from procurement.requests.lowvalue import filters, services, views
from procurement.requests.lowvalue.models import LIMITS, LowValueRule
from srm.rest.router import register
from srm.rest.serializers import Serializer
from srm.rest.viewsets import DocumentViewSet


class LowValueRuleSerializer(Serializer):
    """How much may go the low-value route, in the legal entity's currency; `null` is no limit."""

    class Meta:
        model = LowValueRule
        fields = ("legal_entity", "is_on", "most_request", "most_year", "version")
        writable = fields[:-1]


class LowValueRuleViewSet(DocumentViewSet):
    """Limits of the low-value route: a request, and a year of one department and category."""

    model, serializer_class = LowValueRule, LowValueRuleSerializer
    permissions = {"view": LIMITS, "create": LIMITS, "update": LIMITS}
    filterset_class, sorts = filters.LowValueRuleFilter, views.LowValueRuleList.sorts
    create_service, update_service = services.create_rule, services.update_rule


register("low-value-rules", LowValueRuleViewSet)
