"""Filters of the lists of budgets."""

from __future__ import annotations

from decimal import Decimal

import django_filters
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from srm.budget import changes, lookups  # noqa: F401  the pickers below ask them
from srm.budget.lifecycle import CarryState, ChangeState, ClosingState
from srm.budget.models import BudgetChange, BudgetEntry, BudgetLine, CarryOver, ClosedPeriod, Period
from srm.catalog import lookups as catalog_lookups  # noqa: F401
from srm.catalog.models import Category
from srm.core import clock
from srm.org import lookups as org_lookups  # noqa: F401
from srm.people.models import CostCenter
from srm.ui import filters

USED = F("reserved") + F("committed") + F("spent")
NEARLY = Decimal("0.8")


class BudgetFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_words", label=_("Search"))
    year = django_filters.NumberFilter(label=_("Year"))
    cost_center = filters.PickerFilter("cost-centers", label=_("Cost centre"))
    category = filters.PickerFilter("categories", label=_("Category"), method="below")
    period = filters.MultiChoiceFilter(choices=Period.choices, label=_("Period"))
    policy = filters.ChoiceFilter(
        choices=CostCenter.BudgetPolicy.choices, label=_("When it is used up"), field_name="cost_center__budget_policy"
    )
    now = filters.FlagFilter(label=_("This year"), method="of_this_year")
    short = filters.FlagFilter(label=_("Nearly used up"), method="nearly_used")
    over = filters.FlagFilter(label=_("Exceeded"), method="exceeded")

    class Meta:
        model = BudgetLine
        fields: list[str] = []

    def by_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Budgets of the cost centres or categories that the words mean."""
        if not value:
            return rows
        centers, categories = CostCenter.objects.search(value), Category.objects.search(value)
        return rows.filter(Q(cost_center__in=centers) | Q(category__in=categories))

    def below(self, rows: QuerySet, _name: str, value: Category) -> QuerySet:
        """Budgets of a category and of everything under it."""
        return rows.filter(category__in=Category.objects.below(value)) if value else rows

    def of_this_year(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Budgets of the present year."""
        return rows.filter(year=clock.today().year) if value else rows

    def nearly_used(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Budgets of which four fifths are spoken for."""
        return rows.annotate(used_up=USED).filter(used_up__gte=F("amount") * NEARLY) if value else rows

    def exceeded(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """Budgets of which more is spoken for than there is."""
        return rows.annotate(used_over=USED).filter(used_over__gt=F("amount")) if value else rows


class EntryFilter(filters.FilterSet):
    line = filters.PickerFilter("budgets", label=_("Budget"))
    bucket = filters.MultiChoiceFilter(choices=BudgetEntry.Bucket.choices, label=_("Kind"))
    at = filters.DateRangeFilter(label=_("When"), on_time=True)
    document = filters.CharFilter(field_name="document_number", label=_("Document number"))
    late = filters.FlagFilter(label=_("Late for a closed period"), method="came_late")

    class Meta:
        model = BudgetEntry
        fields: list[str] = []

    def came_late(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """What counts in another period than the one it belongs to."""
        return rows.filter(late_for__isnull=False) if value else rows


class ChangeFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_words", label=_("Search"))
    state = filters.MultiChoiceFilter(label=_("State"), choices=ChangeState.choices)
    budget = filters.PickerFilter("budgets", label=_("Budget"), method="of_budget")
    mine = filters.FlagFilter(label=_("Mine"), method="made_by_me")
    to_answer = filters.FlagFilter(label=_("Waiting for me"), method="waiting_for_me")

    class Meta:
        model = BudgetChange
        fields: list[str] = []

    def by_words(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """Changes with this number, or these words in the reason."""
        return rows.filter(Q(number__icontains=value) | Q(reason__icontains=value)) if value else rows

    def of_budget(self, rows: QuerySet, _name: str, value: BudgetLine) -> QuerySet:
        """What a budget gave or got."""
        return rows.filter(Q(giver=value) | Q(receiver=value)) if value else rows

    def made_by_me(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """What the reader asked for himself."""
        return rows.filter(created_by_id=self.actor.user_id) if value else rows

    def waiting_for_me(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        """What no rule names somebody for and the reader may answer; what rules name stands in his approvals."""
        return changes.waiting_for(rows, self.actor) if value else rows


class ClosingFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(label=_("State"), choices=ClosingState.choices)
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))
    year = django_filters.NumberFilter(label=_("Year"))

    class Meta:
        model = ClosedPeriod
        fields: list[str] = []


class CarryFilter(filters.FilterSet):
    state = filters.MultiChoiceFilter(label=_("State"), choices=CarryState.choices)
    legal_entity = filters.PickerFilter("legal-entities", label=_("Legal entity"))
    year = django_filters.NumberFilter(label=_("Year"))

    class Meta:
        model = CarryOver
        fields: list[str] = []
