"""Forms of suppliers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from srm.core import clock
from srm.ui import forms
from srm.ui.lookups import lookup
from suppliers.registry import selectors
from suppliers.registry.countries import country_choices, country_name
from suppliers.registry.models import Contact, Supplier

LANGUAGES = [("en", "English"), ("ru", "Русский"), ("bg", "Български")]


@lookup("suppliers", model=Supplier, permission="registry.view")
def suppliers(actor: Any, text: str) -> list[tuple]:
    """Active suppliers."""
    return [
        (one.public_id, one.name, " · ".join(word for word in (one.code, country_name(one.country)) if word))
        for one in selectors.pickable(actor, text)[:20]
    ]


@lookup("contacts", model=Contact, permission="registry.view")
def contacts(actor: Any, text: str) -> list[tuple]:
    """People at active suppliers."""
    return [
        (one.public_id, one.name, f"{one.supplier} · {one.email}")
        for one in selectors.contacts_matching(actor, text)[:20]
    ]


class SupplierForm(forms.ModelForm):
    """Who the supplier is, and its usual terms."""

    country = django_forms.ChoiceField(label=gettext_lazy("Country"), choices=country_choices, required=False)
    currency = forms.CurrencyField(label=gettext_lazy("Currency"), initial="EUR")
    categories = forms.PickerField(
        "categories", label=gettext_lazy("Supplies"), multiple=True, required=False,
        help_text=gettext_lazy("It is suggested for tenders of these categories."),
    )  # fmt: skip

    class Meta:
        model = Supplier
        fields = ["name", "legal_name", "country", "tax_id", "vat_number", "code", "email", "phone", "website", "address",
                  "language", "currency", "incoterm", "payment_days"]  # fmt: skip

    layout = [
        ("name", "legal_name"), ("country", "code"), ("tax_id", "vat_number"), "categories",
        gettext_lazy("How to reach it"), ("email", "phone"), ("website", "language"), "address",
        gettext_lazy("Usual terms"), ("currency", "incoterm"), "payment_days",
    ]  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].required = False
        self.fields["code"].help_text = _("Leave it empty for the next free one.")
        if self.instance.pk:
            self.initial.setdefault("categories", list(self.instance.categories.all()))


class ContactForm(forms.Form):
    """A person at the supplier."""

    name = django_forms.CharField(label=pgettext_lazy("person", "Name"), max_length=150)
    position = django_forms.CharField(label=gettext_lazy("Position"), max_length=100, required=False)
    email = django_forms.EmailField(label=gettext_lazy("E-mail"))
    phone = django_forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    language = django_forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, initial="en")
    gets_tenders = django_forms.BooleanField(label=gettext_lazy("Gets invitations"), required=False, initial=True)
    gets_orders = django_forms.BooleanField(label=gettext_lazy("Gets orders"), required=False, initial=True)


class ContactLines(forms.LineFormSet):
    """The supplier's people."""

    form = ContactForm
    label = gettext_lazy("Contacts")
    hint = gettext_lazy("Invitations and orders go to those marked for them.")
    max_lines = 100


class SuspendForm(forms.Form):
    """Until when, and why."""

    until = forms.DateField(
        label=gettext_lazy("Suspended until"), help_text=gettext_lazy("It is active again by itself on that day.")
    )
    reason = django_forms.CharField(
        label=gettext_lazy("Reason"), min_length=3, max_length=500, widget=django_forms.Textarea(attrs={"rows": 3})
    )

    def clean_until(self) -> dt.date:
        until = self.cleaned_data["until"]
        if until <= clock.today():
            raise ValidationError(_("Choose a day after today."))
        return until


class MemberForm(forms.Form):
    """A new account of the supplier."""

    name = django_forms.CharField(label=pgettext_lazy("person", "Name"), max_length=150)
    email = django_forms.EmailField(label=gettext_lazy("E-mail"))
    role = django_forms.ChoiceField(
        label=gettext_lazy("May do"), initial="supplier_admin",
        choices=[("supplier_admin", gettext_lazy("Everything")), ("supplier_user", gettext_lazy("Read only"))],
    )  # fmt: skip
    language = django_forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, initial="en")
    layout = ["name", "email", ("role", "language")]


class ProfileForm(forms.ModelForm):
    """What a supplier changes about itself."""

    class Meta:
        model = Supplier
        fields = ["email", "phone", "website", "language", "address"]

    layout = [("email", "phone"), ("website", "language"), "address"]
