"""Forms of approvals."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.approvals import registry
from srm.approvals.models import DECIDING_ROLES, ApprovalRule, Way, Who
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Category
from srm.ui import forms

WAYS = [("", _("Every one")), *Way.choices]
SEGMENTS = [("", _("Every one")), *Category.Segment.choices]


def role_field(**options: Any) -> forms.ChoiceField:
    """The roles that may decide."""
    return forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", "–"), *DECIDING_ROLES],
        help_text=_("When anybody with a role decides."), **options,
    )  # fmt: skip


class RuleForm(forms.ModelForm):
    """Who decides what, from which amount on."""

    kind = forms.forms.ChoiceField(label=_("Document"))
    min_amount = forms.AmountField(
        label=_("From amount"), initial=0, help_text=_("In the base currency. 0 means always.")
    )
    max_amount = forms.AmountField(label=_("Below amount"), required=False, help_text=_("Empty means any amount."))
    department = forms.PickerField(
        "departments", label=_("Department"), required=False, help_text=_("With all below it. Empty means every one.")
    )
    category = forms.PickerField(
        "categories", label=_("Category"), required=False, help_text=_("With all below it. Empty means every one.")
    )
    cost_center = forms.PickerField(
        "cost-centers", label=_("Cost centre"), required=False, help_text=_("Empty means every one.")
    )
    segment = forms.ChoiceField(
        label=_("Segment"), required=False, choices=SEGMENTS, help_text=_("Of the category, in the Kraljic matrix.")
    )
    way = forms.ChoiceField(
        label=_("Route"), required=False, choices=WAYS, help_text=_("Of a request: urgent, after the fact …")
    )
    user = forms.PickerField("users", label=_("Person"), required=False, help_text=_("When a person decides."))
    role = role_field()
    hours = forms.IntegerField(
        label=_("Decide within, working hours"), required=False, initial=0, min_value=0, max_value=500,
        help_text=_("Half-way comes a reminder; at the end somebody above is asked as well. 0 means no limit."),
    )  # fmt: skip
    one_is_enough = forms.BooleanField(
        label=_("One of them is enough"), required=False,
        help_text=_(
            "Of all whom this rule names, and others like it with the same step and the same conditions, one decides. "
            "Otherwise each of them does."
        ),
    )  # fmt: skip

    class Meta:
        model = ApprovalRule
        fields = [
            "kind", "order", "min_amount", "max_amount", "department", "category", "cost_center", "segment", "way", "who",
            "user", "role", "one_is_enough", "hours", "accumulates", "is_active",
        ]  # fmt: skip

    layout = [
        _("Who decides"), "who", ("user", "role"), "one_is_enough", _("On what"), "kind", ("min_amount", "max_amount"), "accumulates",
        ("department", "category"), ("cost_center", "segment"), "way", _("When"), ("order", "hours"), "is_active",
    ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = registry.kinds()  # type: ignore[attr-defined]

    def clean_hours(self) -> int:
        """Nothing means no limit."""
        return self.cleaned_data["hours"] or 0


class TryForm(forms.Form):
    """A document that does not exist, to see who would decide on it; and a rule that is not kept yet."""

    kind = forms.forms.ChoiceField(label=_("Document"))
    amount = forms.AmountField(label=_("Amount"), initial=100, help_text=_("In the base currency."))
    department = forms.PickerField("departments", label=_("Department"))
    cost_center = forms.PickerField("cost-centers", label=_("Cost centre"), required=False)
    category = forms.PickerField("categories", label=_("Category"), required=False)
    requester = forms.PickerField("users", label=_("Requester"), required=False, help_text=_("Never asked himself."))
    way = forms.ChoiceField(label=_("Route"), required=False, choices=[("", "–"), *Way.choices])
    without = forms.MultipleChoiceField(
        label=_("Without these rules"), required=False, widget=forms.CheckboxSelectMultiple
    )
    rule_who = forms.ChoiceField(
        label=_("And with a rule that is not kept yet"), required=False, choices=[("", "–"), *Who.choices]
    )
    rule_user = forms.PickerField("users", label=_("Person"), required=False)
    rule_role = role_field()
    rule_order = forms.IntegerField(label=_("Step"), required=False, min_value=1, max_value=99)
    rule_min_amount = forms.AmountField(label=_("From amount"), required=False)

    layout = [
        ("kind", "amount"), ("department", "cost_center"), ("category", "requester"), "way", _("Another table of rules"),
        "without", "rule_who", ("rule_user", "rule_role"), ("rule_order", "rule_min_amount"),
    ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = registry.kinds()  # type: ignore[attr-defined]
        rules = ApprovalRule.objects.filter(is_active=True).select_related("user")
        self.fields["without"].choices = [(rule.public_id, rule.in_words) for rule in rules]  # type: ignore[attr-defined]

    def extra(self) -> dict[str, Any] | None:
        """The rule that is not kept, as `services.tried_table` takes it."""
        values = self.cleaned_data
        if not values.get("rule_who"):
            return None
        return {
            "who": values["rule_who"], "user": values["rule_user"], "role": values["rule_role"],
            "order": values["rule_order"] or 1, "min_amount": values["rule_min_amount"] or 0,
        }  # fmt: skip


class DecisionForm(forms.Form):
    """The decision; a reason is asked for unless it is an approval."""

    outcome = forms.forms.ChoiceField(
        label=_("Decision"), choices=[("approved", _("Approve")), ("returned", _("Return")), ("rejected", _("Reject"))]
    )
    reason = forms.forms.CharField(
        label=_("Reason"), required=False, max_length=500, widget=forms.forms.Textarea(attrs={"rows": 2})
    )
