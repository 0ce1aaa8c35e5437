"""Form fields for what people type: numbers with comma or point, days, times, currencies."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from srm.core import quantities
from srm.core.errors import InvalidInput
from srm.core.fields import AMOUNT_PLACES, PRICE_PLACES, QUANTITY_PLACES


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


def write_decimal(value: Any) -> str:
    """A number for an input: the language's decimal sign, no thousands, no trailing zeros."""
    number = Decimal(value).normalize()
    if int(number.as_tuple().exponent) > 0:
        number = number.quantize(Decimal(1))
    return format(number, "f").replace(".", get_format("DECIMAL_SEPARATOR"))
