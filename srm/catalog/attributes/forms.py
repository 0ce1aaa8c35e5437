"""Forms of attributes, and the form that an item's attributes make."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.catalog.attributes.models import Attribute
from srm.catalog.attributes.values import LONGEST, PLACES
from srm.ui import forms

PREFIX = "value_"


class AttributeForm(forms.ModelForm):
    """A question about items."""

    category = forms.PickerField("categories", label=_("Category"), help_text=_("It holds for everything below, too."))
    unit = forms.PickerField("units", label=_("Unit"), required=False, help_text=_("Of a number."))

    class Meta:
        model = Attribute
        fields = [
            "category", "code", "kind", "unit", "choices", "name_en", "name_ru", "name_bg", "is_required", "is_active",
            "position",
        ]  # fmt: skip

    layout = [
        *forms.NAMES_LAYOUT, _("What is asked"), ("category", "code"), ("kind", "unit"), "choices",
        ("is_required", "is_active"), "position",
    ]  # fmt: skip


def form_for(attributes: list[Attribute]) -> type[forms.Form]:
    """A form with a field for each attribute."""
    fields = {PREFIX + one.code: _field(one) for one in attributes}
    return type("AttributesForm", (forms.Form,), {**fields, "layout": list(fields)})


def _field(one: Attribute) -> Any:
    label = f"{one.name or one.code}, {one.unit}" if one.unit else (one.name or one.code)
    options: dict[str, Any] = {"label": label, "required": one.is_required}
    if one.kind == Attribute.Kind.NUMBER:
        return forms.DecimalField(places=PLACES, max_digits=18, **options)
    if one.kind == Attribute.Kind.DATE:
        return forms.DateField(**options)
    if one.kind == Attribute.Kind.YES_NO:
        return forms.ChoiceField(choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))], **options)
    if one.kind == Attribute.Kind.CHOICE:
        return forms.ChoiceField(choices=[("", "–"), *((choice, choice) for choice in one.offered())], **options)
    return forms.CharField(max_length=LONGEST, **options)


def initial_of(values: dict[str, Any]) -> dict[str, Any]:
    """Kept values as the form starts with them."""
    return {
        PREFIX + code: ("yes" if value else "no") if isinstance(value, bool) else value
        for code, value in values.items()
    }
