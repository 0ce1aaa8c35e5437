"""Forms of one-time purchases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procurement.onetime.models import OnceRule
from srm.core.actor import Actor
from srm.org import lookups as org_lookups  # noqa: F401  the pickers below ask them
from srm.ui import forms
from srm.ui.lookups import lookup
from suppliers.registry.countries import country_choices, country_name
from suppliers.registry.models import Supplier

PREFIX = "price-"


@lookup("once-suppliers", model=Supplier, permission="registry.view")
def once_suppliers(actor: Actor, text: str) -> Iterable[tuple]:
    """One-time suppliers that were entered and are not blocked."""
    rows = Supplier.objects.visible_to(actor).filter(state="active", once=True)
    for one in (rows.search(text) if text else rows).order_by("-created_at")[:20]:
        yield one.public_id, one.name, " · ".join(filter(None, (one.code, country_name(one.country))))


class OnceForm(forms.Form):
    """Who sells it, and what each open line costs."""

    supplier = forms.PickerField(
        "once-suppliers", label=gettext_lazy("Entered before"), required=False,
        help_text=gettext_lazy("Leave it empty to enter a new one below."),
    )  # fmt: skip
    name = django_forms.CharField(label=gettext_lazy("Who sells it"), max_length=200, required=False)
    country = django_forms.ChoiceField(label=gettext_lazy("Country"), choices=country_choices, required=False)
    tax_id = django_forms.CharField(label=gettext_lazy("Tax number"), max_length=20, required=False)
    email = django_forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, help_text=gettext_lazy("The order is sent there.")
    )
    phone = django_forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    address = django_forms.CharField(
        label=gettext_lazy("Address"), max_length=500, required=False, widget=django_forms.Textarea(attrs={"rows": 2})
    )
    currency = forms.CurrencyField(label=gettext_lazy("Currency"))
    freight = forms.AmountField(label=gettext_lazy("Freight"), required=False)
    note = django_forms.CharField(
        label=gettext_lazy("Note to the supplier"), max_length=2000, required=False,
        widget=django_forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    head = [
        "supplier", ("name", "country"), ("tax_id", "email"), ("phone", "address"),
        gettext_lazy("What it costs"),
    ]  # fmt: skip
    foot = [("currency", "freight"), "note"]

    def __init__(self, *args: Any, needs: Iterable[tuple[str, str, str]] = (), **options: Any) -> None:
        """`needs`: per open line its public id, what it is, and how much of it."""
        super().__init__(*args, **options)
        for public_id, what, quantity in needs:
            self.fields[PREFIX + public_id] = forms.PriceField(
                label=what, required=False,
                help_text=_("%(quantity)s. The price of one; left empty, the line is not ordered.") % {"quantity": quantity},
            )  # fmt: skip
        self.layout = [*self.head, *(name for name in self.fields if name.startswith(PREFIX)), *self.foot]
        self.dress(self.actor)

    @property
    def prices(self) -> list[dict[str, Any]]:
        """The lines that are ordered, with their price."""
        return [
            {"line": name.removeprefix(PREFIX), "price": value}
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value is not None
        ]


class RuleForm(forms.ModelForm):
    """Whether a firm buys from one-time suppliers, and how much."""

    legal_entity = forms.PickerField("legal-entities", label=gettext_lazy("Legal entity"))
    most_amount = forms.AmountField(
        label=gettext_lazy("At most an order"), help_text=gettext_lazy("Net, in the currency of the legal entity.")
    )

    class Meta:
        model = OnceRule
        fields = ["legal_entity", "is_on", "most_amount", "most_orders"]

    layout = [("legal_entity", "is_on"), ("most_amount", "most_orders")]
