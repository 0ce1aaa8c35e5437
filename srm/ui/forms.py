"""Forms: our fields, our layout, lines in a table.

Numbers are taken with comma or point, dates by the browser's own picker, objects through declared look-ups. A form
knows its actor, so a picker offers and accepts only what this actor may see. Rooms find every field in this one module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError  # noqa: F401
from django.db import models
from django.forms import (  # noqa: F401
    BooleanField,
    CharField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ChoiceField,
    EmailField,
    FileField,
    HiddenInput,
    IntegerField,
    MultipleChoiceField,
    NumberInput,
    RadioSelect,
    Select,
    Textarea,
    TextInput,
    TimeField,
    TypedChoiceField,
    URLField,
)  # fmt: skip
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from srm.core.actor import ANONYMOUS, Actor
from srm.core.scoping import ScopedManager
from srm.ui.fields import (  # noqa: F401
    AmountField,
    CurrencyField,
    DateField,
    DateInput,
    DateTimeField,
    DateTimeInput,
    DecimalField,
    PriceField,
    QuantityField,
    write_decimal,
)  # fmt: skip
from srm.ui.lines import LineFormSet  # noqa: F401
from srm.ui.lookups import Chosen
from srm.ui.pickers import PickerField, PickerInput  # noqa: F401


class _Dressed:
    """What our forms share: the actor, the looks, the layout."""

    layout: Sequence[Any] = ()
    fields: dict[str, forms.Field]
    actor: Actor

    def dress(self, actor: Actor | None) -> None:
        """Hand the actor to the pickers and the classes to the widgets."""
        self.actor = actor or ANONYMOUS
        chosen = Chosen(self.actor)
        for name, one in self.fields.items():
            if isinstance(one, PickerField):
                one.chosen = chosen
            elif isinstance(one, forms.ModelChoiceField) and isinstance(_manager(one), ScopedManager):
                raise ImproperlyConfigured(f"{type(self).__name__}.{name} would list rows of all; use a PickerField.")
            _dress_widget(one.widget)

    @property
    def helper(self) -> FormHelper:
        """How crispy prints the form: one column on the phone, at most two on the desk."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.layout = build_layout(self.layout or list(self.fields), self.fields)
        return helper


class Heading:
    """A heading between fields."""

    fields: tuple[str, ...] = ()

    def __init__(self, text: Any) -> None:
        self.text = text

    def get_field_names(self, *_args: Any, **_options: Any) -> list[Any]:
        return []

    def render(self, *_args: Any, **_options: Any) -> str:
        return format_html('<h2 class="q-form-section">{}</h2>', self.text)


def build_layout(rows: Sequence[Any], known: Mapping[str, Any]) -> Layout:
    """A crispy layout from our short form: "field", ("left", "right"), a heading as gettext_lazy("Delivery").

    Fields that this reader's form does not have are left out.
    """
    parts: list[Any] = []
    for row in rows:
        if isinstance(row, str):
            parts += [Field(row)] if row in known else []
        elif isinstance(row, tuple):
            parts.append(Div(*(Field(name) for name in row if name in known), css_class="q-row"))
        else:
            parts.append(Heading(row))
    return Layout(*parts)


def _manager(field: forms.ModelChoiceField) -> Any:
    return getattr(field.queryset.model, "objects", None) if field.queryset is not None else None


class Form(_Dressed, forms.Form):
    """Base of plain forms."""

    def __init__(self, *args: Any, actor: Actor | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.dress(actor)


def _formfield(field: models.Field, **options: Any) -> Any:
    """Model fields get our form fields."""
    if isinstance(field, models.DecimalField):
        return field.formfield(form_class=_decimal, **options)
    if isinstance(field, models.DateTimeField):
        return field.formfield(form_class=DateTimeField, **options)
    if isinstance(field, models.DateField):
        return field.formfield(form_class=DateField, **options)
    return field.formfield(**options)


def _decimal(*, decimal_places: int, **options: Any) -> DecimalField:
    options.pop("localize", None)
    options.pop("widget", None)
    return DecimalField(places=decimal_places, **options)


class _ModelFormMeta(forms.models.ModelFormMetaclass):
    """Every model form builds its fields through `_formfield` unless it says otherwise."""

    def __new__(mcs, name, bases, attrs):
        attrs.setdefault("formfield_callback", _formfield)
        meta = attrs.get("Meta")
        if meta is not None and not hasattr(meta, "formfield_callback"):
            attrs["Meta"] = type("Meta", (meta,), {"formfield_callback": staticmethod(_formfield)})
        return super().__new__(mcs, name, bases, attrs)


class ModelForm(_Dressed, forms.ModelForm, metaclass=_ModelFormMeta):
    """A form with a model's fields and sentences. It never saves: services write."""

    def __init__(self, *args: Any, actor: Actor | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.dress(actor)
        given = options.get("initial") or {}
        for name, one in self.fields.items():
            # Django starts a form with primary keys; a picker stands for the object itself.
            if isinstance(one, PickerField) and name not in given and self.instance.pk:
                held = getattr(self.instance, name, None)
                self.initial[name] = list(held.all()) if isinstance(held, models.Manager) else held

    def validate_unique(self) -> None:
        """Left to the service's own check, which runs under the lock."""

    def _post_clean(self) -> None:
        """The model's rules are the service's to check: a form must not change the object it shows."""

    def save(self, commit: bool = True) -> Any:
        raise TypeError("Forms do not save. Give cleaned_data to a service.")


def _dress_widget(widget: forms.Widget) -> None:
    if isinstance(widget, forms.MultiWidget):
        for one in widget.widgets:
            _dress_widget(one)
        return
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        css = "form-check-input"
    elif isinstance(widget, forms.Select):
        css = "form-select"
    elif isinstance(widget, forms.HiddenInput):
        return
    else:
        css = "form-control"
    if isinstance(widget, forms.Textarea) and str(widget.attrs.get("rows")) == "10":
        widget.attrs["rows"] = 3
    have = str(widget.attrs.get("class", "")).split()
    widget.attrs["class"] = " ".join(dict.fromkeys([*have, css]))


NAMES_LAYOUT = (gettext_lazy("Name"), "name_en", ("name_ru", "name_bg"))
