"""Policies and overrides over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from srm.catalog.models import Category
from srm.catalog.policy import filters, selectors, services, views
from srm.catalog.policy.models import EDIT, VIEW, CategoryPolicy, PolicyOverride
from srm.catalog.policy.rules import RULES
from srm.core.errors import Missing
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class PolicySerializer(Serializer):
    """One version of a category's policy; a rule that is null or empty is taken from the category above."""

    seen = serializers.IntegerField(required=False, allow_null=True, write_only=True, min_value=0)

    class Meta:
        model = CategoryPolicy
        fields = ("category", "edition", "valid_from", *RULES, "reason", "segment", "review_on", "seen", "created_by",
                  "created_at")  # fmt: skip
        writable = ("category", "valid_from", *RULES, "reason", "seen")
        extra_kwargs = {"valid_from": {"required": False}}


class PolicyViewSet(DocumentViewSet):
    """Versions of policies; `?now=true` lists those in force. POST writes the next version of a category's policy."""

    model, serializer_class = CategoryPolicy, PolicySerializer
    permissions = {"view": VIEW, "create": EDIT}
    filterset_class, sorts = filters.PolicyFilter, views.PolicyList.sorts
    create_service = services.write_policy


class OverrideSerializer(Serializer):
    """A rule that a document was let past."""

    class Meta:
        model = PolicyOverride
        fields = ("policy", "rule", "wanted", "done", "reason", "document_kind", "document_id", "document_number",
                  "created_by", "created_at")  # fmt: skip


class OverrideViewSet(DocumentViewSet):
    """What was let past policies, with the reasons."""

    model, serializer_class = PolicyOverride, OverrideSerializer
    permissions = {"view": VIEW}
    filterset_class, sorts = filters.OverrideFilter, views.OverrideList.sorts


class PolicyRuleSerializer(InputSerializer):
    """A rule in force and the path of the category that says it."""

    rule = serializers.CharField()
    value = serializers.CharField()
    path = serializers.CharField()


class EffectiveView(ApiView):
    """The rules that hold for a category today, inherited ones among them."""

    permission = VIEW

    @extend_schema(responses={200: PolicyRuleSerializer(many=True)}, operation_id="categories_policy")
    def get(self, request: Any, id: str) -> Response:
        """One entry for each rule that is not open."""
        found = Category.objects.visible_to(self.actor).filter(public_id=id).first()
        if found is None:
            raise Missing()
        said = selectors.effective(found).said
        rows = [
            {"rule": rule, "value": str(said[rule].value), "path": said[rule].path} for rule in RULES if rule in said
        ]
        return Response(rows)


register("category-policies", PolicyViewSet)
register("policy-overrides", OverrideViewSet)
register_view("categories/<str:id>/policy/", EffectiveView, "categories-policy")
