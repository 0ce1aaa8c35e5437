"""Taking a comment."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from srm.core.errors import InvalidInput
from srm.discussion import rules, services
from srm.discussion.forms import CommentForm
from srm.ui.links import url_of
from srm.ui.pages import Page
from srm.ui.slots import unit_of_work


class Say(Page):
    """Takes a comment on a document; what is refused comes back with what was typed."""

    permission, name, title = rules.WRITE, "say", _("Discussion")
    route = "of/<str:kind>/<str:document>/"
    template = "discussion/say.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        document = rules.document_at(kwargs["kind"], kwargs["document"], self.actor)
        return HttpResponseRedirect(f"{url_of(document) or '/'}?tab=discussion")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        document = rules.document_at(kwargs["kind"], kwargs["document"], self.actor)
        form = CommentForm(request.POST, actor=self.actor)
        if form.is_valid():
            try:
                with unit_of_work():
                    services.say(document, actor=self.actor, **form.cleaned_data)
            except InvalidInput as fault:
                for name, sentences in fault.errors.items():
                    form.add_error(name if name in form.fields else None, [str(one) for one in sentences])
            else:
                messages.success(request, str(_("Said.")))
                return HttpResponseRedirect(f"{url_of(document) or '/'}?tab=discussion")
        context = {**self.context(), "form": form, "document": document, "say_url": request.path}
        return render(request, self.template, context, status=422)
