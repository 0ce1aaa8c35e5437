"""Filters of the demand board and of demands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from procurement.planning import routing
from procurement.planning.models import Demand, DemandLine
from procurement.requests.models import RequestLine
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.core.search import fold
from srm.ui import filters


class BoardFilter(filters.FilterSet):
    """Which open needs the board shows, and a run merges."""

    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"), field_name="request__legal_entity")
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    item = filters.PickerFilter("items", label=_("Item"))
    place = filters.PickerFilter("places", label=_("Delivery place"))
    department = filters.PickerFilter("departments", label=_("Department"), method="of_department")
    need_by = filters.DateRangeFilter(label=_("Needed by"))
    mine = filters.FlagFilter(label=_("My categories"), method="of_buyer")
    buyer = filters.PickerFilter("users", label=_("Buyer"), method="routed_to")
    nobody = filters.FlagFilter(label=_("Without a buyer"), method="for_the_head")
    held = filters.FlagFilter(label=_("Held back"), method="as_it_is")
    words = filters.django_filters.CharFilter(label=_("In words"), method="in_words")

    class Meta:
        model = RequestLine
        fields: list[str] = []

    def below(self, queryset: QuerySet, _name: str, category: Any) -> QuerySet:
        return queryset.filter(category__path__startswith=category.path) if category else queryset

    def of_department(self, queryset: QuerySet, _name: str, department: Any) -> QuerySet:
        return queryset.filter(request__department__path__startswith=department.path) if department else queryset

    def of_buyer(self, queryset: QuerySet, _name: str, value: bool) -> QuerySet:
        """What the reader buys, or the colleague for whom he stands in today."""
        return routing.routing().of(queryset, routing.mine(self.actor)) if value else queryset

    def routed_to(self, queryset: QuerySet, _name: str, user: Any) -> QuerySet:
        return routing.routing().of(queryset, [user.pk]) if user else queryset

    def for_the_head(self, queryset: QuerySet, _name: str, value: bool) -> QuerySet:
        return routing.routing().of(queryset, [None]) if value else queryset

    def as_it_is(self, queryset: QuerySet, _name: str, _value: bool) -> QuerySet:
        """What is held back is another list, chosen before it is filtered."""
        return queryset

    def in_words(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        for word in fold(value).split()[:8]:
            queryset = queryset.filter(text_key__contains=word) | queryset.filter(item__search_text__contains=word)
        return queryset


class DemandFilter(filters.FilterSet):
    number = filters.django_filters.CharFilter(label=_("Number"), lookup_expr="icontains")
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))
    buyer = filters.PickerFilter("users", label=_("Buyer"))
    created = filters.DateRangeFilter(label=_("Made"), field_name="created_at", on_time=True)

    class Meta:
        model = Demand
        fields: list[str] = []


class DemandLineFilter(filters.FilterSet):
    demand = filters.django_filters.CharFilter(label=_("Demand"), method="of_demand")
    item = filters.PickerFilter("items", label=_("Item"))
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    place = filters.PickerFilter("places", label=_("Delivery place"))
    need_from = filters.DateRangeFilter(label=_("First needed"))
    open = filters.FlagFilter(label=_("Open only"), method="only_open")

    class Meta:
        model = DemandLine
        fields: list[str] = []

    def of_demand(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        return queryset.filter(demand__number=value) | queryset.filter(demand__public_id=value) if value else queryset

    def below(self, queryset: QuerySet, _name: str, category: Any) -> QuerySet:
        return queryset.filter(category__path__startswith=category.path) if category else queryset

    def only_open(self, queryset: QuerySet, _name: str, value: Any) -> QuerySet:
        return queryset.filter(open_quantity__gt=0) if value else queryset
