"""Forms of policies."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the picker below asks them
from srm.catalog.policy.models import CategoryPolicy
from srm.catalog.policy.procedures import procedures
from srm.catalog.policy.rules import RULES
from srm.ui import forms


def _procedures() -> list[tuple[str, Any]]:
    return [("", _("as in the category above")), *procedures()]


class PolicyForm(forms.ModelForm):
    """The rules of a new version; what is left empty is taken from the category above."""

    procedure = forms.ChoiceField(label=_("Procedure"), choices=_procedures, required=False)
    dual_source = forms.TypedChoiceField(
        label=_("Keep a second source"), required=False, empty_value=None, coerce=lambda value: value == "yes",
        choices=[("", _("as in the category above")), ("yes", _("yes")), ("no", _("no"))],
    )  # fmt: skip
    valid_from = forms.DateField(label=_("Valid from"))
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = CategoryPolicy
        fields = [*RULES, "valid_from", "reason"]

    layout = [
        _("Asking"), ("procedure", "min_bidders"), ("price_weight", "quality_weight"),
        _("Supply"), ("dual_source", "contract_months"), "cover_days",
        _("Looking after it"), "approval_note", ("review_months", "valid_from"), "reason", "seen",
    ]  # fmt: skip


class ChooseCategory(forms.Form):
    """Whose policy is written."""

    category = forms.PickerField("categories", label=_("Category"), help_text=_("It holds for everything below, too."))


class OverrideForm(forms.Form):
    """Why a rule is not followed."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept with the document and counted on the policy's page."),
    )  # fmt: skip
