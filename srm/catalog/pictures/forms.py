"""Forms of pictures and data sheets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from srm.ui import forms

LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("bg", _("Bulgarian")), ("de", _("German"))]


class PictureForm(forms.Form):
    """One picture."""

    file = forms.FileField(label=_("Picture"), help_text=_("PNG, JPEG or WebP, at most 5 MB and 4000 pixels."))


class DataSheetForm(forms.Form):
    """A PDF and its language."""

    file = forms.FileField(label=_("Data sheet"), help_text=_("A PDF."))
    language = forms.forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
