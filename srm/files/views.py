"""Fetching, sending and removing files of documents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from srm.core.errors import InvalidInput, RuleBroken
from srm.files import rules, selectors, services
from srm.files.models import Attachment
from srm.files.serving import download
from srm.ui import forms
from srm.ui.links import url_of
from srm.ui.pages import ActionPage, Page
from srm.ui.slots import unit_of_work


class Download(Page):
    """The content of a file, for who may see its document now."""

    permission = "files.view"
    name = "download"
    route = "<str:public_id>/"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return content_of(rules.attachment_at(kwargs["public_id"], self.actor), request)


def content_of(attachment: Attachment, request: HttpRequest) -> HttpResponseBase:
    """The answer that carries a file.

    Raises:
        RuleBroken: it must not leave the store.
    """
    if not attachment.can_be_fetched:
        raise RuleBroken([_("A virus was found in this file. It cannot be fetched.")])
    return download(
        request, default_storage.open(attachment.storage_name), name=attachment.name,
        content_type=attachment.content_type, size=attachment.size,
    )  # fmt: skip


class Send(Page):
    """Takes the files that were dropped on, or chosen for, a document."""

    permission = "files.attach"
    name = "send"
    route = "of/<str:kind>/<str:document>/"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        document = rules.document_at(kwargs["kind"], kwargs["document"], self.actor)
        rules.require_change(document, self.actor)
        uploads = request.FILES.getlist("file")
        if not uploads:
            raise InvalidInput({"file": _("Choose a file first.")})
        stored = [services.store(upload) for upload in uploads]
        with unit_of_work():
            for one in stored:
                services.attach(document, one, actor=self.actor)
        done = ngettext("%(n)d file attached.", "%(n)d files attached.", len(stored))
        messages.success(request, done % {"n": len(stored)})
        if getattr(request, "htmx", None):
            return HttpResponse(status=204, headers={"HX-Redirect": back_to(document)})
        return HttpResponseRedirect(back_to(document))


class Versions(Page):
    """All versions of one file."""

    permission = "files.view"
    name = "versions"
    route = "<str:public_id>/versions/"
    template = "files/versions.html"
    title = gettext_lazy("Versions")

    def context(self) -> dict[str, Any]:
        attachment = rules.attachment_at(self.kwargs["public_id"], self.actor)
        document = rules.document_at(attachment.document_kind, attachment.document_id, self.actor)
        return {
            **super().context(),
            "file": attachment,
            "versions": selectors.versions_of(attachment),
            "document": document,
            "back_url": back_to(document),
            "may_change": selectors.may_change(document, self.actor),
        }


class Replace(Page):
    """Takes a new version of a file."""

    permission = "files.attach"
    name = "replace"
    route = "<str:public_id>/replace/"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        attachment = rules.attachment_at(kwargs["public_id"], self.actor)
        upload = request.FILES.get("file")
        if upload is None:
            raise InvalidInput({"file": _("Choose a file first.")})
        stored = services.store(upload)
        with unit_of_work():
            newest = services.replace(attachment, stored, actor=self.actor)
        messages.success(request, _("This is the new version."))
        return HttpResponseRedirect(reverse("files:versions", args=[newest.public_id]))


class Remove(ActionPage):
    """Takes a file off its document."""

    permission = "files.attach"
    name = "remove"
    route = "<str:public_id>/remove/"
    title = gettext_lazy("Remove the file")
    ask = gettext_lazy("The file and its older versions leave the document. The history keeps that they were there.")
    submit = gettext_lazy("Remove")
    done = gettext_lazy("Removed.")
    tone = "danger"
    form = forms.Form

    def heading(self) -> Any:
        return self.attachment.name

    @property
    def attachment(self) -> Attachment:
        """The file of the address."""
        return rules.attachment_at(self.kwargs["public_id"], self.actor)

    def back_url(self) -> str:
        found = self.attachment
        return back_to(rules.document_at(found.document_kind, found.document_id, self.actor))

    def act(self, form: Any) -> str:
        back = self.back_url()
        services.remove(self.attachment, actor=self.actor)
        return back


def back_to(document: Any) -> str:
    """The document's page, at its files."""
    address = url_of(document)
    return f"{address}?tab=files" if address else "/"
