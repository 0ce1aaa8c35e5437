"""Forms of price proposals."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.models import Unit
from srm.core.fields import PRICE_PLACES
from srm.ui import forms
from suppliers.items.models import SupplierPrice
from suppliers.proposals.models import PriceProposal, PriceProposalLine
from suppliers.proposals.services import MOST_LINES


class UnitField(forms.CharField):
    """A unit by its code or its sign, as a supplier writes it; no look-up in our catalog is his to use."""

    def clean(self, value: object) -> Unit | None:
        """The unit.

        Raises:
            ValidationError: there is no such unit.
        """
        text = super().clean(value)
        if not text:
            return None
        found = Unit.objects.filter(code__iexact=text).first()
        for name in ("symbol_en", "symbol_ru", "symbol_bg"):
            found = found or Unit.objects.filter(**{name: text}).first()
        if found is None:
            raise forms.ValidationError(_("There is no such unit. Write its code, like C62 or KGM."))
        return found

    def prepare_value(self, value: object) -> object:
        """Its code."""
        return value.code if isinstance(value, Unit) else value


class ProposalForm(forms.ModelForm):
    """What the proposal is about."""

    class Meta:
        model = PriceProposal
        fields = ["title", "note"]


class ProposalLineForm(forms.Form):
    """One price."""

    article = forms.CharField(label=_("Your article"), max_length=60, required=False)
    our_article = forms.CharField(label=_("Buyer's article"), max_length=60, required=False)
    price = forms.PriceField(label=_("Price"))
    currency = forms.CurrencyField(label=_("Currency"), required=False)
    from_quantity = forms.DecimalField(label=_("From quantity"), min_value=0, required=False)
    valid_from = forms.DateField(label=_("Valid from"), required=False)
    valid_to = forms.DateField(label=_("Valid until"), required=False)
    basis = forms.ChoiceField(label=_("Basis"), choices=SupplierPrice.Basis.choices, initial="list")
    agreement = forms.CharField(label=_("Agreement"), max_length=60, required=False)
    lead_days = forms.IntegerField(label=_("Lead time, days"), min_value=0, max_value=730, required=False)
    min_quantity = forms.QuantityField(label=_("Smallest order"), required=False)
    multiple = forms.QuantityField(label=_("In steps of"), required=False)
    name = forms.CharField(label=_("Name at the supplier"), max_length=200, required=False)
    unit = UnitField(label=_("Sold by"), max_length=20, required=False)
    factor = forms.DecimalField(label=_("Base units in it"), places=PRICE_PLACES, min_value=0, required=False)


class ProposalLines(forms.LineFormSet):
    form = ProposalLineForm
    label = _("Prices")
    hint = _(
        "Name an article that you sell us by your number or by ours. For a new one name both, and the unit you sell it by."
        " A price from another quantity that you do not name stays as it is."
    )
    max_lines = MOST_LINES


class SheetForm(forms.Form):
    """A filled-in sheet."""

    title = forms.CharField(label=_("Subject"), max_length=200)
    file = forms.FileField(label=_("File"))


class LineDecisionForm(forms.Form):
    """Yes or no to one line."""

    accept = forms.BooleanField(label=_("Accept"), required=False, initial=True)
    reason = forms.CharField(label=_("Why declined"), max_length=500, required=False)

    def __init__(self, *args: Any, line: PriceProposalLine, **options: Any):
        super().__init__(*args, **options)
        self.line = line
