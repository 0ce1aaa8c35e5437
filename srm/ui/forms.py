"""Forms: our fields, our layout, lines in a table.

Numbers are taken with comma or point, dates by the browser's own picker, objects through declared look-ups. A form
knows its actor, so a picker offers and accepts only what this actor may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.forms import (  # noqa: F401  rooms find every field they need in this one module
    BooleanField, CharField, CheckboxInput, CheckboxSelectMultiple, ChoiceField, EmailField, FileField, HiddenInput,
    IntegerField, MultipleChoiceField, NumberInput, RadioSelect, Select, Textarea, TextInput, TimeField, TypedChoiceField,
    URLField,
)  # fmt: skip
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models
from django.utils.formats import get_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core import quantities
from srm.core.actor import ANONYMOUS, Actor
from srm.core.errors import InvalidInput
from srm.core.scoping import ScopedManager
from srm.core.fields import AMOUNT_PLACES, PRICE_PLACES, QUANTITY_PLACES
from srm.ui import lookups

# -- fields ------------------------------------------------------------------


class DecimalField(forms.DecimalField):
    """A number typed the way the user writes it: 1 234,56 or 1,234.56 or 1234.56."""

    def __init__(self, *, places: int = 4, **options: Any) -> None:
        options.setdefault("max_digits", 15)
        options.setdefault("decimal_places", places)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)
        self.widget.attrs.setdefault("data-number", str(self.decimal_places))

    def to_python(self, value: Any) -> Decimal | None:
        try:
            return quantities.parse_decimal(value)
        except InvalidInput as fault:
            raise ValidationError(fault.errors["__all__"]) from fault

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "num"}

    def prepare_value(self, value: Any) -> Any:
        return write_decimal(value) if isinstance(value, (Decimal, int)) and not isinstance(value, bool) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (None if initial in (None, "") else Decimal(str(initial)))
        except (ValidationError, ArithmeticError):
            return True


class _Checked(DecimalField):
    """A number with its own rule in `srm.core.quantities`."""

    @staticmethod
    def rule(value: object) -> Decimal:
        raise NotImplementedError

    def clean(self, value: Any) -> Decimal | None:
        if value in self.empty_values and not self.required:
            return None
        number = self.to_python(value)
        try:
            checked = type(self).rule(number)
        except InvalidInput as fault:
            raise ValidationError(fault.errors["__all__"]) from fault
        self.run_validators(checked)
        return checked


class QuantityField(_Checked):
    """More than 0, at most four decimals."""

    rule = staticmethod(quantities.clean_quantity)

    def __init__(self, **options: Any) -> None:
        super().__init__(places=QUANTITY_PLACES, **options)


class PriceField(_Checked):
    """From 0, at most six decimals."""

    rule = staticmethod(quantities.clean_price)

    def __init__(self, **options: Any) -> None:
        super().__init__(places=PRICE_PLACES, **options)


class AmountField(_Checked):
    """Money to the cent, from 0."""

    rule = staticmethod(quantities.clean_amount)

    def __init__(self, **options: Any) -> None:
        super().__init__(places=AMOUNT_PLACES, **options)


class DateInput(forms.DateInput):
    """The browser's own date picker, which wants ISO dates whatever the language."""

    input_type = "date"

    def format_value(self, value: Any) -> Any:
        return value.isoformat()[:10] if isinstance(value, (dt.date, dt.datetime)) else value


class DateField(forms.DateField):
    """A day, picked, or pasted as 2026-05-12, 12.05.2026 or 12/05/2026."""

    widget = DateInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("input_formats", ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d.%m.%y"])
        super().__init__(**options)


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker of day and time."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> Any:
        return value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, dt.datetime) else value


class DateTimeField(forms.DateTimeField):
    """A day and a time in the user's zone."""

    widget = DateTimeInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])
        super().__init__(**options)


class CurrencyField(forms.CharField):
    """A three-letter code, in capitals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=3, max_length=3, **options)
        self.widget.attrs.update({"class": "text-uppercase", "size": "4", "autocapitalize": "characters"})

    def clean(self, value: Any) -> str:
        code = super().clean((value or "").strip().upper())
        if code and not code.isalpha():
            raise ValidationError(_("A currency is three letters, like EUR."))
        return code


class PickerInput(forms.Select):
    """A select that asks its look-up while the user types; only what is chosen stands in the page."""

    template_name = "ui/widgets/picker.html"
    picker: PickerField

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        values = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
        context["chosen"] = self.picker.options_of([str(one) for one in values if one not in (None, "")])
        context["lookup"], context["many"] = self.picker.lookup, self.picker.multiple
        context["fills"] = ",".join(f"{source}={target}" for source, target in self.picker.fills.items())
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if self.picker.multiple and hasattr(data, "getlist"):
            return data.getlist(name)
        return data.get(name)


class PickerField(forms.Field):
    """An object of a declared look-up. Yields the object itself (a list when `multiple`).

    `fills` copies the look-up's extra data into fields of the same row: {"unit": "unit"}. A value that starts with "~"
    is text pasted from a sheet; it is accepted when the look-up finds exactly one thing for it.
    """

    widget = PickerInput

    def __init__(self, lookup: str, *, multiple: bool = False, fills: Mapping[str, str] | None = None, **options: Any) -> None:
        self.lookup, self.multiple, self.fills = lookup, multiple, dict(fills or {})
        self.actor: Actor = ANONYMOUS
        super().__init__(**options)
        self.widget.picker = self

    def __deepcopy__(self, memo: Any) -> PickerField:
        copied = super().__deepcopy__(memo)
        copied.widget.picker = copied
        return copied

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple, models.QuerySet)):
            return [self.prepare_value(one) for one in value]
        return lookups.get(self.lookup).value_of(value) if isinstance(value, models.Model) else value

    def options_of(self, values: Sequence[str]) -> list[tuple[str, str]]:
        """(value, words) of what is chosen."""
        found = []
        for value in values:
            if value.startswith("~"):
                found.append((value, value[1:]))
            elif (thing := lookups.get(self.lookup).resolve(self.actor, value)) is not None:
                found.append((value, str(thing)))
        return found

    def clean(self, value: Any) -> Any:
        values = [one for one in ([value] if isinstance(value, str) else value or []) if one]
        if not values:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return [] if self.multiple else None
        found = [self._resolve(one) for one in values]
        return found if self.multiple else found[0]

    def _resolve(self, value: str) -> Any:
        source = lookups.get(self.lookup)
        if value.startswith("~"):
            offers = source.exactly(self.actor, value[1:]) if source.admits(self.actor) else []
            if len(offers) > 1:
                raise ValidationError(_("“%(text)s” fits several. Pick one.") % {"text": value[1:][:40]})
            value = offers[0].value if offers else value
        thing = None if value.startswith("~") else source.resolve(self.actor, value)
        if thing is None:
            raise ValidationError(_("“%(text)s” was not found. Pick from the list.") % {"text": value.lstrip("~")[:40]})
        return thing

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, after = self.prepare_value(initial), data
        if self.multiple:
            return {str(one) for one in before or []} != {str(one) for one in after or []}
        return str(before or "") != str(after or "")


def write_decimal(value: Any) -> str:
    """A number for an input: the language's decimal sign, no thousands, no trailing zeros."""
    number = Decimal(value).normalize()
    if int(number.as_tuple().exponent) > 0:
        number = number.quantize(Decimal(1))
    return format(number, "f").replace(".", get_format("DECIMAL_SEPARATOR"))


# -- forms -------------------------------------------------------------------


class _Dressed:
    """What our forms share: the actor, the looks, the layout."""

    layout: Sequence[Any] = ()
    fields: dict[str, forms.Field]
    actor: Actor

    def dress(self, actor: Actor | None) -> None:
        """Hand the actor to the pickers and the classes to the widgets."""
        self.actor = actor or ANONYMOUS
        for name, one in self.fields.items():
            if isinstance(one, PickerField):
                one.actor = self.actor
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
    """A crispy layout from our short form: "field", ("left", "right"), a heading as gettext_lazy("Delivery")."""
    parts: list[Any] = []
    for row in rows:
        if isinstance(row, str) and row in known:
            parts.append(Field(row))
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


# -- lines -------------------------------------------------------------------


class LineFormSet(forms.BaseFormSet):
    """Lines of a document, edited as a table on the desk and as cards on the phone.

    Rows are added, cloned and removed, and taken from Excel by paste. `totals` names a computed last column:
    {"amount": ("quantity", "price")} shows quantity x price per row and their sum; "currency" may name a field of the
    main form. What the service gets is a list of dicts with the line's "id" (None for a new one).
    """

    form: type[Form]
    label: Any = gettext_lazy("Lines")
    min_lines = 0
    max_lines = 1000
    totals: Mapping[str, Sequence[str]] = {}
    currency_field = ""
    hint: Any = ""

    can_delete = True
    can_delete_extra = True
    can_order = False
    edit_only = False
    validate_min = False
    validate_max = True
    absolute_max = 2000
    min_num = 0
    renderer = None

    def __init__(self, data: Any = None, files: Any = None, *, actor: Actor | None = None, initial: Any = None, prefix: str = "lines") -> None:
        self.actor = actor or ANONYMOUS
        self.extra = max(0, max(self.min_lines, 1) - len(initial or []))
        self.max_num = self.max_lines
        super().__init__(data, files, initial=initial, prefix=prefix, form_kwargs={"actor": self.actor})

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["id"] = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
        form.fields["DELETE"].widget = forms.HiddenInput()

    @property
    def total_factors(self) -> Sequence[str]:
        """The fields whose product is the computed column."""
        return next(iter(self.totals.values()), ())

    @property
    def total_label(self) -> Any:
        """Heading of the computed column."""
        return next(iter(self.totals), "") and _("Amount")

    @property
    def visible_names(self) -> list[str]:
        """Names of the columns, in order."""
        return [name for name, one in self.empty_form.fields.items() if not one.widget.is_hidden]

    def live_forms(self) -> list[Any]:
        """Forms that hold a line: not removed, not left empty."""
        return [form for form in self.forms if form.has_changed() and not self._should_delete_form(form) or self._kept(form)]

    def _kept(self, form: Any) -> bool:
        return bool(form.initial.get("id")) and not self._should_delete_form(form) if self.is_bound else False

    def cleaned_lines(self) -> list[dict[str, Any]]:
        """The lines as the service takes them."""
        lines = []
        for form in self.live_forms():
            values = {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
            lines.append({**values, "id": values.get("id") or None})
        return lines

    def clean(self) -> None:
        if any(self.errors):
            return
        count = len(self.live_forms())
        if count < self.min_lines:
            raise ValidationError(
                _("Add at least one line.") if self.min_lines == 1 else _("Add at least %(n)d lines.") % {"n": self.min_lines}
            )

    def add_line_error(self, position: int, name: str, sentences: Sequence[Any]) -> bool:
        """Mark line `position` (as the service counted) ; False when there is no such line."""
        live = self.live_forms()
        if not 0 <= position < len(live):
            return False
        form = live[position]
        form.add_error(name if name in form.fields and not form.fields[name].widget.is_hidden else None, [str(one) for one in sentences])
        return True

    def add_error(self, sentences: Sequence[Any]) -> None:
        """A sentence above the table."""
        self._non_form_errors = self.error_class([*self.non_form_errors(), *map(str, sentences)], error_class="nonform")
