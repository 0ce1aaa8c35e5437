"""Filters of the rules of one-time suppliers."""

from django.utils.translation import gettext_lazy as _

from procurement.onetime.models import OnceRule
from srm.ui import filters


class RuleFilter(filters.FilterSet):
    """Those that hold, or do not."""

    is_on = filters.YesNoFilter(label=_("One-time suppliers are allowed"))

    class Meta:
        model = OnceRule
        fields: list[str] = []
