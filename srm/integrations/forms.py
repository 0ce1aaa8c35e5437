"""Forms of webhooks."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from srm.integrations.selectors import linkable
from srm.ui import forms


class WebhookForm(forms.Form):
    """Address and events; events are typed as words, one per line or with commas."""

    name = django_forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Who listens: “Warehouse”, “Accounting”.")
    )
    url = django_forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=django_forms.URLInput(attrs={"placeholder": "https://example.com/hook"}),
    )
    kinds = django_forms.CharField(
        label=_("Events"), required=False, max_length=2000, widget=django_forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example item.*, order.changed. Leave empty for all."),
    )  # fmt: skip
    active = django_forms.BooleanField(label=_("Active"), required=False, initial=True)

    def clean_kinds(self) -> list[str]:
        """The words as a list."""
        return self.cleaned_data["kinds"].replace(",", " ").split()


def as_typed(kinds: list[str]) -> str:
    """A list of events the way it is typed."""
    return ", ".join(kinds)


class ReplayForm(forms.Form):
    """From where to send again."""

    after = django_forms.IntegerField(
        label=_("After number"), min_value=0, initial=0,
        help_text=_("The last number of the change feed that the receiver has. At most 1000 events are sent."),
    )  # fmt: skip


class LinkForm(forms.Form):
    """Which of our records is which of theirs."""

    system = django_forms.SlugField(label=_("System"), max_length=40, help_text=_("A short name: crm, accounting."))
    kind = django_forms.ChoiceField(label=_("Kind"))
    object_id = django_forms.CharField(label=_("Our id"), max_length=22, help_text=_("As in the address of its page."))
    external_id = django_forms.CharField(label=_("Id there"), max_length=200)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["kind"]
        assert isinstance(choice, django_forms.ChoiceField)
        choice.choices = [(label, str(model._meta.verbose_name)) for label, model in linkable().items()]
