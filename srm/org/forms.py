"""Forms of the firm's structure and its accounts."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

import srm.org.lookups  # noqa: F401  the pickers below ask them
from srm.org.models import Absence, SpecialDay, WorkingWeek
from srm.people.models import CostCenter, Department, LegalEntity, Place, User
from srm.people.roles import ROLES, STAFF_ROLES, SUPPLIER_ROLES
from srm.ui import forms

NAMES = [_("Name"), "name_en", ("name_ru", "name_bg")]


class LegalEntityForm(forms.ModelForm):
    """A firm of the group."""

    currency = forms.CurrencyField(label=_("Base currency"))
    buyer = forms.PickerField(
        "users", label=_("Responsible buyer"), required=False,
        help_text=_("Buys what no category and no department has a buyer for."),
    )  # fmt: skip

    class Meta:
        model = LegalEntity
        fields = ["code", "tax_id", "country", "currency", "number_prefix", "address", "share_rule", "buyer", "is_active",
                  "name_en", "name_ru", "name_bg"]  # fmt: skip

    layout = [
        ("code", "tax_id"),
        ("country", "currency", "number_prefix"),
        *NAMES,
        "address",
        ("share_rule", "buyer"),
        "is_active",
    ]


class PlaceForm(forms.ModelForm):
    """Where goods are delivered."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))

    class Meta:
        model = Place
        fields = ["code", "legal_entity", "country", "address", "is_active", "name_en", "name_ru", "name_bg"]

    layout = [("code", "legal_entity"), *NAMES, ("country", "address"), "is_active"]


class DepartmentForm(forms.ModelForm):
    """A node of the firm's tree."""

    parent = forms.PickerField("departments", label=_("Belongs to"), required=False)
    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))
    head = forms.PickerField(
        "users",
        label=_("Head"),
        required=False,
        help_text=_("Sees the requests of this department and those below it."),
    )
    place = forms.PickerField("places", label=_("Usual delivery place"), required=False)

    buyer = forms.PickerField(
        "users", label=_("Responsible buyer"), required=False,
        help_text=_("Buys what the departments from here down need and no category has a buyer for."),
    )  # fmt: skip

    class Meta:
        model = Department
        fields = [
            "code",
            "parent",
            "legal_entity",
            "head",
            "place",
            "buyer",
            "is_active",
            "name_en",
            "name_ru",
            "name_bg",
        ]

    layout = [("code", "parent"), *NAMES, ("legal_entity", "head"), ("place", "buyer"), "is_active"]


class CostCenterForm(forms.ModelForm):
    """Where spending is booked."""

    department = forms.PickerField("departments", label=_("Department"))
    owner = forms.PickerField(
        "users", label=_("Budget owner"), required=False, help_text=_("Answers for the budget of this cost centre.")
    )

    class Meta:
        model = CostCenter
        fields = ["code", "department", "owner", "budget_policy", "is_active", "name_en", "name_ru", "name_bg"]

    layout = [("code", "department"), *NAMES, ("owner", "budget_policy"), "is_active"]


class UserForm(forms.ModelForm):
    """An account's person."""

    department = forms.PickerField("departments", label=_("Department"), required=False)

    class Meta:
        model = User
        fields = ["name", "email", "department", "language", "time_zone", "person"]

    layout = [("name", "email"), "department", ("language", "time_zone"), "person"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].help_text = _("The same mark on two accounts says that they are one person.")


def role_field(names: frozenset[str], **options: Any) -> django_forms.MultipleChoiceField:
    """Tick boxes of roles, in the order of the table."""
    return django_forms.MultipleChoiceField(
        label=_("Roles"), choices=[(name, label) for name, (label, _rights) in ROLES.items() if name in names],
        widget=django_forms.CheckboxSelectMultiple, **options,
    )  # fmt: skip


class InviteForm(UserForm):
    """A new account: the person and the first roles."""

    roles = role_field(STAFF_ROLES, required=False)

    class Meta(UserForm.Meta):
        fields = ["name", "email", "department", "language"]

    layout = [("name", "email"), ("department", "language"), "roles"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super(UserForm, self).__init__(*args, **options)


class RolesForm(forms.Form):
    """Which roles an account has from now on."""

    roles = role_field(STAFF_ROLES | SUPPLIER_ROLES, required=False)
    reason = django_forms.CharField(label=_("Reason"), required=False, max_length=200)

    def for_user(self, user: User) -> RolesForm:
        """Offer only the roles that this kind of account can have."""
        allowed = SUPPLIER_ROLES if user.kind == User.Kind.SUPPLIER else STAFF_ROLES
        field = self.fields["roles"]
        field.choices = [choice for choice in field.choices if choice[0] in allowed]  # type: ignore[attr-defined]
        return self


class ReasonForm(forms.Form):
    """Why an account is closed or its second step forgotten."""

    reason = django_forms.CharField(label=_("Reason"), max_length=200, help_text=_("It stands in the history."))


class AbsenceForm(forms.ModelForm):
    """Who is away, from when to when, and who stands in."""

    user = forms.PickerField(
        "users",
        label=_("Who is away"),
        required=False,
        help_text=_("Empty means yourself. It cannot be changed later."),
    )
    stand_in = forms.PickerField(
        "users",
        label=_("Stand-in"),
        help_text=_("Sees what waits for you, and decides for you, never on own requests."),
    )

    class Meta:
        model = Absence
        fields = ["user", "stand_in", "starts_on", "ends_on", "note"]

    layout = ["user", "stand_in", ("starts_on", "ends_on"), "note"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk or not self.actor.may("org.manage"):
            del self.fields["user"]


class WorkingWeekForm(forms.ModelForm):
    """When a firm works."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))
    days = forms.MultipleChoiceField(
        label=_("Working days"), choices=[(str(day + 1), name) for day, name in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    begins = forms.TimeField(label=_("Begins"), widget=django_forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("Ends"), widget=django_forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    class Meta:
        model = WorkingWeek
        fields = ["legal_entity", "days", "begins", "ends", "time_zone"]

    layout = ["legal_entity", "days", ("begins", "ends"), "time_zone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["days"] = list(self.initial.get("days") or "12345")


class SpecialDayForm(forms.ModelForm):
    """A day that differs from the week."""

    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))

    class Meta:
        model = SpecialDay
        fields = ["legal_entity", "day", "works", "name"]

    layout = ["legal_entity", ("day", "works"), "name"]
