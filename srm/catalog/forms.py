"""Forms of the catalog."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.catalog.models import Category, Item, Unit
from srm.core.fields import PRICE_PLACES
from srm.ui import forms

NAMES = [_("Name"), "name_en", ("name_ru", "name_bg")]


class ItemForm(forms.ModelForm):
    """An item's own fields; packs stand below it as lines."""

    category = forms.PickerField("categories", label=_("Category"))
    base_unit = forms.PickerField(
        "units",
        label=_("Base unit"),
        help_text=_("What stock and prices are counted in: the smallest that is handed out."),
    )
    article = forms.forms.CharField(
        label=_("Article"), max_length=40, required=False, help_text=_("Left empty, it gets the next free one.")
    )
    reference_price = forms.PriceField(label=_("Last price"), required=False, help_text=_("For one base unit."))
    currency = forms.CurrencyField(label=_("Currency"), initial="EUR")
    margin_dependent = forms.AmountField(
        label=_("Margin that depends on it"), required=False,
        help_text=_("Yearly gross margin of our products that need this item, in the base currency."),
    )  # fmt: skip

    class Meta:
        model = Item
        fields = [
            "article", "category", "base_unit", "name_en", "name_ru", "name_bg", "description", "is_service",
            "reference_price", "currency", "margin_dependent",
        ]  # fmt: skip

    layout = [
        *NAMES, _("What it is"), ("category", "article"), ("base_unit", "is_service"), "description",
        _("Money"), ("reference_price", "currency", "margin_dependent"),
    ]  # fmt: skip


class ItemEditForm(ItemForm):
    """The same, and what took its place."""

    article = forms.forms.CharField(label=_("Article"), max_length=40)
    replaced_by = forms.PickerField("items", label=_("Replaced by"), required=False)

    class Meta(ItemForm.Meta):
        fields = [*ItemForm.Meta.fields, "replaced_by"]

    layout = [*ItemForm.layout, _("When it is no longer bought"), "replaced_by"]


class PackForm(forms.Form):
    """One pack of an item."""

    unit = forms.PickerField("units", label=_("Pack"))
    factor = forms.DecimalField(label=_("Base units in it"), places=PRICE_PLACES, min_value=0)


class PackLines(forms.LineFormSet):
    form = PackForm
    label = _("Packs")
    hint = _("A box of 200 pieces: choose “box”, write 200. Orders in boxes are then counted in pieces.")
    max_lines = 50


class QuickItemForm(forms.Form):
    """The least that makes an item usable; the rest can be added later."""

    name = forms.forms.CharField(label=_("Name"), max_length=200)
    category = forms.PickerField("categories", label=_("Category"))
    base_unit = forms.PickerField("units", label=_("Base unit"))
    reference_price = forms.PriceField(label=_("Price, about"), required=False, help_text=_("For one base unit."))

    layout = ["name", "category", ("base_unit", "reference_price")]

    def named(self) -> dict[str, Any]:
        """The cleaned values, with the name in the language it was typed in."""
        values = dict(self.cleaned_data)
        language = (get_language() or "en")[:2]
        return {f"name_{language if language in ('ru', 'bg') else 'en'}": values.pop("name"), **values}


class CategoryForm(forms.ModelForm):
    """A node of the item tree."""

    parent = forms.PickerField("categories", label=_("Part of"), required=False)
    buyer = forms.PickerField("users", label=_("Responsible buyer"), required=False)
    codes = forms.PickerField(
        "codes", label=_("Codes of lists"), multiple=True, required=False,
        help_text=_("Of lists that are loaded: type a number or words."),
    )  # fmt: skip

    class Meta:
        model = Category
        fields = ["code", "parent", "name_en", "name_ru", "name_bg", "buyer", "cpv", "okpd2", "unspsc", "is_active"]

    layout = [
        *NAMES, _("Place in the tree"), ("code", "parent"), ("buyer", "is_active"),
        _("Codes of public lists"), ("cpv", "okpd2", "unspsc"), "codes",
    ]  # fmt: skip


class UnitForm(forms.ModelForm):
    """A unit that the list does not have yet."""

    class Meta:
        model = Unit
        fields = [
            "code", "dimension", "factor", "okei", "symbol_en", "symbol_ru", "symbol_bg", "name_en", "name_ru", "name_bg",
        ]  # fmt: skip

    layout = [
        ("code", "okei"), ("dimension", "factor"), _("Symbol"), ("symbol_en", "symbol_ru", "symbol_bg"), *NAMES,
    ]  # fmt: skip
