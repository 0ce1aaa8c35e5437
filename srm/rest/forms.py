"""The form of a new token."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from srm.people.models import User
from srm.rest.services import DEFAULT_DAYS, MAX_DAYS
from srm.ui import forms


class TokenForm(forms.Form):
    """Whose, for what, how long, and how little it may."""

    name = django_forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What will use it, for example “Warehouse scanner”.")
    )
    account = django_forms.ModelChoiceField(
        label=_("Account"), queryset=User.objects.none(), required=False, to_field_name="public_id",
        empty_label=_("my own"), help_text=_("The program acts as this account."),
    )  # fmt: skip
    days = django_forms.TypedChoiceField(
        label=_("Lives"), coerce=int, initial=DEFAULT_DAYS,
        choices=[(7, _("7 days")), (30, _("30 days")), (DEFAULT_DAYS, _("90 days")), (MAX_DAYS, _("1 year"))],
    )  # fmt: skip
    scopes = django_forms.MultipleChoiceField(
        label=_("Rights"), required=False, widget=django_forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all rights of the account, as they change."),
    )  # fmt: skip
    networks = django_forms.CharField(
        label=_("Allowed addresses"), required=False, max_length=2000, widget=django_forms.Textarea(attrs={"rows": 2}),
        help_text=_("One per line, like 203.0.113.7 or 203.0.113.0/24. Empty: from anywhere."),
    )  # fmt: skip
    layout = ["name", ("account", "days"), "scopes", "networks"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        account, scopes = self.fields["account"], self.fields["scopes"]
        if self.actor.may("org.manage"):
            programs = User.objects.filter(kind=User.Kind.SERVICE, is_active=True)
            account.queryset = programs.order_by("name")  # type: ignore[attr-defined]
        else:
            del self.fields["account"]
        scopes.choices = [(right, right) for right in sorted(self.actor.permissions)]  # type: ignore[attr-defined]

    def clean_networks(self) -> list[str]:
        """The lines as a list."""
        return [line.strip() for line in self.cleaned_data["networks"].replace(",", "\n").splitlines() if line.strip()]
