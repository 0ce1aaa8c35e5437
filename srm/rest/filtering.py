"""Filters of lists: the room's declared filterset and nothing else.

A parameter that the list does not know is refused, so that `?ordering=bids__price` and `?_connector=OR` are errors
that somebody sees and not attempts that silently do nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters.widgets import SuffixedMultiWidget
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from srm.rest.errors import InvalidParameters, UnknownParameters
from srm.rest.fields import readable
from srm.rest.pagination import PARAMETERS, query_parameter


def check_parameters(request: Request, allowed: Iterable[str]) -> None:
    """Refuse query parameters that are not `allowed`.

    Raises:
        UnknownParameters: with the list of those that are.
    """
    allowed = frozenset(allowed)
    unknown = [name for name in request.query_params if name not in allowed]
    if unknown:
        raise UnknownParameters(unknown, allowed)


class DeclaredFilters(BaseFilterBackend):
    """Applies `view.filterset_class`."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        """The rows that the query asks for.

        Raises:
            UnknownParameters, InvalidParameters: the query cannot be.
        """
        filters = build(view, request.query_params, queryset)
        form = filters.form if filters is not None else None
        check_parameters(request, [*PARAMETERS, *(names_of(form) if form is not None else ())])
        if filters is None:
            return queryset
        if form.is_bound and not form.is_valid():
            raise InvalidParameters({name: [str(each) for each in found] for name, found in form.errors.items()})
        return filters.qs

    def get_schema_operation_parameters(self, view: Any) -> list[dict]:
        """The filters, for the API's description."""
        filters = build(view, None, readable(view.model, view.actor).none())
        if filters is None:
            return []
        return [
            query_parameter(name, schema_of(field), str(field.label or field.help_text or ""))
            for key, field in filters.form.fields.items()
            for name in _names(key, field.widget)
        ]


def build(view: Any, data: Any, queryset: QuerySet) -> Any:
    """The view's filterset over `queryset`, or None when the list has no filters."""
    if view.filterset_class is None:
        return None
    return view.filterset_class(data or None, queryset=queryset, actor=view.actor)


def names_of(form: forms.Form) -> list[str]:
    """The parameters that a filter form reads; a range reads two."""
    return [name for key, field in form.fields.items() for name in _names(key, field.widget)]


def _names(key: str, widget: forms.Widget) -> list[str]:
    if isinstance(widget, SuffixedMultiWidget):
        return [widget.suffixed(key, suffix) for suffix in widget.suffixes]
    if isinstance(widget, forms.MultiWidget):
        return [key + suffix for suffix in widget.widgets_names]
    return [key]


def schema_of(field: forms.Field) -> dict:
    """What values a form field takes, in the words of OpenAPI."""
    if hasattr(field, "lookup"):  # the page kit's picker
        one = {"type": "string", "description": "Public id"}
        return {"type": "array", "items": one} if getattr(field, "multiple", False) else one
    if isinstance(field, forms.MultipleChoiceField):
        return {"type": "array", "items": {"type": "string", "enum": _values(field)}}
    if isinstance(field, forms.ChoiceField):
        return {"type": "string", "enum": _values(field)}
    for kind, schema in _KINDS:
        if isinstance(field, kind):
            return dict(schema)
    return {"type": "string"}


def _values(field: forms.ChoiceField) -> list[str]:
    flat: list[str] = []
    for value, label in field.choices:
        flat += [str(inner) for inner, _label in label] if isinstance(label, (list, tuple)) else [str(value)]
    return [value for value in flat if value]


_KINDS: list[tuple[type[forms.Field], dict]] = [
    (forms.DateTimeField, {"type": "string", "format": "date-time"}),
    (forms.DateField, {"type": "string", "format": "date"}),
    (forms.TimeField, {"type": "string", "format": "time"}),
    (forms.NullBooleanField, {"type": "boolean"}),
    (forms.BooleanField, {"type": "boolean"}),
    (forms.EmailField, {"type": "string", "format": "email"}),
    (forms.FloatField, {"type": "number"}),
    (forms.DecimalField, {"type": "string", "format": "decimal"}),
    (forms.IntegerField, {"type": "integer"}),
]
