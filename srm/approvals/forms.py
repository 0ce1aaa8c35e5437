"""Forms of approvals."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.approvals import registry
from srm.approvals.models import ROLE_CHOICES, ApprovalRule
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.ui import forms


class RuleForm(forms.ModelForm):
    """Who decides what, from which amount on."""

    kind = forms.forms.ChoiceField(label=_("Document"))
    min_amount = forms.AmountField(
        label=_("From amount"), initial=0, help_text=_("In the base currency. 0 means always.")
    )
    department = forms.PickerField(
        "departments", label=_("Department"), required=False, help_text=_("With all below it. Empty means every one.")
    )
    category = forms.PickerField(
        "categories", label=_("Category"), required=False, help_text=_("With all below it. Empty means every one.")
    )
    user = forms.PickerField("users", label=_("Person"), required=False, help_text=_("When a person decides."))
    role = forms.forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("", "–"), *ROLE_CHOICES],
        help_text=_("When anybody with a role decides."),
    )

    class Meta:
        model = ApprovalRule
        fields = ["kind", "order", "min_amount", "department", "category", "who", "user", "role", "is_active"]

    layout = [
        _("Who decides"), "who", ("user", "role"), _("On what"), ("kind", "min_amount"), ("department", "category"),
        _("When"), ("order", "is_active"),
    ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = registry.kinds()  # type: ignore[attr-defined]


class TryForm(forms.Form):
    """A document that does not exist, to see who would decide on it."""

    kind = forms.forms.ChoiceField(label=_("Document"))
    amount = forms.AmountField(label=_("Amount"), initial=100)
    department = forms.PickerField("departments", label=_("Department"))
    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"), required=False)
    category = forms.PickerField("categories", label=_("Category"), required=False)
    requester = forms.PickerField("users", label=_("Requester"), required=False, help_text=_("Never asked himself."))

    layout = [("kind", "amount"), ("department", "cost_center"), ("category", "requester")]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = registry.kinds()  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """The decision; a reason is asked for unless it is an approval."""

    outcome = forms.forms.ChoiceField(
        label=_("Decision"), choices=[("approved", _("Approve")), ("returned", _("Return")), ("rejected", _("Reject"))]
    )
    reason = forms.forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 2})
    )
