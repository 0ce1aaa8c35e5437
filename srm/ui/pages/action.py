"""Pages for what is neither a move nor an edit: copy, import, send a reminder."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from srm.ui import forms
from srm.ui.pages.edit import FormPage


class ActionPage(FormPage):
    """A question or a form (GET), then `act(form)` inside a unit of work (POST).

    With `model` the object of the address is loaded first. `act` returns where to go: an object, an address, or None
    for the page it came from.
    """

    abstract = True
    template = "ui/action.html"
    form: Any = forms.Form
    ask: Any = ""
    submit: Any = _("Continue")
    done: Any = ""
    tone: str = "primary"

    def act(self, form: Any) -> Any:
        """Do it; called inside the unit of work."""
        raise NotImplementedError

    def call(self, cleaned: dict[str, Any]) -> Any:
        return self.act(self.bound)

    def form_options(self) -> dict[str, Any]:
        if self.form is None:
            self.form = forms.Form
        return super().form_options()

    def after(self, result: Any) -> str:
        return super().after(result) if result is not None else self.back_url()

    def context(self) -> dict[str, Any]:
        return {**super().context(), "ask": self.ask, "tone": self.tone}
