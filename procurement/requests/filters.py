"""Filters of the request list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.requests import selectors
from procurement.requests.inforce import in_force
from procurement.requests.models import PurchaseRequest
from procurement.requests.reviews.models import ReviewOutcome
from procurement.requests.reviews.selectors import reviewed_as
from procurement.requests.states import HeaderState
from srm.ui import filters


class RequestFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(label=_("State"), choices=HeaderState.choices, method="in_states")
    mine = filters.FlagFilter(label=_("Mine"), method="only_mine")
    my_department = filters.FlagFilter(label=_("My department"), method="only_department")
    department = filters.PickerFilter("departments", label=_("Department"), method="below")
    requester = filters.PickerFilter("users", label=_("Requester"))
    need_by = filters.DateRangeFilter(label=_("Needed by"))
    item = filters.PickerFilter("items", label=_("Item"), method="with_item")
    route = filters.ChoiceFilter(label=_("Route"), choices=PurchaseRequest.Route.choices)
    total = filters.NumberRangeFilter(label=_("Amount, about"))
    sent_on = filters.DateRangeFilter(label=_("Sent"))
    in_force = filters.FlagFilter(label=_("Sent, and not refused or withdrawn"), method="only_in_force")
    review = filters.ChoiceFilter(
        label=_("Review after the fact"), choices=ReviewOutcome.choices, method="reviewed_as"
    )  # fmt: skip
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))
    own_department = filters.PickerFilter(
        "departments", label=_("Department without those below"), field_name="department"
    )  # fmt: skip

    class Meta:
        model = PurchaseRequest
        fields: list[str] = []

    def in_states(self, queryset: QuerySet, _name: str, values: Any) -> QuerySet:
        return selectors.in_states(queryset, values) if values else queryset

    def only_mine(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        mine = Q(requester_id=self.actor.user_id) | Q(created_by_id=self.actor.user_id)
        return queryset.filter(mine) if value else queryset

    def only_department(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        if not value:
            return queryset
        own = Q(pk=None)
        for path in self.actor.departments:
            own |= Q(department__path__startswith=path)
        return queryset.filter(own)

    def below(self, queryset: QuerySet, _name: str, department: Any) -> QuerySet:
        return queryset.filter(department__path__startswith=department.path) if department else queryset

    def only_in_force(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        return in_force(queryset) if value else queryset

    def reviewed_as(self, queryset: QuerySet, _name: str, value: str) -> QuerySet:
        return reviewed_as(queryset, value) if value else queryset

    def with_item(self, queryset: QuerySet, _name: str, item: Any) -> QuerySet:
        return selectors.with_lines_like(queryset, item=item) if item else queryset
