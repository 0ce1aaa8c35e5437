"""Reviews of purchases after the fact over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from procurement.requests.reviews import filters, selectors, services, views
from procurement.requests.reviews.models import REVIEW, RouteReview
from srm.core.errors import Missing
from srm.rest.router import register, register_view
from srm.rest.serializers import InputSerializer, Serializer
from srm.rest.viewsets import ApiView, DocumentViewSet


class RouteReviewSerializer(Serializer):
    """What was thought of a purchase after the fact."""

    request = serializers.CharField(source="request.public_id", read_only=True)
    request_number = serializers.CharField(source="request.number", read_only=True)

    class Meta:
        model = RouteReview
        fields = ("request", "request_number", "outcome", "note", "created_at", "decided_by", "decided_at")


class RouteReviewViewSet(DocumentViewSet):
    """Purchases after the fact and their reviews; `?outcome=open` waits for one."""

    model, serializer_class = RouteReview, RouteReviewSerializer
    permissions = {"view": views.VIEW}
    filterset_class, sorts = filters.ReviewFilter, views.ReviewList.sorts

    def queryset(self) -> QuerySet:
        return super().queryset().select_related(*selectors.SHOWN)


class DecideReviewInput(InputSerializer):
    """Whether it was right to buy first, and why."""

    justified = serializers.BooleanField()
    note = serializers.CharField(min_length=3, max_length=500)


class DecideReviewView(ApiView):
    """Find a purchase after the fact justified, or not."""

    permission = REVIEW

    @extend_schema(request=DecideReviewInput, responses=RouteReviewSerializer, operation_id="route_reviews_decide")
    def post(self, request: Any, id: str) -> Any:
        """The decided review."""

        def work() -> Response:
            rows = RouteReview.objects.visible_to(self.actor).select_related(*selectors.SHOWN)
            row = rows.filter(public_id=id).first()
            if row is None:
                raise Missing()
            values = DecideReviewInput(data=self.body(), context=self.get_serializer_context())
            values.is_valid(raise_exception=True)
            services.decide(row, actor=self.actor, **values.validated_data)
            return Response(RouteReviewSerializer(rows.get(pk=row.pk), context=self.get_serializer_context()).data)

        return self.write(work)


register("route-reviews", RouteReviewViewSet)
register_view("route-reviews/<str:id>/decide/", DecideReviewView, "route-reviews-decide")
