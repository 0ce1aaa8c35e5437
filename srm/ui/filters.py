"""Filters of lists: declared, from an allow-list, shown as chips that can be taken off one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter
from django_filters.fields import RangeField

from srm.core.actor import ANONYMOUS, Actor
from srm.core.search import meant_by
from srm.ui import formats
from srm.ui.forms import DateField, DateInput, DecimalField, Form, PickerField


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the query of the list without it."""

    label: str
    value: str
    without: str


class ChoiceFilter(django_filters.ChoiceFilter):
    """One of a field's choices."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("empty_label", gettext_lazy("any"))
        super().__init__(*args, **options)


class MultiChoiceFilter(django_filters.MultipleChoiceFilter):
    """Any of several choices."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(*args, **options)


class FlagFilter(django_filters.Filter):
    """Yes, when ticked; nothing otherwise. Give `method` or a boolean field."""

    field_class = forms.BooleanField

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(*args, **options)

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, value) if value else qs


class YesNoFilter(django_filters.ChoiceFilter):
    """Yes, no, or either."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("choices", [("1", gettext_lazy("yes")), ("0", gettext_lazy("no"))])
        options.setdefault("empty_label", gettext_lazy("any"))
        super().__init__(*args, **options)

    def filter(self, qs: Any, value: Any) -> Any:
        if value in ("", None) or self.method:
            return super().filter(qs, value)
        return qs.filter(**{self.field_name: value == "1"})


class FromTo(forms.MultiWidget):
    """Two inputs, from and to, with readable names in the address."""

    template_name = "ui/widgets/from_to.html"

    def __init__(self, widget: type[forms.Widget] | forms.Widget, attrs: Any = None) -> None:
        super().__init__({"from": widget, "to": widget}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        return [value.start, value.stop] if value else [None, None]


class DateRangeField(RangeField):
    """From a day to a day, both included."""

    widget = FromTo(DateInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("fields", (DateField(required=False), DateField(required=False)))
        options["widget"] = FromTo(DateInput)
        super().__init__(*args, **options)


class NumberRangeField(RangeField):
    """From a number to a number, both included."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("fields", (DecimalField(required=False), DecimalField(required=False)))
        options["widget"] = FromTo(forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(*args, **options)


class DateRangeFilter(django_filters.RangeFilter):
    """A day between two days; on a time stamp give `lookup="date"`."""

    field_class = DateRangeField

    def __init__(self, *args: Any, on_time: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.on_time = on_time

    def filter(self, qs: Any, value: Any) -> Any:
        if not value or self.method:
            return super().filter(qs, value)
        name = f"{self.field_name}__date" if self.on_time else self.field_name
        if value.start:
            qs = qs.filter(**{f"{name}__gte": value.start})
        return qs.filter(**{f"{name}__lte": value.stop}) if value.stop else qs


class NumberRangeFilter(django_filters.RangeFilter):
    """A number between two numbers."""

    field_class = NumberRangeField


class PickerFilter(django_filters.Filter):
    """An object chosen by a declared look-up."""

    field_class = PickerField

    def __init__(self, lookup: str, *args: Any, **options: Any) -> None:
        options.setdefault("required", False)
        super().__init__(*args, lookup=lookup, **options)
        self.extra["lookup"] = lookup

    @property
    def field(self) -> Any:
        if not hasattr(self, "_field"):
            options = {key: value for key, value in self.extra.items() if key != "lookup"}
            self._field = PickerField(self.extra["lookup"], label=self.label, **options)
        return self._field

    def filter(self, qs: Any, value: Any) -> Any:
        if self.extra.get("multiple"):
            return qs.filter(**{f"{self.field_name}__in": value}) if value else qs
        return super().filter(qs, value)


class FilterSet(django_filters.FilterSet):
    """Base of our filter sets. `q` comes by itself where the QuerySet can search.

    With `ranked` what is meant most likely comes first while something is searched for and no other order is asked.
    """

    actor: Actor
    ranked = False

    def __init__(self, data: Any = None, queryset: Any = None, *, actor: Actor | None = None, **options: Any) -> None:
        self.actor = actor or ANONYMOUS
        super().__init__(data, queryset, **options)
        if "q" not in self.filters and hasattr(self.queryset, "search"):
            search = CharFilter(method="_search", label=gettext_lazy("Search"), field_name="q")
            search.parent, search.model = self, self.queryset.model
            self.filters["q"] = search

    def _search(self, queryset: Any, _name: str, value: str) -> Any:
        if not value:
            return queryset
        return queryset.best(value) if self.ranked else queryset.search(value)

    def guessed(self) -> str:
        """The words that were taken for the mistyped ones, for saying so; empty when nothing was guessed."""
        text = self.data.get("q", "") if self.is_bound else ""
        meant = meant_by(text, self.queryset.model) if text else []
        return ", ".join(spelling for spellings in meant for spelling in spellings[1:])

    def get_form_class(self) -> type[Form]:
        fields = {name: one.field for name, one in self.filters.items()}
        return type(f"{type(self).__name__}Form", (Form,), fields)

    @property
    def form(self) -> Any:
        if not hasattr(self, "_form"):
            data = self.data if self.is_bound else None
            self._form = self.get_form_class()(data, prefix=self.form_prefix, actor=self.actor)
            for one in self._form.fields.values():
                one.required = False
        return self._form

    @property
    def has_search(self) -> bool:
        return "q" in self.filters

    def panel_fields(self) -> list[Any]:
        """Bound fields of the filter panel, all but the search box."""
        return [field for field in self.form if field.name != "q"]

    def chips(self) -> list[Chip]:
        """The active filters in words."""
        if not self.is_bound:
            return []
        self.form.is_valid()
        found = []
        for field in self.panel_fields():
            words = _in_words(field.field, self.form.cleaned_data.get(field.name))
            if words:
                found.append(Chip(str(field.label), words, self._without(field.name)))
        return found

    def _without(self, name: str) -> str:
        query = QueryDict(mutable=True)
        for key in sorted(self.data):
            if key not in (name, f"{name}_from", f"{name}_to", "cursor", "view"):
                for value in self.data.getlist(key):
                    if value != "":
                        query.appendlist(key, value)
        return query.urlencode()


def _choices_of(field: Any) -> Any:
    """A field's choices; those that are asked for anew each time have no length before they are walked through."""
    choices = getattr(field, "choices", None)
    return () if choices is None else choices


def _in_words(field: Any, value: Any) -> str:
    if value in (None, "", False) or (isinstance(value, (list, tuple)) and not value):
        return ""
    if value is True:
        return _("yes")
    if isinstance(value, slice):
        return _range_in_words(field, value)
    choices = {str(key): label for key, label in _flat(_choices_of(field))}
    values = value if isinstance(value, (list, tuple)) or hasattr(value, "model") else [value]
    return ", ".join(str(choices.get(str(one), one)) for one in values)


def _range_in_words(field: Any, value: slice) -> str:
    write = formats.day if isinstance(field, DateRangeField) else formats.number
    if value.start is not None and value.stop is not None:
        return f"{write(value.start)} – {write(value.stop)}"
    if value.start is not None:
        return _("from %(value)s") % {"value": write(value.start)}
    return _("up to %(value)s") % {"value": write(value.stop)}


def _flat(choices: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label
