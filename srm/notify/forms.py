"""One choice per kind of notice."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms

from srm.notify.models import Subscription
from srm.notify.selectors import choices_of
from srm.ui import forms


class ChoicesForm(forms.Form):
    """Fields are the kinds that concern the reader; names of fields cannot hold dots."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.codes: dict[str, str] = {}
        for kind, channel in choices_of(self.actor):
            name = kind.code.replace(".", "__")
            offered = [pair for pair in Subscription.Channel.choices if not (kind.required and pair[0] == "none")]
            label = f"{kind.group}: {kind.label}" if kind.group else str(kind.label)
            self.fields[name] = django_forms.ChoiceField(label=label, choices=offered, initial=channel)
            self.codes[name] = kind.code

    def chosen(self) -> dict[str, str]:
        """code -> channel, as `services.choose` wants it."""
        return {code: self.cleaned_data[name] for name, code in self.codes.items()}
