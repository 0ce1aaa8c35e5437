"""Lines of a document as a form: a table on the desk, cards on the phone, filled by typing or by paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import ANONYMOUS, Actor
from srm.ui.lookups import Chosen
from srm.ui.pickers import PickerField


class LineFormSet(forms.BaseFormSet):
    """Lines of a document, edited as a table on the desk and as cards on the phone.

    Rows are added, cloned and removed, and taken from Excel by paste. `totals` names a computed last column:
    {"amount": ("quantity", "price")} shows quantity x price per row and their sum, divided by the
    field named by `total_per` where a price is for many; "currency" may name a field of the
    main form. What the service gets is a list of dicts with the line's "id" (None for a new one).
    """

    form: type[Any]
    label: Any = gettext_lazy("Lines")
    min_lines = 0
    max_lines = 1000
    totals: Mapping[str, Sequence[str]] = {}
    total_per = ""
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

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        actor: Actor | None = None,
        initial: Any = None,
        prefix: str = "lines",
    ) -> None:
        self.actor = actor or ANONYMOUS
        self.chosen = Chosen(self.actor)
        self.extra = max(0, max(self.min_lines, 1) - len(initial or []))
        self.max_num = self.max_lines
        super().__init__(data, files, initial=initial, prefix=prefix, form_kwargs={"actor": self.actor})

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["id"] = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
        form.fields["DELETE"].widget = forms.HiddenInput()
        for name, field in form.fields.items():
            if isinstance(field, PickerField):
                field.share(self.chosen, form[name].value())

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
        return [
            form
            for form in self.forms
            if (form.has_changed() and not self._should_delete_form(form)) or self._kept(form)
        ]

    def _kept(self, form: Any) -> bool:
        """Lines that the page proposed stay when nobody touched them: a copy, a template, a cart."""
        proposed = form.initial.get("id") or (form.initial and not form.empty_permitted)
        return self.is_bound and bool(proposed) and not self._should_delete_form(form)

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
                _("Add at least one line.")
                if self.min_lines == 1
                else _("Add at least %(n)d lines.") % {"n": self.min_lines}
            )

    def add_line_error(self, position: int, name: str, sentences: Sequence[Any]) -> bool:
        """Mark line `position` (as the service counted) ; False when there is no such line."""
        live = self.live_forms()
        if not 0 <= position < len(live):
            return False
        form = live[position]
        form.add_error(
            name if name in form.fields and not form.fields[name].widget.is_hidden else None,
            [str(one) for one in sentences],
        )
        return True

    def add_error(self, sentences: Sequence[Any]) -> None:
        """A sentence above the table."""
        self._non_form_errors = self.error_class([*self.non_form_errors(), *map(str, sentences)], error_class="nonform")
