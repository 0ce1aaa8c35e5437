"""The form of a comment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.discussion.models import LONGEST
from srm.ui import forms


class CommentForm(forms.Form):
    """What to say, and to whom."""

    text = forms.CharField(
        label=_("Comment"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only colleagues read it, never a supplier. “@name” tells whoever has that address."),
    )  # fmt: skip
    mentions = forms.PickerField("users", label=_("For"), multiple=True, required=False)
