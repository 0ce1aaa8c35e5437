"""Forms of materials: the bill of an order, sending and taking back, putting right, writing off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from procurement.subcontracting.models import SuppliedMaterial
from srm.catalog import lookups as catalog_lookups  # noqa: F401  the pickers below ask them
from srm.core import clock
from srm.stock import lookups  # noqa: F401
from srm.ui import formats, forms

Basis = SuppliedMaterial.Basis


class BillForm(forms.Form):
    """Which rows the page showed: what somebody adds meanwhile is not taken for removed."""

    seen = forms.forms.CharField(required=False, widget=forms.forms.HiddenInput, max_length=30_000)


class BillLineForm(forms.Form):
    """One material of one line of the order."""

    line = forms.forms.ChoiceField(label=_("Goes into"))
    item = forms.PickerField("items", label=_("Material"))
    quantity = forms.QuantityField(label=_("Quantity"))
    basis = forms.forms.ChoiceField(label=pgettext_lazy("material", "Rate"), choices=Basis.choices, initial=Basis.UNIT)


class BillLines(forms.LineFormSet):
    """The materials of an order."""

    form = BillLineForm
    label = _("Materials we supply")
    hint = _("Quantities in the material's base unit.")

    def __init__(self, *args: Any, order_lines: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        self.order_lines = list(order_lines)
        super().__init__(*args, **options)

    def add_fields(self, form: Any, index: int | None) -> None:
        """The lines of this order to choose from; the only one is chosen."""
        super().add_fields(form, index)
        form.fields["line"].choices = self.order_lines
        if len(self.order_lines) == 1:
            form.fields["line"].initial = self.order_lines[0][0]


class MoveForm(forms.Form):
    """From or into which store, when, and a word about it."""

    warehouse = forms.PickerField("warehouses", label=_("Warehouse"))
    moved_on = forms.DateField(label=_("Date"), initial=clock.today)
    note = forms.forms.CharField(label=_("Note"), max_length=300, required=False)

    layout = [("warehouse", "moved_on"), "note"]

    def clean_moved_on(self) -> Any:
        """Goods that will move tomorrow have not moved."""
        day = self.cleaned_data["moved_on"]
        if day > clock.today():
            raise ValidationError(_("This day has not come yet."))
        return day


class _MovedLineForm(forms.Form):
    what = forms.forms.CharField(label=_("Material"), disabled=True, required=False)
    known = forms.forms.CharField(label=_("Known"), disabled=True, required=False)
    quantity = forms.DecimalField(label=_("Quantity"), required=False, min_value=0)


class SendLineForm(_MovedLineForm):
    """How much of a material goes."""

    known = forms.forms.CharField(label=_("To send · free"), disabled=True, required=False)


class ReturnLineForm(_MovedLineForm):
    """How much of a material comes back."""

    known = forms.forms.CharField(label=_("Left at the supplier"), disabled=True, required=False)


class SendLines(forms.LineFormSet):
    """What is to be sent, filled in with what is needed and free."""

    form = SendLineForm
    label = _("What goes")
    hint = _("Empty: nothing of it goes.")
    edit_only = True

    @staticmethod
    def filled(materials: Iterable[SuppliedMaterial], free: dict[int, Any]) -> list[dict[str, Any]]:
        """One row for each material."""
        found = []
        for one in materials:
            there, unit = free.get(one.item_id, 0), one.item.base_unit
            known = f"{formats.quantity(one.to_send, unit)} · {formats.quantity(there, unit)}"
            quantity = min(one.to_send, there) or None
            found.append({"id": one.public_id, "what": str(one.item), "known": known, "quantity": quantity})
        return found


class ReturnLines(forms.LineFormSet):
    """What is left, filled in with all of it."""

    form = ReturnLineForm
    label = _("What comes back")
    hint = _("Empty: nothing of it comes back.")
    edit_only = True

    @staticmethod
    def filled(materials: Iterable[SuppliedMaterial]) -> list[dict[str, Any]]:
        """One row for each material of which something is left."""
        return [
            {"id": one.public_id, "what": str(one.item), "known": formats.quantity(one.left, one.item.base_unit),
             "quantity": one.left}
            for one in materials if one.left
        ]  # fmt: skip


class CorrectForm(forms.Form):
    """What the supplier used in all, and how that is known."""

    used = forms.DecimalField(
        label=_("Used in all"), min_value=0, help_text=_("In the material's base unit, since the beginning.")
    )
    reason = forms.forms.CharField(label=_("Reason"), min_length=3, max_length=300)
    version = forms.forms.IntegerField(required=False, widget=forms.forms.HiddenInput)


class WriteOffForm(forms.Form):
    """How much is lost, and why."""

    quantity = forms.QuantityField(label=_("Quantity"), help_text=_("In the material's base unit."))
    reason = forms.forms.CharField(label=_("Reason"), min_length=3, max_length=300)
    version = forms.forms.IntegerField(required=False, widget=forms.forms.HiddenInput)
