"""Forms of rules and proposals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.replenishment.models import ReorderRule
from srm.catalog import lookups as catalog_lookups  # noqa: F401
from srm.org import lookups as org_lookups  # noqa: F401
from srm.stock import lookups  # noqa: F401
from srm.ui import forms


class RuleForm(forms.ModelForm):
    """When to order how much."""

    warehouse = forms.PickerField("warehouses", label=_("Warehouse"))
    item = forms.PickerField("items", label=_("Item"))
    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"), help_text=_("Who pays for it."))

    class Meta:
        model = ReorderRule
        fields = [
            "warehouse", "item", "point", "target", "multiple", "method", "order_cost", "holding_percent", "lead_days",
            "cost_center", "is_active",
        ]  # fmt: skip

    layout = [
        ("item", "warehouse"), ("point", "target"), ("multiple", "lead_days"), "method", ("order_cost", "holding_percent"),
        ("cost_center", "is_active"),
    ]  # fmt: skip


class AsideForm(forms.Form):
    """Why not."""

    reason = forms.forms.CharField(label=_("Reason"), min_length=3, max_length=300)
