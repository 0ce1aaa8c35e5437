"""What the steward decides when two items become one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.duplicates.models import DuplicatePair
from srm.catalog.merging.services import FACTOR_STEP, TAKEABLE
from srm.catalog.models import Item
from srm.catalog.units import converts
from srm.core.fields import PRICE_PLACES
from srm.ui import forms

FIRST, SECOND = "first", "second"
SIDES = [(FIRST, _("First item")), (SECOND, _("Second item"))]
FIELDS: dict[str, Any] = {
    "name_en": _("Name, English"), "name_ru": _("Name, Russian"), "name_bg": _("Name, Bulgarian"),
    "category": _("Category"), "description": _("Description"), "reference_price": _("Last price"),
    "margin_dependent": _("Margin that depends on it"),
}  # fmt: skip


class MergeForm(forms.Form):
    """Which of the two stays, and what it takes from the other, field by field."""

    keep = forms.ChoiceField(label=_("This one stays"), choices=SIDES, initial=FIRST, widget=forms.RadioSelect)
    factor = forms.DecimalField(label=_("Conversion"), places=PRICE_PLACES, min_value=FACTOR_STEP, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    first_version = forms.IntegerField(widget=forms.HiddenInput)
    second_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pair: DuplicatePair, **options: Any) -> None:
        self.first, self.second = pair.items()
        super().__init__(*args, **options)
        for name in self.open_fields():
            self.fields[name] = forms.ChoiceField(
                label=FIELDS[name], choices=SIDES, initial=self._fuller(name), widget=forms.RadioSelect
            )
        self.fields["first_version"].initial = self.first.version
        self.fields["second_version"].initial = self.second.version
        if self.needs_factor:
            units = {"one": self.second.base_unit, "other": self.first.base_unit}
            self.fields["factor"].help_text = (
                _("How many base units of the item that stays one base unit of the other is. They are counted in "
                  "“%(other)s” and “%(one)s”.") % units
            )  # fmt: skip
        else:
            del self.fields["factor"]
        self.dress(self.actor)

    @property
    def needs_factor(self) -> bool:
        """Whether the units do not say it themselves."""
        return not converts(self.first.base_unit, self.second.base_unit)

    def open_fields(self) -> list[str]:
        """Fields in which the two differ."""
        return [name for name in TAKEABLE if self._of(self.first, name) != self._of(self.second, name)]

    def decision(self) -> dict[str, Any]:
        """What the service is called with."""
        values = self.cleaned_data
        keeps_first = values["keep"] == FIRST
        sides = (self.second, self.first) if keeps_first else (self.first, self.second)
        versions = {self.first.pk: values["first_version"], self.second.pk: values["second_version"]}
        taken = [name for name in self.open_fields() if values[name] != values["keep"]]
        factor: Decimal | None = values.get("factor")
        return {
            "loser": sides[0], "winner": sides[1], "take": taken, "factor": factor, "note": values["note"],
            "seen": (versions[sides[0].pk], versions[sides[1].pk]),
        }  # fmt: skip

    def _of(self, item: Item, name: str) -> Any:
        if name == "reference_price":
            return item.reference_price, item.currency if item.reference_price is not None else ""
        return getattr(item, name)

    def _fuller(self, name: str) -> str:
        """The side that says something, the first when both do."""
        return FIRST if getattr(self.first, name) not in (None, "") else SECOND


class UndoForm(forms.Form):
    """Why a merge is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=300, min_length=3)
