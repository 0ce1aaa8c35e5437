"""The remote picker: a form field whose values come from a declared look-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from srm.core.actor import ANONYMOUS, Actor
from srm.ui import lookups


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

    def __init__(
        self, lookup: str, *, multiple: bool = False, fills: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        self.lookup, self.multiple, self.fills = lookup, multiple, dict(fills or {})
        self.chosen = lookups.Chosen(ANONYMOUS)
        super().__init__(**options)
        self.widget.picker = self

    def __deepcopy__(self, memo: Any) -> PickerField:
        copied = super().__deepcopy__(memo)
        copied.widget.picker = copied
        return copied

    @property
    def actor(self) -> Actor:
        """Who picks."""
        return self.chosen.actor

    def share(self, chosen: lookups.Chosen, value: Any) -> None:
        """Fetch what is picked here, `value` to begin with, together with the other pickers of the page."""
        self.chosen = chosen
        prepared = self.prepare_value(value)
        values = prepared if isinstance(prepared, (list, tuple)) else [prepared]
        texts = [str(one) for one in values if one not in (None, "")]
        chosen.want(self.lookup, [text for text in texts if not text.startswith("~")])

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
            elif (thing := self.chosen.thing(self.lookup, value)) is not None:
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
        thing = None if value.startswith("~") else self.chosen.thing(self.lookup, value)
        if thing is None:
            raise ValidationError(_("“%(text)s” was not found. Pick from the list.") % {"text": value.lstrip("~")[:40]})
        return thing

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, after = self.prepare_value(initial), data
        if self.multiple:
            return {str(one) for one in before or []} != {str(one) for one in after or []}
        return str(before or "") != str(after or "")
