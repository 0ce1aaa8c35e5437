"""Forms of planning."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from procurement.planning.models import Demand
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
