"""Forms of stock."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups as catalog_lookups  # noqa: F401  the pickers below ask them
from srm.catalog.units import to_base
from srm.core import clock
from srm.core.errors import InvalidInput
from srm.core.fields import QUANTITY_PLACES
from srm.stock import lookups  # noqa: F401
from srm.stock.models import Location, Warehouse
from srm.ui import forms


class MoveForm(forms.Form):
    """What every movement says: where, what, when."""

    warehouse = forms.PickerField("warehouses", label=_("Warehouse"))
    item = forms.PickerField("items", label=_("Item"), fills={"unit": "unit"})
    moved_on = forms.DateField(label=_("Date"), initial=clock.today)

    def clean_moved_on(self) -> Any:
        """Goods that will move tomorrow have not moved."""
        day = self.cleaned_data["moved_on"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        return day


class QuantityForm(MoveForm):
    """A movement of a quantity in any unit that converts."""

    quantity = forms.QuantityField(label=_("Quantity"))
    unit = forms.PickerField("units", label=_("Unit"), required=False, help_text=_("Left empty: the item's base unit."))
    location = forms.PickerField(
        "locations",
        label=_("Location"),
        required=False,
        help_text=_("Left empty: where it lies, the loose goods first."),
    )

    def clean(self) -> dict[str, Any]:
        """The quantity in the item's base unit."""
        values = super().clean() or self.cleaned_data
        unit, item, quantity = values.pop("unit", None), values.get("item"), values.get("quantity")
        if unit is not None and item is not None and quantity is not None:
            try:
                values["quantity"] = to_base(item, quantity, unit)
            except InvalidInput as fault:
                for name, sentences in fault.errors.items():
                    self.add_error(name, sentences)
        return values


class IssueForm(QuantityForm):
    """Handing goods out."""

    counterpart = forms.forms.CharField(
        label=_("To whom"), max_length=200, help_text=_("A department, a person, a machine: who got it.")
    )
    reason = forms.forms.CharField(label=_("What for"), max_length=300, required=False)

    layout = [("warehouse", "location"), "item", ("quantity", "unit"), ("counterpart", "moved_on"), "reason"]


class TransferForm(QuantityForm):
    """From one store or location to another."""

    to_warehouse = forms.PickerField("warehouses", label=_("To warehouse"))
    to_location = forms.PickerField(
        "locations", label=_("To location"), required=False, help_text=_("Left empty: the usual one of that warehouse.")
    )
    reason = forms.forms.CharField(label=_("Why"), max_length=300, required=False)

    layout = [
        "item", ("quantity", "unit"), ("warehouse", "location"), ("to_warehouse", "to_location"), ("reason", "moved_on"),
    ]  # fmt: skip


class AdjustForm(QuantityForm):
    """The books are wrong by so much."""

    direction = forms.forms.ChoiceField(
        label=_("What happened"),
        choices=[("less", _("There is less than the books say")), ("more", _("There is more"))],
    )
    reason = forms.forms.CharField(label=_("Why"), max_length=300, help_text=_("For example: breakage, found again."))

    layout = [("warehouse", "location"), "item", "direction", ("quantity", "unit"), ("reason", "moved_on")]

    def clean(self) -> dict[str, Any]:
        """The signed difference."""
        values = super().clean()
        if values.pop("direction", "") == "less" and values.get("quantity") is not None:
            values["quantity"] = -values["quantity"]
        return values


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.forms.CharField(label=_("Why"), min_length=3, max_length=300)


class LocationForm(forms.ModelForm):
    """A location of a warehouse."""

    warehouse = forms.PickerField("warehouses", label=_("Warehouse"))
    parent = forms.PickerField("locations", label=_("Part of"), required=False)

    class Meta:
        model = Location
        fields = ["warehouse", "parent", "code", "name", "role", "is_active"]

    layout = [("warehouse", "parent"), ("code", "name"), ("role", "is_active")]


class CountForm(MoveForm):
    """What was counted, and why the books may differ."""

    counted = forms.DecimalField(
        label=_("Counted"),
        places=QUANTITY_PLACES,
        min_value=0,
        help_text=_("In the item's base unit. 0 when nothing is left."),
    )
    reason = forms.forms.CharField(label=_("Why"), max_length=300, help_text=_("For example: yearly count, breakage."))
    seen = forms.DecimalField(places=QUANTITY_PLACES, required=False, widget=forms.forms.HiddenInput)

    layout = ["warehouse", "item", ("counted", "moved_on"), "reason", "seen"]


class WarehouseForm(forms.ModelForm):
    """A store of the firm."""

    place = forms.PickerField("places", label=_("Place"))
    legal_entity = forms.PickerField("legal-entities", label=_("Legal entity"))

    class Meta:
        model = Warehouse
        fields = ["code", "place", "legal_entity", "name_en", "name_ru", "name_bg", "is_active"]

    layout = [
        _("Name"),
        "name_en",
        ("name_ru", "name_bg"),
        _("Where"),
        ("code", "is_active"),
        ("place", "legal_entity"),
    ]
