"""Serializers that show what is listed, accept what is declared writable, and refuse the rest by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ObjectDoesNotExist
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.fields import empty, is_simple_callable

from srm.core.actor import Actor
from srm.core.fields import AMOUNT_PLACES, PRICE_PLACES, QUANTITY_PLACES
from srm.rest.errors import clean
from srm.rest.fields import AmountField, DecimalField, PriceField, QuantityField, RefField, RefListField

_BY_PLACES = {QUANTITY_PLACES: QuantityField, AMOUNT_PLACES: AmountField, PRICE_PLACES: PriceField}
# Set by the system alone: by moves, counters and the write helpers.
NEVER_WRITABLE = frozenset(
    {"id", "pk", "public_id", "number", "state", "version", "created_by", "created_at", "updated_at"}
)


class Strict(serializers.Serializer):
    """Refuses fields it does not have and fields that cannot be written, each by name.

    A PATCH may leave out fields of the document, but not of a line: a list of lines is replaced as a whole.
    """

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return self.context["actor"]

    @cached_property
    def _shown(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        return [(field.field_name, _reader(field), field.to_representation) for field in self._readable_fields]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Every shown field, null where there is nothing.

        REST framework leaves a field out when a step of its path is missing, and looks each path up anew per row.
        """
        found = {}
        for name, read, show in self._shown:
            value = read(instance)
            found[name] = None if value is None else show(value)
        return found

    def to_internal_value(self, data: Any) -> Any:
        """The validated values, or all mistakes at once."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        refused = self._refused(data)
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as fault:
            if isinstance(fault.detail, dict):
                raise serializers.ValidationError({**fault.detail, **refused}) from fault
            raise
        if refused:
            raise serializers.ValidationError(refused)
        return values

    def _refused(self, data: Mapping) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in data:
            field = self.fields.get(str(name))
            if field is None:
                found[clean(name)] = [_("Unknown field.")]
            elif field.read_only:
                found[clean(name)] = [_("This field cannot be written.")]
        if self.parent is not None and getattr(self.root, "partial", False):
            missing = [field for field in self._writable_fields if field.required and field.field_name not in data]
            found |= {field.field_name: [field.error_messages["required"]] for field in missing}
        return found


def _reader(field: serializers.Field) -> Callable[[Any], Any]:
    """How a field's value is read from a row: None as soon as a step of its path is None."""
    if type(field).get_attribute is not serializers.Field.get_attribute:
        return field.get_attribute
    path = tuple(field.source_attrs)

    def read(row: Any) -> Any:
        value = row
        try:
            for step in path:
                if value is None:
                    return None
                value = value[step] if isinstance(value, Mapping) else getattr(value, step)
                if callable(value) and is_simple_callable(value):
                    value = value()
        except ObjectDoesNotExist:
            return None
        return value

    return read


def _may_end_early(model: type[models.Model], source: str) -> bool:
    """Whether a step of a path like "category.buyer.name" can be empty."""
    for step in source.split(".")[:-1]:
        try:
            link: Any = model._meta.get_field(step)
        except FieldDoesNotExist:
            return False
        if link.null or not link.is_relation or link.related_model is None:
            return True
        model = link.related_model
    return False


class RowList(serializers.ListSerializer):
    """Many rows: their references are looked up together."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated rows."""
        rows = [row for row in data if isinstance(row, Mapping)] if isinstance(data, list) else []
        for field in self.child.fields.values() if rows else ():
            if isinstance(field, RefField) and not field.read_only:
                field.fetch(row.get(field.field_name) for row in rows)
        return super().to_internal_value(data)


class Serializer(Strict, serializers.ModelSerializer):
    """A model as JSON: `Meta.fields` is what is shown, `Meta.writable` what a caller may set; nothing else goes in.

    `id` is the public id and is always shown. Foreign keys become references, decimals the number fields of their
    scale. Uniqueness is judged where rows are saved (`flow.records`), not here: one judge, one sentence.
    """

    id = serializers.CharField(source="public_id", read_only=True, help_text=gettext_lazy("Public id"))
    serializer_related_field = RefField  # type: ignore[assignment]

    class Meta:
        model: type[models.Model]
        fields: tuple[str, ...] = ()
        writable: tuple[str, ...] = ()
        list_serializer_class = RowList

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        meta = cls.Meta
        if getattr(meta, "model", None) is None:
            return
        if not isinstance(meta.fields, (tuple, list)) or hasattr(meta, "exclude"):
            raise ImproperlyConfigured(f"{cls.__name__} must list its fields one by one")
        writable = set(getattr(meta, "writable", ()))
        if writable - set(meta.fields) or writable & NEVER_WRITABLE - set(cls._declared_fields):
            raise ImproperlyConfigured(f"{cls.__name__}.Meta.writable names fields that cannot be written")
        if not hasattr(meta, "list_serializer_class"):
            meta.list_serializer_class = RowList

    def get_field_names(self, declared_fields: Any, info: Any) -> list[str]:
        """The listed fields, after the id."""
        names = super().get_field_names(declared_fields, info)
        return ["id", *(name for name in names if name != "id")]

    def get_fields(self) -> dict[str, serializers.Field]:
        """Fields by name; all but the writable ones closed."""
        fields = super().get_fields()
        writable = getattr(self.Meta, "writable", ())
        for name, field in fields.items():
            if name not in writable:
                field.read_only, field.required, field.default = True, False, empty
                field.allow_null = field.allow_null or _may_end_early(self.Meta.model, field.source or name)
        return fields

    def get_uniqueness_extra_kwargs(self, field_names: Any, declared_fields: Any, extra_kwargs: Any) -> Any:
        """None: see the class."""
        return extra_kwargs, {}

    def get_validators(self) -> list:
        """None of the model's unique-together validators: see the class."""
        return []

    def build_standard_field(self, field_name: str, model_field: models.Field) -> tuple[type, dict]:
        """Decimals get the number field of their scale; unique validators are left out."""
        if isinstance(model_field, models.DecimalField) and not model_field.choices:
            return self._decimal(model_field)
        field_class, options = super().build_standard_field(field_name, model_field)
        found = options.get("validators")
        if found:
            options["validators"] = [each for each in found if not hasattr(each, "queryset")]
        # REST framework forgets both for fields that are not editable; the API's description must not.
        if model_field.null:
            options["allow_null"] = True
        if model_field.blank and issubclass(field_class, serializers.ChoiceField):
            options["allow_blank"] = True
        return field_class, options

    def build_relational_field(self, field_name: str, relation_info: Any) -> tuple[type, dict]:
        """A foreign key is a reference; what points back must be declared."""
        model_field = relation_info.model_field
        if model_field is None:
            raise ImproperlyConfigured(f"{type(self).__name__}: declare “{field_name}”, it points back")
        options = {"model": relation_info.related_model, "label": model_field.verbose_name}
        if relation_info.to_many:
            return RefListField, options | {"required": not model_field.blank}
        optional = model_field.has_default() or model_field.blank or model_field.null
        return RefField, options | {"required": not optional, "allow_null": model_field.null}

    def _decimal(self, model_field: models.DecimalField) -> tuple[type, dict]:
        options: dict[str, Any] = {
            "required": not (model_field.has_default() or model_field.blank or model_field.null),
            "allow_null": model_field.null,
            "label": model_field.verbose_name,
        }
        if model_field.max_digits == 15 and model_field.decimal_places in _BY_PLACES:
            return _BY_PLACES[model_field.decimal_places], options
        most = 10 ** (model_field.max_digits - model_field.decimal_places) - 1
        return DecimalField, {**options, "places": model_field.decimal_places, "maximum": most}


class LineId(serializers.Field):
    """The public id of a line that is kept; lines without one are new. Shown from `public_id`, given on as `id`."""

    def get_attribute(self, instance: Any) -> str:
        return instance.public_id

    def to_representation(self, value: str) -> str:
        return value

    def to_internal_value(self, data: object) -> str:
        if not isinstance(data, str) or len(data) > 22:
            raise serializers.ValidationError(_("There is no such line."))
        return data


class LineSerializer(Serializer):
    """A line inside its document. Validated rows look like those of the page kit's line formset: `id` and the values."""

    id = LineId(required=False, allow_null=True, default=None)  # type: ignore[assignment]

    class Meta(Serializer.Meta):
        pass

    def get_fields(self) -> dict[str, serializers.Field]:
        """As for documents, and the id opens when anything is writable."""
        fields = super().get_fields()
        if getattr(self.Meta, "writable", ()):
            line_id = fields["id"]
            line_id.read_only, line_id.default = False, None
        return fields

    def to_internal_value(self, data: Any) -> Any:
        """The row's values, always with an `id`, which a PATCH would leave out."""
        values = super().to_internal_value(data)
        if getattr(self.Meta, "writable", ()):
            values.setdefault("id", None)
        return values


class InputSerializer(Strict):
    """A body that is no model: the arguments of a command."""

    class Meta:
        list_serializer_class = RowList
