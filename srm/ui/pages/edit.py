"""Creating and editing: a form, perhaps lines, one service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from srm.core.actor import Actor
from srm.core.errors import InvalidInput, RuleBroken, Stale
from srm.ui import forms
from srm.ui.links import url_of
from srm.ui.pages.base import Page
from srm.ui.slots import unit_of_work

CONFLICT = 409
UNPROCESSABLE = 422


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed: theirs now, yours as typed, and how to take theirs."""

    name: str
    label: str
    theirs: str
    yours: str
    value: str


class FormPage(Page):
    """Shared by pages that send a form to a service; refusals come back onto the form."""

    abstract = True
    template = "ui/form.html"
    form: Any = None
    lines: type[forms.LineFormSet] | None = None
    submit: Any = gettext_lazy("Save")
    done: Any = gettext_lazy("Saved.")
    hint: Any = ""
    drafts: bool = True
    reasons: list[Any]
    differences: list[Difference]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.reasons, self.differences = [], []

    # -- the form ----------------------------------------------------------

    def initial(self) -> dict[str, Any]:
        """Values to start with; the address may name some (`?item=...`)."""
        return {name: value for name, value in self.request.GET.items() if value}

    def initial_lines(self) -> list[dict[str, Any]]:
        """Lines to start with."""
        return []

    def form_options(self) -> dict[str, Any]:
        return {"initial": self.initial(), "actor": self.actor}

    @cached_property
    def bound(self) -> Any:
        """The form, filled with what was sent."""
        options = self.form_options()
        if self.request.method == "POST":
            options |= {"data": self.request.POST, "files": self.request.FILES}
        return self.form(**options)

    @cached_property
    def formset(self) -> forms.LineFormSet | None:
        if self.lines is None:
            return None
        data = (self.request.POST, self.request.FILES) if self.request.method == "POST" else (None, None)
        return self.lines(*data, actor=self.actor, initial=self.initial_lines())

    def is_valid(self) -> bool:
        """Both the form and the lines, so that all faults show at once."""
        checks = [self.bound.is_valid(), self.formset.is_valid() if self.formset is not None else True]
        return all(checks)

    def cleaned(self) -> dict[str, Any]:
        """What the service gets."""
        values = {name: value for name, value in self.bound.cleaned_data.items() if name != "version"}
        if self.formset is not None:
            values["lines"] = self.formset.cleaned_lines()
        return values

    # -- sending -----------------------------------------------------------

    def call(self, cleaned: dict[str, Any]) -> Any:
        """Call the service; override when it wants its values another way."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.is_valid():
            return self.show(status=UNPROCESSABLE)
        try:
            with unit_of_work():
                result = self.call(self.cleaned())
        except InvalidInput as fault:
            self.mark(fault)
            return self.show(status=UNPROCESSABLE)
        except RuleBroken as fault:
            self.reasons = fault.reasons
            return self.show(status=CONFLICT)
        except Stale as fault:
            return self.conflict(fault)
        return self.finished(result)

    def finished(self, result: Any) -> HttpResponseBase:
        """Say so, and go to the object's page."""
        if self.done:
            messages.success(self.request, str(self.done))
        return HttpResponseRedirect(self.after(result))

    def after(self, result: Any) -> str:
        """Where to go then: an address, an object's page, or the list."""
        if isinstance(result, str):
            return result
        return url_of(result) or self.back_url()

    def back_url(self) -> str:
        """Where Cancel goes."""
        return (
            (url_of(self.object) if self.object is not None else None)
            or (url_of(self.model, "list") if self.model else None)
            or "/"
        )

    def conflict(self, fault: Stale) -> HttpResponseBase:
        """Without a version of its own a page can only pass the refusal on."""
        self.reasons = [fault.message]
        return self.show(status=CONFLICT)

    def mark(self, fault: InvalidInput) -> None:
        """Put each sentence where it belongs: a field, a field of a line, or the top."""
        for name, sentences in fault.errors.items():
            words = [str(sentence) for sentence in sentences]
            part, _dot, rest = name.partition(".")
            if part == "lines" and self.formset is not None:
                self._mark_line(rest, words)
            elif name in self.bound.fields and not self.bound.fields[name].widget.is_hidden:
                self.bound.add_error(name, words)
            else:
                self.bound.add_error(None, words)

    def _mark_line(self, rest: str, words: list[str]) -> None:
        position, _dot, field = rest.partition(".")
        assert self.formset is not None
        if not position.isdigit() or not self.formset.add_line_error(int(position), field, words):
            self.formset.add_error(words)

    def context(self) -> dict[str, Any]:
        return {
            **super().context(), "form": self.bound, "formset": self.formset, "reasons": self.reasons,
            "differences": self.differences, "back_url": self.back_url(), "draft_key": self.draft_key(),
        }  # fmt: skip

    def draft_key(self) -> str:
        """Under which the browser keeps what is typed: the user and the address."""
        return f"{self.actor.user_id}:{self.request.path}" if self.drafts and self.actor.user_id else ""


class CreatePage(FormPage):
    """A form that makes a new `model` by `service(actor=..., **values)`."""

    abstract = True
    kind = "create"
    service: Callable[..., Any]

    @classmethod
    def default_route(cls) -> str:
        return "new/"

    def heading(self) -> Any:
        return self.title or _("New: %(what)s") % {"what": self.model._meta.verbose_name}  # type: ignore[union-attr]

    def call(self, cleaned: dict[str, Any]) -> Any:
        return type(self).service(actor=self.actor, **cleaned)


class EditPage(FormPage):
    """A form that changes an object by `service(object, actor=..., version=..., **values)`.

    `version` is what the user saw when he opened the form; if somebody saved meanwhile, both versions are shown.
    """

    abstract = True
    kind = "edit"
    loads_object = True
    service: Callable[..., Any]

    @classmethod
    def default_route(cls) -> str:
        return "<str:public_id>/edit/"

    @staticmethod
    def guard(document: Any, actor: Actor) -> Any:
        """The sentence why it cannot be edited now, or None."""
        return None

    def admit_object(self) -> None:
        """Refuse with the guard's sentence."""
        if reason := type(self).guard(self.object, self.actor):
            raise RuleBroken([reason])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.admit_object()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.admit_object()
        return super().post(request, *args, **kwargs)

    def heading(self) -> Any:
        return self.title or str(self.object)

    def eyebrow(self) -> list[Any]:
        return [_("Edit"), str(self.object._meta.verbose_name)]

    def initial(self) -> dict[str, Any]:
        """The object's values for forms that are not model forms."""
        if issubclass(self.form, forms.ModelForm):
            return {}
        return {name: getattr(self.object, name) for name in self.form.base_fields if hasattr(self.object, name)}

    def initial_lines(self) -> list[dict[str, Any]]:
        assert self.lines is not None
        return lines_of(self.object.lines.all(), self.lines)

    def form_options(self) -> dict[str, Any]:
        options = super().form_options()
        return {**options, "instance": self.object} if issubclass(self.form, forms.ModelForm) else options

    @property
    def seen_version(self) -> int | None:
        """The version the form was opened with; 0, which is never current, when a form did not send any."""
        sent = self.request.POST.get("version", "")
        if not hasattr(self.object, "version"):
            return None
        return int(sent) if sent.isdigit() else 0

    def call(self, cleaned: dict[str, Any]) -> Any:
        return type(self).service(self.object, actor=self.actor, version=self.seen_version, **cleaned)

    def conflict(self, fault: Stale) -> HttpResponseBase:
        """Show both versions; saving again, knowingly, wins."""
        self.object = self.load()
        fresh = self.form(**self.form_options())
        self.differences = _differences(fresh, self.bound)
        self.reasons = [] if self.differences else [fault.message]
        return self.show(status=CONFLICT)

    def context(self) -> dict[str, Any]:
        version = getattr(self.object, "version", None)
        keep = self.request.method == "POST" and not self.differences and not self.reasons
        return {**super().context(), "version": self.seen_version if keep else version}


def lines_of(rows: models.QuerySet, lines: type[forms.LineFormSet]) -> list[dict[str, Any]]:
    """Rows as initial values of a line formset."""
    names = list(lines.form.base_fields)
    related = [one.name for one in rows.model._meta.fields if one.name in names and one.is_relation]
    rows = rows.select_related(*related) if related else rows
    return [
        {
            **{name: getattr(row, name) for name in names if hasattr(row, name)},
            "id": getattr(row, "public_id", None) or row.pk,
        }
        for row in rows
    ]


def _differences(fresh: Any, sent: Any) -> list[Difference]:
    """Fields where what is stored now differs from what was typed."""
    found = []
    for field in sent:
        if field.is_hidden or field.name not in fresh.fields:
            continue
        theirs, yours = fresh[field.name].value(), field.value()
        if sent.fields[field.name].has_changed(theirs, yours):
            found.append(
                Difference(
                    field.html_name,
                    str(field.label),
                    _shown(fresh, field.name, theirs),
                    _shown(sent, field.name, yours),
                    _sent_as(theirs),
                )
            )
    return found


def _shown(form: Any, name: str, value: Any) -> str:
    field = form.fields[name]
    if isinstance(field, forms.PickerField):
        values = [field.prepare_value(one) for one in (value if isinstance(value, list) else [value])]
        return ", ".join(label for _value, label in field.options_of([str(one) for one in values if one]))
    choices = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    values = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(choices.get(str(one), str(one)) for one in values if one not in (None, ""))


def _sent_as(value: Any) -> str:
    if isinstance(value, models.Model):
        return str(getattr(value, "public_id", value.pk))
    return "" if value is None else str(value)
