"""Forms of planning."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.planning import work
from procurement.planning.models import Demand
from srm.catalog import lookups  # noqa: F401  the pickers below ask them
from srm.ui import forms


class MergeForm(forms.Form):
    """How to merge: the window, whether own stock and open orders come first, a name to find it again."""

    window = forms.forms.ChoiceField(
        label=_("Needs that go together"), choices=Demand.Window.choices, initial=Demand.Window.DAYS, required=False
    )
    window_days = forms.forms.IntegerField(
        label=_("Need-by window, days"), min_value=0, max_value=366, initial=7,
        help_text=_("Needs whose dates lie within so many days go together."),
    )  # fmt: skip
    stock_first = forms.forms.BooleanField(
        label=_("Own stock and open orders first"), required=False, initial=True,
        help_text=_("What lies free at the place, or comes in time for nobody yet, is promised; only the rest is bought."),
    )  # fmt: skip
    reach = forms.forms.BooleanField(
        label=_("Add needs that reach the next price"), required=False,
        help_text=_("Open needs of the same items for other months or places, the earliest first, where that is enough."),
    )  # fmt: skip
    title = forms.forms.CharField(label=_("Title"), required=False, max_length=150)

    layout = [("window", "window_days"), "title", "stock_first", "reach"]

    def clean_window(self) -> str:
        """Days, where nothing was chosen."""
        return self.cleaned_data["window"] or Demand.Window.DAYS


class ReleaseForm(forms.Form):
    """Why merged needs are released."""

    reason = forms.forms.CharField(
        label=_("Reason"), min_length=3, max_length=300, widget=forms.forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


def what_can_be_handed_over() -> list[tuple[str, Any]]:
    """Names and labels of the kinds of work."""
    return [
        (work.NEEDS, _("Open needs")), *[(kind.name, kind.label) for kind in work.kinds()],
        (work.CATEGORIES, _("Categories, from now on")),
    ]  # fmt: skip


class HandOverForm(forms.Form):
    """Whose work goes to whom, and what of it."""

    source = forms.PickerField(
        "users", label=_("From"), required=False, help_text=_("Left empty: the needs that nobody is responsible for.")
    )
    target = forms.PickerField("users", label=_("To"))
    what = forms.forms.MultipleChoiceField(
        label=_("What"), choices=what_can_be_handed_over, widget=forms.forms.CheckboxSelectMultiple
    )
    category = forms.PickerField(
        "categories", label=_("Only needs of this category"), required=False, help_text=_("And of those below it.")
    )
    note = forms.forms.CharField(label=_("Note"), required=False, max_length=300)

    layout = [("source", "target"), "what", "category", "note"]
