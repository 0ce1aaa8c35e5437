"""Filters of the lists of budgets."""

from __future__ import annotations

from decimal import Decimal

import django_filters
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from srm.budget import lookups  # noqa: F401  the pickers below ask them
from srm.budget.models import BudgetEntry, BudgetLine, Period
from srm.catalog import lookups as catalog_lookups  # noqa: F401
from srm.catalog.models import Category
from srm.core import clock
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

    class Meta:
        model = BudgetEntry
        fields: list[str] = []
